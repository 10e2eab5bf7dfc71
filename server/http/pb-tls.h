/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTls: the certificate that the HTTP port shows, as its files are now. */
#pragma once

#include <gio/gio.h>
#include <openssl/ssl.h>

G_BEGIN_DECLS

/** PB_TLS_LOOK_S: seconds between two looks at the files. */
#define PB_TLS_LOOK_S 1

/* Main thread only. */
typedef struct _PbTls PbTls;

PbTls *pb_tls_new (const gchar *certificate_file, const gchar *key_file,
    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_tls_free (PbTls *tls);
gboolean pb_tls_load (PbTls *tls, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void pb_tls_reload (PbTls *tls);
gchar *pb_tls_dup_fingerprint (PbTls *tls);
SSL *pb_tls_new_ssl (PbTls *tls);

gchar *pb_tls_dup_openssl_error (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbTls, pb_tls_free)

G_END_DECLS
