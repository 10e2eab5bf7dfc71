/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPassword: the one password of this server's pages, kept as Argon2id. */
#include "auth/pb-one-password.h"

#include <string.h>

#include <sodium.h>

/* Argon2id takes about 0.1 s: a browser sends the password with each request,
 * so a right one is remembered under a key of this process; wrong ones are
 * tried at most so often, whoever sends them. */
#define CHECKS_PER_S 4
#define HASH_PREFIX "$argon2id$"

struct _PbPassword {
  gchar hash[crypto_pwhash_STRBYTES];
  guint8 key[crypto_generichash_KEYBYTES];
  guint8 right[crypto_generichash_BYTES];
  gboolean has_right;
  gint64 window_us;
  guint checks;
};

/**
 * pb_password_new:
 * @text: the password, or its Argon2id hash as libsodium and argon2(1) write
 *   it ("$argon2id$…")
 *
 * Returns: (transfer full): the password, or %NULL with @error set
 */
PbPassword *
pb_password_new (const gchar *text, GError **error)
{
  g_autoptr (PbPassword) self = NULL;
  gsize size = strlen (text);

  if (sodium_init () < 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "libsodium finds no source of random numbers");
    return NULL;
  }
  self = g_new0 (PbPassword, 1);
  crypto_generichash_keygen (self->key);
  if (g_str_has_prefix (text, HASH_PREFIX) && size < sizeof self->hash) {
    memcpy (self->hash, text, size);
    return g_steal_pointer (&self);
  }
  if (size < PB_PASSWORD_MIN_BYTES || size > PB_PASSWORD_MAX_BYTES) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
        "a password has %d to %d characters", PB_PASSWORD_MIN_BYTES,
        PB_PASSWORD_MAX_BYTES);
    return NULL;
  }
  if (crypto_pwhash_str (self->hash, text, size,
          crypto_pwhash_OPSLIMIT_INTERACTIVE,
          crypto_pwhash_MEMLIMIT_INTERACTIVE)
      != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
        "not enough memory to hash the password (64 MB)");
    return NULL;
  }
  return g_steal_pointer (&self);
}

/**
 * pb_password_new_from_file:
 * @path: a file whose first line is what pb_password_new() takes
 *
 * Returns: (transfer full): the password, or %NULL with @error set
 */
PbPassword *
pb_password_new_from_file (const gchar *path, GError **error)
{
  gchar *content = NULL;
  gsize size = 0;
  PbPassword *self = NULL;

  if (g_file_get_contents (path, &content, &size, error)) {
    content[strcspn (content, "\r\n")] = '\0';
    self = pb_password_new (content, error);
    sodium_memzero (content, size);
    g_free (content);
  }
  if (!self)
    g_prefix_error (error, "password file %s: ", path);
  return self;
}

void
pb_password_free (PbPassword *self)
{
  sodium_memzero (self, sizeof *self);
  g_free (self);
}

static gboolean
may_check (PbPassword *self, gint64 now_us)
{
  if (now_us - self->window_us >= G_USEC_PER_SEC) {
    self->window_us = now_us;
    self->checks = 0;
  }
  return self->checks++ < CHECKS_PER_S;
}

/**
 * pb_password_check:
 * @offered: what somebody sent
 * @now_us: monotonic time
 *
 * Main thread only. Takes about 0.1 s for a password not seen before; a wrong
 * one is refused unseen when too many came in this second.
 *
 * Returns: %TRUE if it is the password
 */
gboolean
pb_password_check (PbPassword *self, const gchar *offered, gint64 now_us)
{
  guint8 digest[crypto_generichash_BYTES];
  gsize size = strlen (offered);

  if (size > PB_PASSWORD_MAX_BYTES)
    return FALSE;
  crypto_generichash (digest, sizeof digest, (const guint8 *) offered, size,
      self->key, sizeof self->key);
  if (self->has_right)
    /* Once a right one was seen, another cannot be right. */
    return sodium_memcmp (digest, self->right, sizeof digest) == 0;
  if (!may_check (self, now_us)
      || crypto_pwhash_str_verify (self->hash, offered, size) != 0)
    return FALSE;
  memcpy (self->right, digest, sizeof digest);
  self->has_right = TRUE;
  return TRUE;
}
