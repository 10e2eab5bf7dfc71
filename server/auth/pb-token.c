/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbToken: opaque secrets that are shown once and kept as a hash. */
#include "auth/pb-token.h"

#include <string.h>

#include <sodium.h>

#define PREFIX_CHARS 3
#define SECRET_ID_BYTES 16
#define SECRET_BYTES 32
#define SECRET_CHARS 43

/* RFC 4648 base32 in lower case: no letter looks like a digit of it. */
static const gchar base32[] = "abcdefghijklmnopqrstuvwxyz234567";
static const gchar base64url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * pb_id_new:
 *
 * Returns: (transfer full): 12 random letters and digits (60 bits), of a
 *   person, a key, a share, an invitation or a login
 */
gchar *
pb_id_new (void)
{
  gchar *id = g_malloc (PB_TOKEN_ID_CHARS + 1);

  for (guint i = 0; i < PB_TOKEN_ID_CHARS; i++)
    id[i] = base32[randombytes_uniform (sizeof base32 - 1)];
  id[PB_TOKEN_ID_CHARS] = '\0';
  return id;
}

/**
 * pb_id_new_secret:
 *
 * Returns: (transfer full): 32 random hex digits (128 bits), of what whoever
 *   knows its name may end or read: a publisher, a stream of the front
 */
gchar *
pb_id_new_secret (void)
{
  guint8 bytes[SECRET_ID_BYTES];
  gchar *id = g_malloc (2 * sizeof bytes + 1);

  randombytes_buf (bytes, sizeof bytes);
  return sodium_bin2hex (id, 2 * sizeof bytes + 1, bytes, sizeof bytes);
}

/**
 * pb_id_is_valid:
 * @id: any text
 *
 * Returns: %TRUE if pb_id_new() could have made it
 */
gboolean
pb_id_is_valid (const gchar *id)
{
  return strlen (id) == PB_TOKEN_ID_CHARS
         && strspn (id, base32) == PB_TOKEN_ID_CHARS;
}

/**
 * pb_token_new:
 * @prefix: %PB_TOKEN_API_KEY, …
 * @id: of pb_id_new(); tells whose hash to compare with and is no secret
 *
 * Returns: (transfer full): prefix_id_secret, for pb_secret_free()
 */
gchar *
pb_token_new (const gchar *prefix, const gchar *id)
{
  gchar *secret = pb_secret_new (SECRET_BYTES);
  gchar *token = g_strdup_printf ("%s_%s_%s", prefix, id, secret);

  pb_secret_free (secret);
  return token;
}

/**
 * pb_token_split:
 * @token: any text, from outside
 * @prefix: the kind that it must be of
 * @id: (out): whose it says it is
 *
 * Returns: %TRUE if it has the form of a token; whether it is one is for
 *   pb_token_matches() to say
 */
gboolean
pb_token_split (
    const gchar *token, const gchar *prefix, gchar id[PB_TOKEN_ID_CHARS + 1])
{
  const gchar *id_part = token + PREFIX_CHARS + 1;
  const gchar *secret = id_part + PB_TOKEN_ID_CHARS + 1;

  if (strlen (token) != PB_TOKEN_CHARS
      || strncmp (token, prefix, PREFIX_CHARS) != 0
      || token[PREFIX_CHARS] != '_' || secret[-1] != '_'
      || strspn (secret, base64url) != SECRET_CHARS)
    return FALSE;
  memcpy (id, id_part, PB_TOKEN_ID_CHARS);
  id[PB_TOKEN_ID_CHARS] = '\0';
  return pb_id_is_valid (id);
}

/**
 * pb_token_hash:
 * @token: a token
 * @hash: (out): BLAKE2b-256 of all of it. It has 256 random bits, so there is
 *   nothing for a slow hash to slow down
 */
void
pb_token_hash (const gchar *token, guint8 hash[PB_TOKEN_HASH_BYTES])
{
  crypto_generichash (hash, PB_TOKEN_HASH_BYTES, (const guint8 *) token,
      strlen (token), NULL, 0);
}

/**
 * pb_token_matches:
 * @token: any text
 * @hash: of the one it must be
 *
 * Takes the same time whether it is and wherever it differs.
 *
 * Returns: %TRUE if @token is the one
 */
gboolean
pb_token_matches (const gchar *token, const guint8 hash[PB_TOKEN_HASH_BYTES])
{
  guint8 own[PB_TOKEN_HASH_BYTES];

  pb_token_hash (token, own);
  return sodium_memcmp (own, hash, PB_TOKEN_HASH_BYTES) == 0;
}
