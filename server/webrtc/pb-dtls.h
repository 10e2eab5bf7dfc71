/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbDtls: the server's side of a viewer's DTLS (RFC 8842) on OpenSSL. */
#pragma once

#include <glib.h>

#include "webrtc/pb-srtp.h"

G_BEGIN_DECLS

/* What one datagram of ours may hold: fits any path (RFC 8831, 5). */
#define PB_DTLS_MTU 1200

typedef struct _PbDtlsIdentity PbDtlsIdentity;
typedef struct _PbDtls PbDtls;

/**
 * PbDtlsState:
 * @PB_DTLS_HANDSHAKE: not connected yet
 * @PB_DTLS_CONNECTED: the viewer is who its offer said
 * @PB_DTLS_CLOSED: it said good-bye, or is not who its offer said
 */
typedef enum {
  PB_DTLS_HANDSHAKE,
  PB_DTLS_CONNECTED,
  PB_DTLS_CLOSED,
} PbDtlsState;

/**
 * PbDtlsFuncs:
 * @send: a datagram for the viewer
 * @data: what the viewer has sent, decrypted
 *
 * Called from within the functions below.
 */
typedef struct {
  void (*send) (const guint8 *data, gsize size, gpointer user_data);
  void (*data) (const guint8 *data, gsize size, gpointer user_data);
} PbDtlsFuncs;

PbDtlsIdentity *pb_dtls_identity_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_dtls_identity_free (PbDtlsIdentity *identity);
const gchar *pb_dtls_identity_get_fingerprint (const PbDtlsIdentity *identity);

PbDtls *pb_dtls_new (PbDtlsIdentity *identity, const gchar *fingerprint,
    const PbDtlsFuncs *funcs, gpointer user_data);
void pb_dtls_free (PbDtls *dtls);
PbDtlsState pb_dtls_receive (PbDtls *dtls, const guint8 *data, gsize size);
void pb_dtls_tick (PbDtls *dtls);
gboolean pb_dtls_send (PbDtls *dtls, const guint8 *data, gsize size);
void pb_dtls_close (PbDtls *dtls);
gboolean pb_dtls_get_srtp (PbDtls *dtls, PbSrtp **out, PbSrtp **in);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDtlsIdentity, pb_dtls_identity_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbDtls, pb_dtls_free)

G_END_DECLS
