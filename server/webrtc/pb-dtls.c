/* SPDX-License-Identifier: LGPL-2.1-or-later
 * DTLS 1.2 over datagrams that others send and receive. */
#include "webrtc/pb-dtls.h"

#include <gio/gio.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <string.h>

/* The certificate lives as long as the server; browsers ask for its
 * fingerprint only. */
#define CERTIFICATE_DAYS 3650
/* Of a lost handshake message; OpenSSL's second is long for a picture. It
 * doubles each time. */
#define FIRST_TIMEOUT_US (100 * 1000)
#define LONGEST_TIMEOUT_US (3 * G_USEC_PER_SEC)

struct _PbDtlsIdentity {
  SSL_CTX *context;
  BIO_METHOD *bio;
  gchar *fingerprint;
};

struct _PbDtls {
  SSL *ssl;
  PbDtlsState state;
  gchar *fingerprint;
  PbDtlsFuncs funcs;
  gpointer user_data;
  /* The datagram that is being read. */
  const guint8 *in;
  gsize in_size;
};

static int
bio_write (BIO *bio, const char *data, int size)
{
  PbDtls *dtls = BIO_get_data (bio);

  dtls->funcs.send ((const guint8 *) data, (gsize) size, dtls->user_data);
  return size;
}

static int
bio_read (BIO *bio, char *data, int size)
{
  PbDtls *dtls = BIO_get_data (bio);
  gsize n = MIN (dtls->in_size, (gsize) size);

  BIO_clear_retry_flags (bio);
  if (n == 0) {
    BIO_set_retry_read (bio);
    return -1;
  }
  memcpy (data, dtls->in, n);
  dtls->in_size = 0;
  return (int) n;
}

static long
bio_ctrl (BIO *bio, int command, long number, void *pointer)
{
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return PB_DTLS_MTU;
    default:
      return 0;
  }
}

static int
bio_create (BIO *bio)
{
  BIO_set_init (bio, 1);
  return 1;
}

/* The fingerprint is compared afterwards: there is no authority. */
static int
accept_any (int ok, X509_STORE_CTX *store)
{
  return 1;
}

static unsigned int
next_timeout (SSL *ssl, unsigned int last_us)
{
  return last_us == 0 ? FIRST_TIMEOUT_US
                      : MIN (2 * last_us, LONGEST_TIMEOUT_US);
}

static gchar *
fingerprint_of (X509 *certificate)
{
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned int n = 0;
  GString *text = g_string_new ("sha-256 ");

  X509_digest (certificate, EVP_sha256 (), digest, &n);
  for (unsigned int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%02X", i > 0 ? ":" : "", digest[i]);
  return g_string_free (text, FALSE);
}

static X509 *
make_certificate (EVP_PKEY *key)
{
  X509 *certificate = X509_new ();
  X509_NAME *name;
  guint32 serial = g_random_int () >> 1 | 1;

  X509_set_version (certificate, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), (long) serial);
  /* A clock that is a day behind must not matter. */
  X509_gmtime_adj (X509_getm_notBefore (certificate), -24 * 60 * 60);
  X509_gmtime_adj (
      X509_getm_notAfter (certificate), CERTIFICATE_DAYS * 24L * 60 * 60);
  name = X509_get_subject_name (certificate);
  X509_NAME_add_entry_by_txt (
      name, "CN", MBSTRING_ASC, (const unsigned char *) "pitbox", -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  X509_set_pubkey (certificate, key);
  if (X509_sign (certificate, key, EVP_sha256 ()) == 0)
    g_clear_pointer (&certificate, X509_free);
  return certificate;
}

static gboolean
use_certificate (PbDtlsIdentity *identity)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = key != NULL ? make_certificate (key) : NULL;
  gboolean ok = certificate != NULL
                && SSL_CTX_use_certificate (identity->context, certificate) == 1
                && SSL_CTX_use_PrivateKey (identity->context, key) == 1;

  if (ok)
    identity->fingerprint = fingerprint_of (certificate);
  X509_free (certificate);
  EVP_PKEY_free (key);
  return ok;
}

static gboolean
make_context (PbDtlsIdentity *identity)
{
  SSL_CTX *context = SSL_CTX_new (DTLS_server_method ());

  identity->context = context;
  if (context == NULL)
    return FALSE;
  SSL_CTX_set_min_proto_version (context, DTLS1_2_VERSION);
  SSL_CTX_set_verify (
      context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, accept_any);
  SSL_CTX_set_session_cache_mode (context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options (context,
      SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_read_ahead (context, 1);
  /* Returns 0 where all went well. */
  return SSL_CTX_set_cipher_list (context, "ECDHE-ECDSA-AES128-GCM-SHA256:"
                                           "ECDHE-ECDSA-AES256-GCM-SHA384:"
                                           "ECDHE-ECDSA-CHACHA20-POLY1305")
             == 1
         && SSL_CTX_set_tlsext_use_srtp (
                context, "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80")
                == 0
         && use_certificate (identity);
}

/**
 * pb_dtls_identity_new:
 * @error: what OpenSSL cannot do
 *
 * Makes the server's certificate: one for all viewers, so that none waits.
 *
 * Returns: (transfer full) (nullable): who the server is
 */
PbDtlsIdentity *
pb_dtls_identity_new (GError **error)
{
  g_autoptr (PbDtlsIdentity) identity = g_new0 (PbDtlsIdentity, 1);

  identity->bio = BIO_meth_new (
      BIO_get_new_index () | BIO_TYPE_SOURCE_SINK, "pitbox datagrams");
  BIO_meth_set_write (identity->bio, bio_write);
  BIO_meth_set_read (identity->bio, bio_read);
  BIO_meth_set_ctrl (identity->bio, bio_ctrl);
  BIO_meth_set_create (identity->bio, bio_create);
  if (!make_context (identity)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "Cannot make a DTLS certificate: %s",
        ERR_reason_error_string (ERR_get_error ()));
    return NULL;
  }
  return g_steal_pointer (&identity);
}

/**
 * pb_dtls_identity_free:
 * @identity: (transfer full): an identity nobody uses any longer
 */
void
pb_dtls_identity_free (PbDtlsIdentity *identity)
{
  SSL_CTX_free (identity->context);
  BIO_meth_free (identity->bio);
  g_free (identity->fingerprint);
  g_free (identity);
}

/**
 * pb_dtls_identity_get_fingerprint:
 * @identity: an identity
 *
 * Any thread.
 *
 * Returns: "sha-256 AB:CD…"
 */
const gchar *
pb_dtls_identity_get_fingerprint (const PbDtlsIdentity *identity)
{
  return identity->fingerprint;
}

/**
 * pb_dtls_new:
 * @identity: who the server is; outlives the connection
 * @fingerprint: who the viewer must be, "sha-256 AB:CD…"
 * @funcs: what to call
 * @user_data: for @funcs
 *
 * Returns: (transfer full): a connection that waits for the viewer's hello;
 *   not thread safe
 */
PbDtls *
pb_dtls_new (PbDtlsIdentity *identity, const gchar *fingerprint,
    const PbDtlsFuncs *funcs, gpointer user_data)
{
  PbDtls *dtls = g_new0 (PbDtls, 1);
  BIO *bio = BIO_new (identity->bio);

  dtls->fingerprint = g_strdup (fingerprint);
  dtls->funcs = *funcs;
  dtls->user_data = user_data;
  dtls->ssl = SSL_new (identity->context);
  BIO_set_data (bio, dtls);
  SSL_set_bio (dtls->ssl, bio, bio);
  SSL_set_mtu (dtls->ssl, PB_DTLS_MTU);
  DTLS_set_timer_cb (dtls->ssl, next_timeout);
  SSL_set_accept_state (dtls->ssl);
  return dtls;
}

/**
 * pb_dtls_free:
 * @dtls: (transfer full): a connection; says nothing to the viewer
 */
void
pb_dtls_free (PbDtls *dtls)
{
  SSL_free (dtls->ssl);
  g_free (dtls->fingerprint);
  g_free (dtls);
}

static gboolean
is_as_offered (PbDtls *dtls)
{
  X509 *certificate = SSL_get1_peer_certificate (dtls->ssl);
  g_autofree gchar *theirs = NULL;

  if (certificate == NULL)
    return FALSE;
  theirs = fingerprint_of (certificate);
  X509_free (certificate);
  return g_ascii_strcasecmp (theirs, dtls->fingerprint) == 0;
}

static void
note_error (PbDtls *dtls, int result)
{
  int why = SSL_get_error (dtls->ssl, result);

  ERR_clear_error ();
  if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
    dtls->state = PB_DTLS_CLOSED;
}

static void
shake_hands (PbDtls *dtls)
{
  int result = SSL_do_handshake (dtls->ssl);

  if (result != 1)
    note_error (dtls, result);
  else
    dtls->state = is_as_offered (dtls) ? PB_DTLS_CONNECTED : PB_DTLS_CLOSED;
}

/**
 * pb_dtls_receive:
 * @dtls: a connection
 * @data: a datagram, any bytes
 * @size: how many
 *
 * Returns: how the connection is now
 */
PbDtlsState
pb_dtls_receive (PbDtls *dtls, const guint8 *data, gsize size)
{
  guint8 text[2048];
  int n;

  dtls->in = data;
  dtls->in_size = size;
  if (dtls->state == PB_DTLS_HANDSHAKE)
    shake_hands (dtls);
  while (dtls->state == PB_DTLS_CONNECTED) {
    n = SSL_read (dtls->ssl, text, sizeof text);
    if (n <= 0) {
      note_error (dtls, n);
      break;
    }
    dtls->funcs.data (text, (gsize) n, dtls->user_data);
  }
  dtls->in_size = 0;
  return dtls->state;
}

/**
 * pb_dtls_tick:
 * @dtls: a connection
 *
 * To be called some times a second: sends again what was lost of a handshake.
 */
void
pb_dtls_tick (PbDtls *dtls)
{
  if (dtls->state != PB_DTLS_HANDSHAKE)
    return;
  DTLSv1_handle_timeout (dtls->ssl);
  ERR_clear_error ();
}

/**
 * pb_dtls_send:
 * @dtls: a connection
 * @data: what to send, at most %PB_DTLS_MTU less 64
 * @size: how many bytes
 *
 * Returns: %FALSE if it is not connected
 */
gboolean
pb_dtls_send (PbDtls *dtls, const guint8 *data, gsize size)
{
  if (dtls->state != PB_DTLS_CONNECTED)
    return FALSE;
  if (SSL_write (dtls->ssl, data, (int) size) > 0)
    return TRUE;
  ERR_clear_error ();
  return FALSE;
}

/**
 * pb_dtls_close:
 * @dtls: a connection
 *
 * Says good-bye.
 */
void
pb_dtls_close (PbDtls *dtls)
{
  if (dtls->state == PB_DTLS_CONNECTED)
    SSL_shutdown (dtls->ssl);
  ERR_clear_error ();
  dtls->state = PB_DTLS_CLOSED;
}

/**
 * pb_dtls_get_srtp:
 * @dtls: a connection that is connected
 * @out: (out) (transfer full): the server's direction
 * @in: (out) (transfer full): the viewer's
 *
 * Returns: %FALSE if SRTP was not agreed on
 */
gboolean
pb_dtls_get_srtp (PbDtls *dtls, PbSrtp **out, PbSrtp **in)
{
  const SRTP_PROTECTION_PROFILE *agreed =
      SSL_get_selected_srtp_profile (dtls->ssl);
  const char *label = "EXTRACTOR-dtls_srtp";
  guint8 bytes[2 * (PB_SRTP_KEY_BYTES + 14)];
  PbSrtpProfile profile;
  gsize salt;

  if (agreed == NULL)
    return FALSE;
  profile = agreed->id == SRTP_AEAD_AES_128_GCM ? PB_SRTP_AES128_GCM
                                                : PB_SRTP_AES128_CM_SHA1_80;
  salt = pb_srtp_salt_bytes (profile);
  if (SSL_export_keying_material (dtls->ssl, bytes,
          2 * (PB_SRTP_KEY_BYTES + salt), label, strlen (label), NULL, 0, 0)
      != 1)
    return FALSE;
  /* RFC 5764, 4.2: client key, server key, client salt, server salt. */
  *in = pb_srtp_new (profile, bytes, bytes + 2 * PB_SRTP_KEY_BYTES);
  *out = pb_srtp_new (
      profile, bytes + PB_SRTP_KEY_BYTES, bytes + 2 * PB_SRTP_KEY_BYTES + salt);
  memset (bytes, 0, sizeof bytes);
  return TRUE;
}
