/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSeal: secrets that must be readable again, sealed with this server's key. */
#include "auth/pb-seal.h"

#include <string.h>

#include <sodium.h>

/* Longest secret that is sealed: an SRT passphrase has at most 79 bytes. */
#define SECRET_MAX_BYTES 1024

struct _PbSeal {
  guint8 key[crypto_secretbox_KEYBYTES];
};

static gboolean
make_key (const gchar *path, guint8 *key, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileOutputStream) out = NULL;
  gboolean done;

  randombytes_buf (key, crypto_secretbox_KEYBYTES);
  /* PRIVATE is mode 0600; an existing file is never overwritten. */
  out = g_file_create (file, G_FILE_CREATE_PRIVATE, NULL, error);
  done = out
         && g_output_stream_write_all (G_OUTPUT_STREAM (out), key,
             crypto_secretbox_KEYBYTES, NULL, NULL, error)
         && g_output_stream_close (G_OUTPUT_STREAM (out), NULL, error);
  if (!done)
    g_prefix_error (error, "writing the server's key %s: ", path);
  return done;
}

static gboolean
read_key (const gchar *path, guint8 *key, GError **error)
{
  g_autofree gchar *content = NULL;
  gsize size;

  if (!g_file_get_contents (path, &content, &size, error)) {
    g_prefix_error (error, "reading the server's key: ");
    return FALSE;
  }
  if (size != crypto_secretbox_KEYBYTES) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
        "%s has %" G_GSIZE_FORMAT " bytes, a server's key has %u. Put the "
        "right file back, or remove it and add each device again",
        path, size, (guint) crypto_secretbox_KEYBYTES);
    return FALSE;
  }
  memcpy (key, content, size);
  sodium_memzero (content, size);
  return TRUE;
}

/**
 * pb_seal_new:
 * @key_file: path of the key, made with mode 0600 if it is not there
 *
 * Returns: (transfer full): the seal, or %NULL with @error set
 */
PbSeal *
pb_seal_new (const gchar *key_file, GError **error)
{
  g_autoptr (PbSeal) self = NULL;

  if (sodium_init () < 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "libsodium finds no source of random numbers");
    return NULL;
  }
  self = g_new0 (PbSeal, 1);
  if (g_file_test (key_file, G_FILE_TEST_EXISTS)) {
    if (!read_key (key_file, self->key, error))
      return NULL;
  } else if (!make_key (key_file, self->key, error)) {
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
pb_seal_free (PbSeal *self)
{
  sodium_memzero (self->key, sizeof self->key);
  g_free (self);
}

/**
 * pb_seal_close:
 * @seal: the seal
 * @secret: text of at most 1,024 bytes
 *
 * XSalsa20-Poly1305 with a random nonce in front (libsodium secretbox). Any
 * thread.
 *
 * Returns: (transfer full): the sealed secret
 */
GBytes *
pb_seal_close (PbSeal *self, const gchar *secret)
{
  gsize length = strlen (secret);
  gsize size = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + length;
  guint8 *box;

  g_return_val_if_fail (length <= SECRET_MAX_BYTES, NULL);
  box = g_malloc (size);
  randombytes_buf (box, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy (box + crypto_secretbox_NONCEBYTES,
      (const guint8 *) secret, length, box, self->key);
  return g_bytes_new_take (box, size);
}

/**
 * pb_seal_open:
 * @seal: the seal
 * @sealed: what pb_seal_close() gave, from disk
 *
 * Any thread.
 *
 * Returns: (transfer full): the secret, for pb_secret_free(); %NULL with @error
 *   set if it was sealed with another key or changed
 */
gchar *
pb_seal_open (PbSeal *self, GBytes *sealed, GError **error)
{
  const gsize overhead =
      crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  gsize size;
  const guint8 *box = g_bytes_get_data (sealed, &size);
  gchar *secret;

  if (size < overhead || size > overhead + SECRET_MAX_BYTES)
    goto bad;
  secret = g_malloc0 (size - overhead + 1);
  if (crypto_secretbox_open_easy ((guint8 *) secret,
          box + crypto_secretbox_NONCEBYTES, size - crypto_secretbox_NONCEBYTES,
          box, self->key)
      == 0)
    return secret;
  g_free (secret);
bad:
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
      "sealed with another server's key. Put the key file back that belongs "
      "to this database, or remove the device and add it again");
  return NULL;
}

/**
 * pb_secret_new:
 * @n_bytes: bytes of randomness
 *
 * Returns: (transfer full): random letters, digits, - and _ (base64url without
 *   padding), for pb_secret_free()
 */
gchar *
pb_secret_new (gsize n_bytes)
{
  const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  g_autofree guint8 *bytes = g_malloc (n_bytes);
  gsize size = sodium_base64_encoded_len (n_bytes, variant);
  gchar *text = g_malloc (size);

  randombytes_buf (bytes, n_bytes);
  sodium_bin2base64 (text, size, bytes, n_bytes, variant);
  sodium_memzero (bytes, n_bytes);
  return text;
}

/**
 * pb_secret_free:
 * @secret: (nullable) (transfer full): text
 *
 * Overwrites and frees @secret.
 */
void
pb_secret_free (gchar *secret)
{
  if (secret)
    sodium_memzero (secret, strlen (secret));
  g_free (secret);
}

/**
 * pb_secret_is_same:
 * @a: from outside
 * @b: what it must be
 *
 * Takes the same time wherever they differ, and however long @b is.
 *
 * Returns: %TRUE if both are one text
 */
gboolean
pb_secret_is_same (const gchar *a, const gchar *b)
{
  guint8 hashes[2][crypto_generichash_BYTES];

  crypto_generichash (
      hashes[0], sizeof hashes[0], (const guint8 *) a, strlen (a), NULL, 0);
  crypto_generichash (
      hashes[1], sizeof hashes[1], (const guint8 *) b, strlen (b), NULL, 0);
  return sodium_memcmp (hashes[0], hashes[1], sizeof hashes[0]) == 0;
}
