/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGuard: who asks, whether that is allowed, and who is not welcome any more. */
#include "http/pb-guard.h"

#include <string.h>

#include "auth/pb-bind.h"
#include "auth/pb-token.h"
#include "http/pb-reply.h"
#include "http/pb-throttle.h"
#include "store/pb-grants.h"
#include "store/pb-logins.h"

/* What other processes change, and what is over by itself, is seen so soon. */
#define TICK_MS 400
/* How often the use of a key is written down. */
#define KEY_USE_US G_USEC_PER_SEC * 60
#define COOKIES_MAX_BYTES 8192
/* Second factors that were shown and not proved yet. */
#define OFFERS_MAX 256
#define SECURE_KEY "pitbox-client-secure"
#define ADDRESS_KEY "pitbox-client-address"

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

/* A browser takes this prefix from TLS alone and for one host: neither a page
 * without TLS nor a neighbour's subdomain can set such a cookie. */
static gchar *
dup_cookie_name (SoupServerMessage *message, const gchar *name)
{
  return g_strconcat (
      pb_guard_is_secure (message) ? PB_COOKIE_SECURE_PREFIX : "", name, NULL);
}

/**
 * pb_guard_dup_cookie:
 * @name: without the prefix that it has with TLS
 *
 * Returns: (transfer full) (nullable): value of the first cookie of that name,
 *   for pb_secret_free()
 */
gchar *
pb_guard_dup_cookie (SoupServerMessage *message, const gchar *name)
{
  const gchar *text = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Cookie");
  g_autofree gchar *full = dup_cookie_name (message, name);
  const gsize size = strlen (full);

  if (!text || strlen (text) > COOKIES_MAX_BYTES)
    return NULL;
  while (text) {
    text += strspn (text, " \t");
    if (strncmp (text, full, size) == 0 && text[size] == '=')
      return g_strndup (text + size + 1, strcspn (text + size + 1, "; \t"));
    text = strchr (text, ';');
    if (text)
      text++;
  }
  return NULL;
}

/**
 * pb_guard_note_client:
 * @message: whose head has been read
 * @is_secure: its connection is encrypted
 *
 * Before anything else is asked of @message: finds who has sent it, through
 * proxies of ours.
 *
 * Returns: %FALSE if somebody on the way could read what it says
 */
gboolean
pb_guard_note_client (
    PbGuard *self, SoupServerMessage *message, gboolean is_secure)
{
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);
  const gchar *host = soup_server_message_get_remote_host (message);
  const PbForwarded said = {
    soup_message_headers_get_list (in, "X-Forwarded-For"),
    soup_message_headers_get_list (in, "X-Forwarded-Proto"),
    soup_message_headers_get_list (in, "Forwarded"),
  };
  gchar *address = pb_proxies_find_client (
      self->config.proxies, host ? host : "", &said, &is_secure);

  g_object_set_data (
      G_OBJECT (message), SECURE_KEY, GINT_TO_POINTER (is_secure));
  g_object_set_data_full (G_OBJECT (message), ADDRESS_KEY, address, g_free);
  return is_secure || self->config.insecure_lan
         || pb_bind_is_loopback (address);
}

/**
 * pb_guard_is_secure:
 *
 * Returns: %TRUE if the client's connection is encrypted
 */
gboolean
pb_guard_is_secure (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), SECURE_KEY) != NULL;
}

/**
 * pb_guard_dup_address:
 *
 * Returns: (transfer full): the client's address in numbers
 */
gchar *
pb_guard_dup_address (SoupServerMessage *message)
{
  return g_strdup (g_object_get_data (G_OBJECT (message), ADDRESS_KEY));
}

/**
 * pb_guard_set_cookie:
 * @value: (nullable): %NULL takes it away
 * @path: where it is sent to; with TLS the whole host, as the prefix wants
 * @life_s: how long it is kept
 *
 * No script reads it, and no other site's page sends it.
 */
void
pb_guard_set_cookie (SoupServerMessage *message, const gchar *name,
    const gchar *value, const gchar *path, gint64 life_s)
{
  const gboolean secure = pb_guard_is_secure (message);
  g_autofree gchar *full = dup_cookie_name (message, name);
  g_autofree gchar *text =
      g_strdup_printf ("%s=%s; Path=%s; Max-Age=%" G_GINT64_FORMAT
                       "; HttpOnly; SameSite=Strict%s",
          full, value ? value : "", secure ? "/" : path, value ? life_s : 0,
          secure ? "; Secure" : "");

  soup_message_headers_append (
      soup_server_message_get_response_headers (message), "Set-Cookie", text);
}

static const gchar *
get_authorization (SoupServerMessage *message)
{
  return soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Authorization");
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
  gchar *token = pb_guard_dup_cookie (message, PB_COOKIE_ACCESS);
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
  gchar *token = pb_guard_dup_cookie (message, PB_COOKIE_SHARE);
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
  const gchar *header = get_authorization (message);
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
 * pb_guard_check:
 * @action: #PbAction, %PB_ROUTE_OPEN or %PB_ROUTE_ANYBODY
 *
 * Returns: %TRUE if @principal may; else 401, 403 or 429 was answered
 */
gboolean
pb_guard_check (PbGuard *self, SoupServerMessage *message,
    const PbPrincipal *principal, guint action)
{
  if (action == PB_ROUTE_OPEN)
    return TRUE;
  if (principal->kind == PB_PRINCIPAL_NOBODY) {
    soup_message_headers_replace (
        soup_server_message_get_response_headers (message), "WWW-Authenticate",
        "Bearer realm=\"PitBox Relay\"");
    if (get_authorization (message)) {
      if (pb_throttle_bearer (self, message))
        pb_reply_error (message, SOUP_STATUS_UNAUTHORIZED, "bad_token",
            "This key or token is unknown, over or withdrawn");
    } else {
      pb_reply_error (message, SOUP_STATUS_UNAUTHORIZED, "login_needed",
          "Log in first, or send a key: Authorization: Bearer …");
    }
    return FALSE;
  }
  if (!pb_throttle_principal (self, message, principal))
    return FALSE;
  if (action == PB_ROUTE_ANYBODY || pb_principal_may (principal, action))
    return TRUE;
  pb_reply_error (message, SOUP_STATUS_FORBIDDEN, "forbidden",
      "You may not do this (%s); an admin of your team can let you",
      pb_action_to_string (action));
  return FALSE;
}

/* "http://host:port" of the request itself. A page that came without TLS may be
 * anybody's: where the client has TLS it is no page of ours. */
static gboolean
is_own_origin (SoupServerMessage *message, const gchar *origin)
{
  const gchar *host = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "Host");
  const gchar *authority = strstr (origin, "://");

  return host && authority
         && (g_str_has_prefix (origin, "https://")
             || (g_str_has_prefix (origin, "http://")
                 && !pb_guard_is_secure (message)))
         && g_ascii_strcasecmp (authority + 3, host) == 0;
}

/**
 * pb_guard_check_origin:
 * @message: a request that changes something, or a WebSocket's
 *
 * A page of another site can send what a browser adds by itself: cookies, and
 * in open mode being on this machine. It cannot hide whose page it is.
 *
 * Returns: %TRUE if it comes from our own page or from no page; else 403 was
 *   answered
 */
gboolean
pb_guard_check_origin (PbGuard *self, SoupServerMessage *message)
{
  SoupMessageHeaders *in = soup_server_message_get_request_headers (message);
  const gchar *origin = soup_message_headers_get_one (in, "Origin");
  const gboolean has_cookie = !get_authorization (message)
                              && soup_message_headers_get_one (in, "Cookie");

  if (origin ? is_own_origin (message, origin) : !has_cookie)
    return TRUE;
  pb_reply_error (message, SOUP_STATUS_FORBIDDEN, "wrong_origin",
      "This comes from another site's page. A program that sends cookies must "
      "send Origin, too");
  return FALSE;
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
