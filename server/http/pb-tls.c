/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbTls: the certificate that the HTTP port shows, as its files are now.
 *
 * A connection keeps the SSL_CTX that it began with, so a new certificate is
 * only another one for those that come. OpenSSL and not GTlsConnection, whose
 * handshake takes one of GTask's ten threads for as long as the client likes. */
#include "http/pb-tls.h"

#include <string.h>

#include <glib/gstdio.h>
#include <openssl/err.h>

/* TLS 1.2 with forward secrecy and AEAD only; those of TLS 1.3 all are so. */
#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK"
#define SESSION_CONTEXT "pitbox"

typedef struct {
  guint64 inode;
  gint64 size;
  gint64 mtime;
} Look;

struct _PbTls {
  gchar *certificate_file;
  gchar *key_file;
  SSL_CTX *context;
  Look loaded[2]; /* what the context was read from, or failed to be */
  Look last[2];
  guint tick;
};

/**
 * pb_tls_dup_openssl_error:
 *
 * Returns: (transfer full): the first error of this thread that OpenSSL has not
 *   told yet, in its words
 */
gchar *
pb_tls_dup_openssl_error (void)
{
  const unsigned long code = ERR_get_error ();
  const char *reason = code ? ERR_reason_error_string (code) : NULL;

  ERR_clear_error ();
  return g_strdup (reason ? reason : "no reason given");
}

static void
look (PbTls *self, Look looks[2])
{
  const gchar *paths[2] = { self->certificate_file, self->key_file };

  memset (looks, 0, 2 * sizeof (Look));
  for (guint i = 0; i < 2; i++) {
    GStatBuf buf;

    if (g_stat (paths[i], &buf) != 0)
      continue;
    looks[i] = (Look){
      .inode = buf.st_ino, .size = buf.st_size, .mtime = (gint64) buf.st_mtime
    };
  }
}

/* A terminal may be far away: nobody is asked for the passphrase of a key. */
static int
no_passphrase (char *buf, int size, int writes, void *user_data)
{
  return 0;
}

static int
choose_protocol (SSL *ssl, const unsigned char **out, unsigned char *out_size,
    const unsigned char *in, unsigned int in_size, void *user_data)
{
  static const unsigned char own[] = "\x08http/1.1";

  return SSL_select_next_proto (
             (unsigned char **) out, out_size, own, sizeof own - 1, in, in_size)
                 == OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_NOACK;
}

static SSL_CTX *
new_context (void)
{
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());

  if (!context)
    return NULL;
  SSL_CTX_set_min_proto_version (context, TLS1_2_VERSION);
  SSL_CTX_set_options (context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
                                    | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode (context, SSL_MODE_ENABLE_PARTIAL_WRITE
                                 | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                                 | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_cipher_list (context, CIPHERS);
  SSL_CTX_set_session_id_context (context,
      (const unsigned char *) SESSION_CONTEXT, strlen (SESSION_CONTEXT));
  /* Resumption by tickets alone: nothing is kept for a client that may never
   * return. */
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb (context, no_passphrase);
  SSL_CTX_set_alpn_select_cb (context, choose_protocol, NULL);
  return context;
}

static gboolean
fail (const gchar *path, const gchar *what, GError **error)
{
  g_autofree gchar *reason = pb_tls_dup_openssl_error ();

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s %s: %s", what,
      path, reason);
  return FALSE;
}

/* OpenSSL has no words for a file that is not there. */
static gboolean
can_read (const gchar *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);

  if (!stream)
    g_prefix_error (error, "TLS: ");
  return stream != NULL;
}

static gboolean
read_files (PbTls *self, SSL_CTX *context, GError **error)
{
  if (!can_read (self->certificate_file, error)
      || !can_read (self->key_file, error))
    return FALSE;
  ERR_clear_error ();
  if (SSL_CTX_use_certificate_chain_file (context, self->certificate_file) != 1)
    return fail (self->certificate_file,
        "--tls-certificate wants PEM, the server's own certificate first, then "
        "those between it and the root;",
        error);
  if (SSL_CTX_use_PrivateKey_file (context, self->key_file, SSL_FILETYPE_PEM)
          != 1
      || SSL_CTX_check_private_key (context) != 1)
    return fail (self->key_file,
        "--tls-key wants the certificate's own key as PEM without a "
        "passphrase;",
        error);
  return TRUE;
}

static void
warn_of_times (PbTls *self)
{
  X509 *certificate = SSL_CTX_get0_certificate (self->context);

  if (X509_cmp_current_time (X509_get0_notAfter (certificate)) < 0)
    g_warning ("TLS: the certificate in %s is over: browsers refuse it",
        self->certificate_file);
  else if (X509_cmp_current_time (X509_get0_notBefore (certificate)) > 0)
    g_warning ("TLS: the certificate in %s is not good yet: browsers refuse it",
        self->certificate_file);
}

/**
 * pb_tls_load:
 *
 * Reads both files. What was read before stays if they do not fit.
 *
 * Returns: %FALSE with @error set, naming the file
 */
gboolean
pb_tls_load (PbTls *self, GError **error)
{
  SSL_CTX *context = new_context ();

  look (self, self->loaded);
  if (!context)
    return fail (self->certificate_file, "TLS", error);
  if (!read_files (self, context, error)) {
    SSL_CTX_free (context);
    return FALSE;
  }
  SSL_CTX_free (self->context);
  self->context = context;
  warn_of_times (self);
  return TRUE;
}

/**
 * pb_tls_reload:
 *
 * pb_tls_load() for a server that runs: the log says what came of it.
 */
void
pb_tls_reload (PbTls *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *fingerprint = NULL;

  if (!pb_tls_load (self, &error)) {
    g_warning ("TLS: the certificate from before stays: %s", error->message);
    return;
  }
  fingerprint = pb_tls_dup_fingerprint (self);
  g_message ("TLS: took the certificate again, SHA-256 %s", fingerprint);
}

/* Two files are not written at once: what has just changed is left alone until
 * the next look. */
static gboolean
tick (gpointer user_data)
{
  PbTls *self = user_data;
  Look now[2];
  gboolean settled;

  look (self, now);
  settled = memcmp (now, self->last, sizeof now) == 0;
  memcpy (self->last, now, sizeof now);
  if (settled && memcmp (now, self->loaded, sizeof now) != 0)
    pb_tls_reload (self);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_tls_new:
 * @certificate_file: PEM: the server's certificate, then the chain up to a root
 * @key_file: PEM, without a passphrase
 *
 * Looks at the files each %PB_TLS_LOOK_S and takes them again once they have
 * changed and rested; needs the default main context.
 *
 * Returns: (transfer full): the certificate, or %NULL with @error set
 */
PbTls *
pb_tls_new (
    const gchar *certificate_file, const gchar *key_file, GError **error)
{
  g_autoptr (PbTls) self = g_new0 (PbTls, 1);

  self->certificate_file = g_strdup (certificate_file);
  self->key_file = g_strdup (key_file);
  if (!pb_tls_load (self, error))
    return NULL;
  memcpy (self->last, self->loaded, sizeof self->last);
  self->tick = g_timeout_add_seconds (PB_TLS_LOOK_S, tick, self);
  return g_steal_pointer (&self);
}

void
pb_tls_free (PbTls *self)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  SSL_CTX_free (self->context);
  g_free (self->certificate_file);
  g_free (self->key_file);
  g_free (self);
}

/**
 * pb_tls_dup_fingerprint:
 *
 * Returns: (transfer full): SHA-256 of the server's certificate, as browsers
 *   show it: "AB:CD:…"
 */
gchar *
pb_tls_dup_fingerprint (PbTls *self)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  GString *text = g_string_new (NULL);

  X509_digest (
      SSL_CTX_get0_certificate (self->context), EVP_sha256 (), digest, &size);
  for (guint i = 0; i < size; i++)
    g_string_append_printf (text, i > 0 ? ":%02X" : "%02X", digest[i]);
  return g_string_free (text, FALSE);
}

/**
 * pb_tls_new_ssl:
 *
 * Returns: (transfer full) (nullable): of a connection, with the newest
 *   certificate; %NULL without memory
 */
SSL *
pb_tls_new_ssl (PbTls *self)
{
  return SSL_new (self->context);
}
