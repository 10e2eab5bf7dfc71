/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGuard: who asks, and who is not welcome any more. */
#include "http/pb-guard.h"

#include "auth/pb-token.h"
#include "http/pb-client.h"
#include "store/pb-grants.h"
#include "store/pb-logins.h"

/* What other processes change, and what is over by itself, is seen so soon. */
#define TICK_MS 400
/* How often the use of a key is written down. */
#define KEY_USE_US G_USEC_PER_SEC * 60
/* Second factors that were shown and not proved yet. */
#define OFFERS_MAX 256

typedef struct {
  PbGuardFunc func;
  gpointer user_data;
} Watch;

struct _PbGuard {
  PbGuardConfig config;
  PbDirectory *directory;
  PbPasswords *passwords;
  PbJwt *jwt;
  PbBuckets *buckets;
  PbPairCodes *pair_codes;
  PbProofs *proofs;
  gchar *setup_token; /* until somebody has an account */
  GHashTable *key_uses; /* id of an API key → gint64 when that was written */
  GArray *watches;
  GHashTable *totp_offers; /* login → a secret that it was shown */
  gboolean behind; /* a change of ours is not in the directory yet */
  guint tick;
};

static void
call_watches (PbGuard *self)
{
  if (pb_directory_has_people (self->directory))
    g_clear_pointer (&self->setup_token, pb_secret_free);
  for (guint i = 0; i < self->watches->len; i++) {
    const Watch *watch = &g_array_index (self->watches, Watch, i);

    watch->func (self, watch->user_data);
  }
}

static gboolean
tick (gpointer user_data)
{
  PbGuard *self = user_data;

  if (self->behind && pb_directory_load (self->directory, NULL))
    self->behind = FALSE;
  pb_directory_follow (self->directory);
  call_watches (self);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_guard_new:
 * @config: see #PbGuardConfig
 *
 * Returns: (transfer full): a guard, or %NULL with @error set
 */
PbGuard *
pb_guard_new (const PbGuardConfig *config, GError **error)
{
  g_autoptr (PbGuard) self = g_new0 (PbGuard, 1);

  self->config = *config;
  self->watches = g_array_new (FALSE, FALSE, sizeof (Watch));
  self->key_uses =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->totp_offers = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) pb_secret_free);
  self->directory = pb_directory_new (config->store, error);
  self->jwt = pb_jwt_new (config->seal);
  self->buckets = pb_buckets_new ();
  self->pair_codes = pb_pair_codes_new ();
  self->proofs = pb_proofs_new ();
  if (!self->directory
      || !pb_store_load_jwt_keys (config->store, self->jwt, error))
    return NULL;
  if (!pb_directory_has_people (self->directory)) {
    g_autofree gchar *id = pb_id_new ();

    self->setup_token = pb_token_new (PB_TOKEN_SETUP, id);
  }
  self->passwords = pb_passwords_new ();
  self->tick = g_timeout_add (TICK_MS, tick, self);
  return g_steal_pointer (&self);
}

/**
 * pb_guard_stop:
 *
 * Calls nobody any more: before those that it calls are freed.
 */
void
pb_guard_stop (PbGuard *self)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  g_clear_pointer (&self->passwords, pb_passwords_free);
  g_array_set_size (self->watches, 0);
}

void
pb_guard_free (PbGuard *self)
{
  pb_guard_stop (self);
  g_clear_pointer (&self->directory, pb_directory_free);
  g_clear_pointer (&self->jwt, pb_jwt_free);
  g_clear_pointer (&self->buckets, pb_buckets_free);
  g_clear_pointer (&self->pair_codes, pb_pair_codes_free);
  g_clear_pointer (&self->proofs, pb_proofs_free);
  pb_secret_free (self->setup_token);
  g_hash_table_unref (self->totp_offers);
  g_hash_table_unref (self->key_uses);
  g_array_unref (self->watches);
  g_free (self);
}

const PbGuardConfig *
pb_guard_get_config (PbGuard *self)
{
  return &self->config;
}

PbDirectory *
pb_guard_get_directory (PbGuard *self)
{
  return self->directory;
}

PbPasswords *
pb_guard_get_passwords (PbGuard *self)
{
  return self->passwords;
}

PbJwt *
pb_guard_get_jwt (PbGuard *self)
{
  return self->jwt;
}

PbBuckets *
pb_guard_get_buckets (PbGuard *self)
{
  return self->buckets;
}

PbPairCodes *
pb_guard_get_pair_codes (PbGuard *self)
{
  return self->pair_codes;
}

PbProofs *
pb_guard_get_proofs (PbGuard *self)
{
  return self->proofs;
}

/**
 * pb_guard_is_open:
 *
 * Returns: %TRUE while only this machine can connect and nobody has an account:
 *   everybody at it may do everything
 */
gboolean
pb_guard_is_open (PbGuard *self)
{
  return self->config.loopback && !pb_directory_has_people (self->directory);
}

/**
 * pb_guard_get_setup_token:
 *
 * Returns: (transfer none) (nullable): who shows it may make the first account;
 *   %NULL once there is one
 */
const gchar *
pb_guard_get_setup_token (PbGuard *self)
{
  return self->setup_token;
}

/* Not at each request: a key is used many times a second. */
static void
note_use (PbGuard *self, const gchar *id, gint64 now_us)
{
  gint64 *last = g_hash_table_lookup (self->key_uses, id);

  if (last && now_us - *last < KEY_USE_US)
    return;
  if (g_hash_table_size (self->key_uses) > PB_GRANTS_MAX)
    g_hash_table_remove_all (self->key_uses);
  last = g_new (gint64, 1);
  *last = now_us;
  g_hash_table_replace (self->key_uses, g_strdup (id), last);
  pb_store_note_key_use (self->config.store, id);
}

static PbPrincipal *
find_bearer (PbGuard *self, const gchar *header, gint64 now_us)
{
  PbPrincipal *principal = NULL;

  if (g_ascii_strncasecmp (header, "Bearer ", 7) == 0)
    principal = pb_directory_find_token (self->directory, header + 7, now_us);
  if (principal && principal->kind == PB_PRINCIPAL_API_KEY)
    note_use (self, principal->id, now_us);
  return principal;
}

static PbPrincipal *
find_person (PbGuard *self, SoupServerMessage *message, gint64 now_us)
{
  gchar *token = pb_client_dup_cookie (message, PB_COOKIE_ACCESS);
  g_autoptr (PbJwtClaims) claims = NULL;

  if (!token)
    return NULL;
  claims = pb_jwt_verify (self->jwt, token, now_us / G_USEC_PER_SEC);
  pb_secret_free (token);
  return claims ? pb_directory_find_login (self->directory, claims, now_us)
                : NULL;
}

static PbPrincipal *
find_share (PbGuard *self, SoupServerMessage *message, gint64 now_us)
{
  gchar *token = pb_client_dup_cookie (message, PB_COOKIE_SHARE);
  PbPrincipal *principal =
      token ? pb_directory_find_token (self->directory, token, now_us) : NULL;

  pb_secret_free (token);
  if (principal && principal->kind != PB_PRINCIPAL_SHARE)
    g_clear_pointer (&principal, pb_principal_free);
  return principal;
}

/**
 * pb_guard_find:
 * @message: a request whose head has been read
 *
 * What stands in Authorization counts alone; else the cookies of a login, then
 * those of a link.
 *
 * Returns: (transfer full): who asks; %PB_PRINCIPAL_NOBODY if that is not known,
 *   also for a secret that is not or no longer good
 */
PbPrincipal *
pb_guard_find (PbGuard *self, SoupServerMessage *message)
{
  const gint64 now_us = g_get_real_time ();
  const gchar *header = pb_client_get_authorization (message);
  PbPrincipal *principal = NULL;

  if (header) {
    principal = find_bearer (self, header, now_us);
  } else if (pb_guard_is_open (self)) {
    principal = pb_principal_new (
        PB_PRINCIPAL_LOCAL, NULL, "this machine", PB_TEAM_DEFAULT);
  } else {
    principal = find_person (self, message, now_us);
    if (!principal)
      principal = find_share (self, message, now_us);
  }
  return principal ? principal
                   : pb_principal_new (PB_PRINCIPAL_NOBODY, NULL, NULL, NULL);
}

/**
 * pb_guard_is_alive:
 * @principal: found earlier
 *
 * Returns: %TRUE if what goes on for @principal may go on
 */
gboolean
pb_guard_is_alive (PbGuard *self, const PbPrincipal *principal)
{
  if (principal->kind == PB_PRINCIPAL_LOCAL)
    return pb_guard_is_open (self);
  return pb_directory_is_alive (self->directory, principal, g_get_real_time ());
}

/**
 * pb_guard_offer_totp:
 * @family: a login
 * @secret: (nullable): of a second factor that it is shown; %NULL forgets it
 *
 * It is kept in memory until a code proves that it was taken.
 */
void
pb_guard_offer_totp (PbGuard *self, const gchar *family, const gchar *secret)
{
  if (g_hash_table_size (self->totp_offers) >= OFFERS_MAX)
    g_hash_table_remove_all (self->totp_offers);
  if (secret)
    g_hash_table_replace (
        self->totp_offers, g_strdup (family), g_strdup (secret));
  else
    g_hash_table_remove (self->totp_offers, family);
}

/**
 * pb_guard_get_offered_totp:
 *
 * Returns: (transfer none) (nullable): what that login was shown last
 */
const gchar *
pb_guard_get_offered_totp (PbGuard *self, const gchar *family)
{
  return g_hash_table_lookup (self->totp_offers, family);
}

/**
 * pb_guard_changed:
 *
 * After each change of people, teams, logins, keys, links and devices by this
 * process: it holds from now on.
 */
void
pb_guard_changed (PbGuard *self)
{
  g_autoptr (GError) error = NULL;

  self->behind = !pb_directory_load (self->directory, &error);
  if (self->behind)
    g_warning ("people, keys and devices cannot be read: %s", error->message);
  call_watches (self);
}

/**
 * pb_guard_add_watch:
 * @func: called after each change and some times a second
 * @user_data: for @func; lives longer than the guard's last call
 */
void
pb_guard_add_watch (PbGuard *self, PbGuardFunc func, gpointer user_data)
{
  const Watch watch = { func, user_data };

  g_array_append_val (self->watches, watch);
}
