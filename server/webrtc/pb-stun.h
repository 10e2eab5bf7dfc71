/* SPDX-License-Identifier: LGPL-2.1-or-later
 * STUN (RFC 8489) as far as an ICE-lite agent (RFC 8445) needs it; pure. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of a transaction. */
#define PB_STUN_ID_BYTES 12
/* Our responses: header, address, integrity, fingerprint. */
#define PB_STUN_MAX_RESPONSE 96
/* Our questions: header, two ufrags, priority, role, integrity, fingerprint. */
#define PB_STUN_MAX_QUESTION 352

/**
 * PbStunRequest:
 * @data: the message, as long as the caller keeps it
 * @size: its bytes
 * @username: its first part, the ufrag of whom it is for; NUL-terminated
 * @integrity_at: byte of MESSAGE-INTEGRITY
 * @use_candidate: the pair is nominated
 * @has_fingerprint: always, once it has parsed
 *
 * A binding request that is well formed, with a fingerprint that is right.
 */
typedef struct {
  const guint8 *data;
  gsize size;
  gchar username[64];
  gsize integrity_at;
  gboolean use_candidate;
  gboolean has_fingerprint;
} PbStunRequest;

gboolean pb_stun_is_request (const guint8 *data, gsize size);
gboolean pb_stun_parse (PbStunRequest *request, const guint8 *data, gsize size);
gboolean pb_stun_check (const PbStunRequest *request, const gchar *password);
gsize pb_stun_finish (guint8 *out, gsize at, const gchar *password);
gsize pb_stun_write_response (const PbStunRequest *request,
    const gchar *password, GInetSocketAddress *from,
    guint8 out[PB_STUN_MAX_RESPONSE]);
gsize pb_stun_write_question (const guint8 id[PB_STUN_ID_BYTES],
    const gchar *to_ufrag, const gchar *from_ufrag, const gchar *password,
    guint8 out[PB_STUN_MAX_QUESTION]);
gboolean pb_stun_read_answer (const guint8 *data, gsize size,
    const gchar *password, guint8 id[PB_STUN_ID_BYTES]);

G_END_DECLS
