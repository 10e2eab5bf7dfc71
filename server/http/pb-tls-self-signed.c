/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A certificate that nobody has signed, for a LAN without names. */
#include "http/pb-tls-self-signed.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "http/pb-tls.h"

/* The most that browsers take. */
#define LIFE_DAYS 397
/* One that is over soon is made anew. */
#define LEFT_DAYS 30

static gboolean
add_extension (X509 *certificate, int nid, const gchar *value)
{
  X509_EXTENSION *extension =
      X509V3_EXT_conf_nid (NULL, NULL, nid, (gchar *) value);
  const gboolean done =
      extension && X509_add_ext (certificate, extension, -1) == 1;

  X509_EXTENSION_free (extension);
  return done;
}

/* A name that would end its item of the list is none. */
static gboolean
is_name (const gchar *text)
{
  return text[0]
         && text[strspn (text, "abcdefghijklmnopqrstuvwxyz"
                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")]
                == '\0';
}

static gchar *
list_names (const gchar *const *addresses)
{
  GString *list = g_string_new ("DNS:localhost,IP:127.0.0.1,IP:::1");

  if (is_name (g_get_host_name ()))
    g_string_append_printf (
        list, ",DNS:%s,DNS:%s.local", g_get_host_name (), g_get_host_name ());
  for (guint i = 0; addresses[i]; i++)
    g_string_append_printf (list, ",IP:%s", addresses[i]);
  return g_string_free (list, FALSE);
}

static gboolean
fill (X509 *certificate, EVP_PKEY *key, const gchar *const *addresses)
{
  g_autofree gchar *names = list_names (addresses);
  X509_NAME *name = X509_get_subject_name (certificate);

  X509_set_version (certificate, 2);
  ASN1_INTEGER_set (
      X509_get_serialNumber (certificate), (long) (g_random_int () >> 1 | 1));
  /* A clock that is a day behind must not matter. */
  X509_gmtime_adj (X509_getm_notBefore (certificate), -24 * 60 * 60);
  X509_gmtime_adj (
      X509_getm_notAfter (certificate), (LIFE_DAYS - 1) * 24L * 60 * 60);
  X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC,
      (const unsigned char *) "PitBox Relay", -1, -1, 0);
  X509_set_issuer_name (certificate, name);
  X509_set_pubkey (certificate, key);
  return add_extension (certificate, NID_subject_alt_name, names)
         && add_extension (
             certificate, NID_basic_constraints, "critical,CA:FALSE")
         && add_extension (
             certificate, NID_key_usage, "critical,digitalSignature")
         && add_extension (certificate, NID_ext_key_usage, "serverAuth")
         && X509_sign (certificate, key, EVP_sha256 ()) > 0;
}

static gboolean
write_bio (BIO *bio, const gchar *path, int mode, GError **error)
{
  char *text;
  const long size = BIO_get_mem_data (bio, &text);

  return g_file_set_contents_full (path, text, size,
      G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, mode,
      error);
}

static gboolean
write_files (X509 *certificate, EVP_PKEY *key, const gchar *certificate_file,
    const gchar *key_file, GError **error)
{
  BIO *key_bio = BIO_new (BIO_s_secmem ());
  BIO *certificate_bio = BIO_new (BIO_s_mem ());
  gboolean done =
      PEM_write_bio_PrivateKey (key_bio, key, NULL, NULL, 0, NULL, NULL) == 1
      && PEM_write_bio_X509 (certificate_bio, certificate) == 1;

  if (!done)
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_FAILED, "no memory for a key");
  done = done && write_bio (key_bio, key_file, 0600, error)
         && write_bio (certificate_bio, certificate_file, 0644, error);
  BIO_free (key_bio);
  BIO_free (certificate_bio);
  return done;
}

static gboolean
make (const gchar *certificate_file, const gchar *key_file,
    const gchar *const *addresses, GError **error)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  gboolean done = key && certificate && fill (certificate, key, addresses);

  if (done) {
    done = write_files (certificate, key, certificate_file, key_file, error);
  } else {
    g_autofree gchar *reason = pb_tls_dup_openssl_error ();

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "making a certificate: %s", reason);
  }
  X509_free (certificate);
  EVP_PKEY_free (key);
  return done;
}

static gboolean
is_good (const gchar *certificate_file, const gchar *key_file)
{
  g_autofree gchar *text = NULL;
  BIO *bio;
  X509 *certificate;
  time_t then = time (NULL) + LEFT_DAYS * 24L * 60 * 60;
  gboolean good;

  if (!g_file_test (key_file, G_FILE_TEST_EXISTS)
      || !g_file_get_contents (certificate_file, &text, NULL, NULL))
    return FALSE;
  bio = BIO_new_mem_buf (text, -1);
  certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  good = certificate
         && X509_cmp_time (X509_get0_notAfter (certificate), &then) > 0;
  X509_free (certificate);
  BIO_free (bio);
  return good;
}

/**
 * pb_tls_self_sign:
 * @certificate_file, @key_file: PEM; the key's is for this user only
 * @addresses: (array zero-terminated=1): of this machine, in numbers
 *
 * Makes a certificate (ECDSA P-256, for this machine's names and addresses)
 * where there is none, or one that is over within a month: who has looked at
 * its fingerprint once need not do so at each start.
 *
 * Returns: %FALSE with @error set if it cannot be made or written
 */
gboolean
pb_tls_self_sign (const gchar *certificate_file, const gchar *key_file,
    const gchar *const *addresses, GError **error)
{
  return is_good (certificate_file, key_file)
         || make (certificate_file, key_file, addresses, error);
}
