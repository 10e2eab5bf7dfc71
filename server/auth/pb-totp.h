/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Time-based one-time passwords (RFC 6238): the second factor of a login;
 * pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What every authenticator app understands: SHA-1, 6 digits, 30 s. */
#define PB_TOTP_DIGITS 6
#define PB_TOTP_STEP_S 30
/** PB_TOTP_SECRET_CHARS: 160 bits as base32, RFC 4226's advice. */
#define PB_TOTP_SECRET_CHARS 32

gchar *pb_totp_secret_new (void);
gchar *pb_totp_dup_uri (const gchar *secret, const gchar *login);
guint32 pb_totp_compute (
    const guint8 *key, gsize key_bytes, guint64 step, guint digits);
gboolean pb_totp_check (
    const gchar *secret, const gchar *code, gint64 now_s, gint64 *last_step);

G_END_DECLS
