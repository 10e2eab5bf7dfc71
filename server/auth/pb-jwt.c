/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbJwt: access tokens of minutes, signed with keys that rotate. */
#include "auth/pb-jwt.h"

#include <stdlib.h>
#include <string.h>

#include <jwt.h>
#include <sodium.h>

#define AUDIENCE "pitbox"
/* A key as text, so that it can be sealed as other secrets are: 256 random
 * bits as base64url. */
#define KEY_BYTES 32
/* The one that signs and those whose tokens are still alive. */
#define MAX_KEYS 8

typedef struct {
  gchar *secret;
  gint64 created_s;
} Key;

struct _PbJwt {
  PbSeal *seal;
  GQueue keys; /* of Key, newest first */
};

static void
key_free (gpointer data)
{
  Key *key = data;

  pb_secret_free (key->secret);
  g_free (key);
}

/**
 * pb_jwt_new:
 * @seal: seals the keys; lives longer
 *
 * Returns: (transfer full): something without a key
 */
PbJwt *
pb_jwt_new (PbSeal *seal)
{
  PbJwt *self = g_new0 (PbJwt, 1);

  self->seal = seal;
  return self;
}

void
pb_jwt_free (PbJwt *self)
{
  g_queue_clear_full (&self->keys, key_free);
  g_free (self);
}

static gint
compare_age (gconstpointer a, gconstpointer b, gpointer unused)
{
  gint64 x = ((const Key *) a)->created_s;
  gint64 y = ((const Key *) b)->created_s;

  return (x < y) - (x > y);
}

static void
take_key (PbJwt *self, gchar *secret, gint64 created_s)
{
  Key *key;

  for (GList *l = self->keys.head; l; l = l->next)
    if (strcmp (((Key *) l->data)->secret, secret) == 0) {
      pb_secret_free (secret);
      return;
    }
  key = g_new (Key, 1);
  *key = (Key){ secret, created_s };
  g_queue_insert_sorted (&self->keys, key, compare_age, NULL);
  if (self->keys.length > MAX_KEYS)
    key_free (g_queue_pop_tail (&self->keys));
}

/* The newest that is not of a time to come: the clock may have been wrong, and
 * what such a key signs now would not verify. */
static const Key *
find_signing (PbJwt *self, gint64 now_s)
{
  for (GList *l = self->keys.head; l; l = l->next)
    if (((const Key *) l->data)->created_s <= now_s + PB_JWT_LIFE_S)
      return l->data;
  return NULL;
}

/**
 * pb_jwt_needs_key:
 *
 * Returns: %TRUE if there is no key that may sign now
 */
gboolean
pb_jwt_needs_key (PbJwt *self, gint64 now_s)
{
  const Key *newest = find_signing (self, now_s);

  return !newest || now_s - newest->created_s >= PB_JWT_ROTATE_S;
}

/**
 * pb_jwt_add_new_key:
 *
 * Signs with a new random key from now on; those of a time to come are
 * forgotten.
 *
 * Returns: (transfer full): it sealed, to be kept
 */
GBytes *
pb_jwt_add_new_key (PbJwt *self, gint64 now_s)
{
  gchar *secret = pb_secret_new (KEY_BYTES);
  GBytes *sealed = pb_seal_close (self->seal, secret);
  const Key *first;

  while ((first = g_queue_peek_head (&self->keys))
         && first->created_s > now_s + PB_JWT_LIFE_S)
    key_free (g_queue_pop_head (&self->keys));
  take_key (self, secret, now_s);
  return sealed;
}

/**
 * pb_jwt_add_key:
 * @sealed: of pb_jwt_add_new_key()
 * @created_s: when that was
 *
 * Returns: %FALSE with @error set if it cannot be opened
 */
gboolean
pb_jwt_add_key (PbJwt *self, GBytes *sealed, gint64 created_s, GError **error)
{
  gchar *secret = pb_seal_open (self->seal, sealed, error);

  if (!secret)
    return FALSE;
  take_key (self, secret, created_s);
  return TRUE;
}

/**
 * pb_jwt_sign:
 * @claims: of whom
 *
 * Returns: (transfer full) (nullable): a token that is good for
 *   %PB_JWT_LIFE_S, for pb_secret_free(); %NULL without a key
 */
gchar *
pb_jwt_sign (PbJwt *self, const PbJwtClaims *claims, gint64 now_s)
{
  const Key *key = find_signing (self, now_s);
  gchar *copy = NULL;
  char *token = NULL;
  jwt_t *jwt = NULL;

  if (!key || jwt_new (&jwt) != 0)
    return NULL;
  if (jwt_add_grant (jwt, "aud", AUDIENCE) == 0
      && jwt_add_grant (jwt, "sub", claims->person) == 0
      && jwt_add_grant (jwt, "team", claims->team) == 0
      && jwt_add_grant (jwt, "role", claims->role) == 0
      && jwt_add_grant (jwt, "fam", claims->family) == 0
      && jwt_add_grant_int (jwt, "iat", (long) now_s) == 0
      && jwt_add_grant_int (jwt, "exp", (long) now_s + PB_JWT_LIFE_S) == 0
      && jwt_set_alg (jwt, JWT_ALG_HS256, (const guint8 *) key->secret,
             (int) strlen (key->secret))
             == 0)
    token = jwt_encode_str (jwt);
  jwt_free (jwt);
  copy = g_strdup (token);
  free (token);
  return copy;
}

/* What libjwt has verified: whether it is for us, and for now. */
static PbJwtClaims *
read_claims (jwt_t *jwt, const Key *key, gint64 now_s)
{
  const gchar *person = jwt_get_grant (jwt, "sub");
  const gchar *team = jwt_get_grant (jwt, "team");
  const gchar *role = jwt_get_grant (jwt, "role");
  const gchar *family = jwt_get_grant (jwt, "fam");
  const gint64 iat = jwt_get_grant_int (jwt, "iat");
  const gint64 exp = jwt_get_grant_int (jwt, "exp");
  PbJwtClaims *claims;

  /* Nothing else than what pb_jwt_sign() writes: not "none", not a key of
   * another length of hash, no life of years. */
  if (jwt_get_alg (jwt) != JWT_ALG_HS256
      || g_strcmp0 (jwt_get_grant (jwt, "aud"), AUDIENCE) != 0 || !person
      || !team || !role || !family)
    return NULL;
  if (exp != iat + PB_JWT_LIFE_S || now_s >= exp || now_s < iat - PB_JWT_LIFE_S
      || iat < key->created_s - PB_JWT_LIFE_S
      || iat > key->created_s + 2 * PB_JWT_ROTATE_S)
    return NULL;
  claims = g_new (PbJwtClaims, 1);
  *claims = (PbJwtClaims){
    .person = g_strdup (person),
    .team = g_strdup (team),
    .role = g_strdup (role),
    .family = g_strdup (family),
  };
  return claims;
}

/**
 * pb_jwt_verify:
 * @token: any text, from outside
 *
 * The order in which keys are tried does not depend on the token: libjwt has
 * no way to ask for a key by the token's own name for it, and there are two at
 * most whose tokens can be alive. libjwt compares in constant time from
 * Debian's 1.10.2-1+deb12u1 and 1.17 on (CVE-2024-25189).
 *
 * Returns: (transfer full) (nullable): what it says, if it is of ours, whole
 *   and not too old
 */
PbJwtClaims *
pb_jwt_verify (PbJwt *self, const gchar *token, gint64 now_s)
{
  PbJwtClaims *claims = NULL;

  if (strlen (token) > PB_JWT_MAX_CHARS)
    return NULL;
  for (GList *l = self->keys.head; l && !claims; l = l->next) {
    const Key *key = l->data;
    jwt_t *jwt = NULL;

    if (now_s > key->created_s + 2 * PB_JWT_ROTATE_S + PB_JWT_LIFE_S)
      break;
    if (jwt_decode (&jwt, token, (const guint8 *) key->secret,
            (int) strlen (key->secret))
        != 0)
      continue;
    claims = read_claims (jwt, key, now_s);
    jwt_free (jwt);
  }
  return claims;
}

void
pb_jwt_claims_free (PbJwtClaims *claims)
{
  g_free (claims->person);
  g_free (claims->team);
  g_free (claims->role);
  g_free (claims->family);
  g_free (claims);
}
