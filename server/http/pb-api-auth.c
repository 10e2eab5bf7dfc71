/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/auth: who one is, and ways in: a login, the first account, invitations
 * and links. */
#include "auth/pb-token.h"
#include "http/pb-client.h"
#include "http/pb-login.h"
#include "http/pb-throttle.h"
#include "store/pb-audit.h"
#include "store/pb-grants.h"

#define SHARE_COOKIE_S (30 * 24 * 3600)

enum {
  WORD_LOGIN,
  WORD_NAME,
  WORD_TOKEN,
  WORD_TOTP,
};

static void
get_me (PbRequest *request)
{
  pb_me_reply (
      request->config, request->message, SOUP_STATUS_OK, request->principal);
}

static const gchar *
get_word (PbRequest *request, const gchar *name)
{
  return pb_json_get_text (request->body, name);
}

static void
reply_missing (SoupServerMessage *message, const gchar *names)
{
  pb_reply_error (message, SOUP_STATUS_BAD_REQUEST, "bad_request",
      "The body needs these texts: %s", names);
}

/* Of who is not known yet, for the log: the login as it was typed may be a
 * password typed in the wrong field. */
static void
note_refusal (PbPending *p, const gchar *why)
{
  g_autoptr (PbPrincipal) who = NULL;
  const gchar *address = pb_client_get_address (p->message);
  g_autoptr (GArray) list = NULL;

  if (!p->person)
    return;
  list = pb_directory_list_memberships (
      pb_guard_get_directory (p->config->guard), p->person->id);
  who = pb_principal_new (PB_PRINCIPAL_NOBODY, NULL, p->person->login,
      list->len > 0 ? g_array_index (list, PbMembership, 0).team : NULL);
  pb_audit_add (
      p->config->store, who, "login.refused", p->person->login, address, why);
}

static void
reply_wrong_login (PbPending *p)
{
  note_refusal (p, "wrong password");
  pb_reply_error (p->message, SOUP_STATUS_UNAUTHORIZED, "wrong_login",
      "Login or password is wrong");
}

/* Returns: whether it is right; else answered. @step as of
 * pb_login_check_totp(). */
static gboolean
check_second_factor (PbPending *p, gint64 *step)
{
  switch (
      pb_login_check_totp (p->config, p->person, p->words[WORD_TOTP], step)) {
    case PB_SECOND_FACTOR_FINE:
      return TRUE;
    case PB_SECOND_FACTOR_MISSING:
      pb_reply_error (p->message, SOUP_STATUS_UNAUTHORIZED, "totp_needed",
          "Send the six digits of your authenticator, too");
      return FALSE;
    case PB_SECOND_FACTOR_WRONG:
      break;
  }
  note_refusal (p, "wrong second factor");
  pb_reply_error (p->message, SOUP_STATUS_UNAUTHORIZED, "wrong_login",
      "The six digits are wrong, or were used before");
  return FALSE;
}

typedef struct {
  PbPending *pending;
  const gchar *hash; /* of somebody new */
  PbGrant *invitation;
  gint64 step;
} Entry;

static gboolean
take_step (const PbHttpConfig *config, const Entry *entry, GError **error)
{
  return entry->step == 0
         || pb_store_take_totp_step (
             config->store, entry->pending->person->id, entry->step, error);
}

/* The password was looked at beside the main loop: it may have been changed
 * meanwhile, which ends the logins that it had opened. */
static gchar *
prepare_login (
    const PbHttpConfig *config, gpointer data, gchar **team, GError **error)
{
  const Entry *entry = data;
  const PbPerson *person = entry->pending->person;

  return pb_store_check_same_password (config->store, person, error)
                 && take_step (config, entry, error)
             ? g_strdup (person->id)
             : NULL;
}

/* As check_second_factor(), of a password that was right: that was no guess,
 * unless of the digits. */
static gboolean
is_second_factor_right (PbPending *p, gint64 *step)
{
  const gchar *digits = p->words[WORD_TOTP];
  const gboolean fine = check_second_factor (p, step);

  if (fine || !digits || !digits[0])
    pb_throttle_forgive_login (p->config, p->message, p->words[WORD_LOGIN]);
  return fine;
}

static void
on_login_checked (gboolean right, gpointer user_data)
{
  PbPending *p = user_data;
  Entry entry = { .pending = p };

  if (!right)
    reply_wrong_login (p);
  else if (is_second_factor_right (p, &entry.step))
    pb_login_begin (p->config, p->message, SOUP_STATUS_OK, prepare_login,
        &entry, p->person->login, "login");
  soup_server_message_unpause (p->message);
}

/* Returns: %FALSE if it could not be asked for, which was answered */
static gboolean
find_person (PbPending *p, const gchar *login)
{
  g_autoptr (GError) error = NULL;

  p->person = pb_store_find_person (p->config->store, login, &error);
  if (p->person
      || g_error_matches (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND))
    return TRUE;
  pb_reply_store_error (p->message, error);
  return FALSE;
}

static void
post_login (PbRequest *request)
{
  const gchar *login = get_word (request, "login");
  const gchar *password = get_word (request, "password");
  PbPending *p;

  if (!login || !password) {
    reply_missing (request->message, "login, password");
    return;
  }
  if (!pb_throttle_login (request->config, request->message, login))
    return;
  p = pb_pending_new (request);
  p->words[WORD_LOGIN] = g_strdup (login);
  p->words[WORD_TOTP] = g_strdup (get_word (request, "totp"));
  if (!find_person (p, login))
    pb_pending_free (p);
  else if (!pb_pending_check (p, password, on_login_checked))
    /* Nothing was looked at. */
    pb_throttle_forgive_login (request->config, request->message, login);
}

static gboolean
is_setup_token (PbGuard *guard, const gchar *token)
{
  const gchar *own = pb_guard_get_setup_token (guard);
  guint8 hash[PB_TOKEN_HASH_BYTES];

  if (!own || !token)
    return FALSE;
  pb_token_hash (own, hash);
  return pb_token_matches (token, hash);
}

static void
reply_no_setup (SoupServerMessage *message)
{
  pb_reply_error (message, SOUP_STATUS_FORBIDDEN, "bad_setup_token",
      "This link is not, or no longer, good: it is printed by the server at "
      "its start, and works until there is an account");
}

static gchar *
prepare_setup (
    const PbHttpConfig *config, gpointer data, gchar **team, GError **error)
{
  const Entry *entry = data;
  g_autofree gchar *id =
      pb_store_add_person (config->store, entry->pending->words[WORD_LOGIN],
          entry->pending->words[WORD_NAME], entry->hash, error);

  if (!id
      || !pb_store_set_member (
          config->store, PB_TEAM_DEFAULT, id, PB_ROLE_ADMIN, error))
    return NULL;
  *team = g_strdup (PB_TEAM_DEFAULT);
  return g_steal_pointer (&id);
}

static void
reply_no_memory (SoupServerMessage *message)
{
  pb_reply_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "login_busy",
      "There was not memory enough for the password; try again");
}

static void
on_setup_hashed (const gchar *hash, gpointer user_data)
{
  PbPending *p = user_data;
  Entry entry = { .pending = p, .hash = hash };

  if (!hash)
    reply_no_memory (p->message);
  else if (!is_setup_token (p->config->guard, p->words[WORD_TOKEN]))
    reply_no_setup (p->message);
  else
    pb_login_begin (p->config, p->message, SOUP_STATUS_CREATED, prepare_setup,
        &entry, p->words[WORD_LOGIN], "setup");
  soup_server_message_unpause (p->message);
}

/* Returns: %FALSE if a new account cannot be like that, which was answered */
static gboolean
check_new_person (SoupServerMessage *message, const gchar *login,
    const gchar *name, const gchar *password)
{
  g_autoptr (GError) error = NULL;

  if (!login || !name || !password)
    reply_missing (message, "token, login, name, password");
  else if (!pb_person_check_names (login, name, &error)
           || !pb_password_check_form (password, &error))
    pb_reply_error (
        message, SOUP_STATUS_BAD_REQUEST, "bad_request", "%s", error->message);
  else
    return TRUE;
  return FALSE;
}

static PbPending *
keep_words (PbRequest *request)
{
  PbPending *p = pb_pending_new (request);

  p->words[WORD_LOGIN] = g_strdup (get_word (request, "login"));
  p->words[WORD_NAME] = g_strdup (get_word (request, "name"));
  p->words[WORD_TOKEN] = g_strdup (get_word (request, "token"));
  p->words[WORD_TOTP] = g_strdup (get_word (request, "totp"));
  return p;
}

static void
post_setup (PbRequest *request)
{
  const gchar *password = get_word (request, "password");

  if (!pb_throttle_token (request))
    return;
  if (!is_setup_token (request->config->guard, get_word (request, "token"))) {
    reply_no_setup (request->message);
    return;
  }
  pb_throttle_forgive_token (request);
  if (check_new_person (request->message, get_word (request, "login"),
          get_word (request, "name"), password))
    pb_pending_hash (keep_words (request), password, on_setup_hashed);
}

/* Who is there joins, who is new is made; the invitation is used up. Nobody
 * loses a role that they have. */
static gchar *
prepare_accept (
    const PbHttpConfig *config, gpointer data, gchar **team, GError **error)
{
  const Entry *entry = data;
  PbStore *store = config->store;
  g_autofree gchar *id =
      entry->hash
          ? pb_store_add_person (store, entry->pending->words[WORD_LOGIN],
              entry->pending->words[WORD_NAME], entry->hash, error)
          : g_strdup (entry->pending->person->id);

  if (!id
      || (!entry->hash
          && !pb_store_check_same_password (
              store, entry->pending->person, error))
      || !take_step (config, entry, error)
      || !pb_store_remove_grant (store, PB_GRANT_INVITATION,
          entry->invitation->id, entry->invitation->team, error)
      || !pb_store_join_team (
          store, entry->invitation->team, id, entry->invitation->role, error))
    return NULL;
  *team = g_strdup (entry->invitation->team);
  return g_steal_pointer (&id);
}

static void
accept (PbPending *p, const gchar *hash)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PbGrant) invitation = pb_store_find_invitation (
      p->config->store, p->words[WORD_TOKEN], g_get_real_time (), &error);
  Entry entry = { .pending = p, .hash = hash, .invitation = invitation };

  if (!invitation)
    pb_reply_store_error (p->message, error);
  else if (hash || is_second_factor_right (p, &entry.step))
    pb_login_begin (p->config, p->message, SOUP_STATUS_CREATED, prepare_accept,
        &entry, hash ? p->words[WORD_LOGIN] : p->person->login,
        "invitation.accept");
}

static void
on_accept_hashed (const gchar *hash, gpointer user_data)
{
  PbPending *p = user_data;

  if (hash)
    accept (p, hash);
  else
    reply_no_memory (p->message);
  soup_server_message_unpause (p->message);
}

static void
on_accept_checked (gboolean right, gpointer user_data)
{
  PbPending *p = user_data;

  if (right)
    accept (p, NULL);
  else
    reply_wrong_login (p);
  soup_server_message_unpause (p->message);
}

static void
post_accept (PbRequest *request)
{
  const gchar *token = get_word (request, "token");
  const gchar *password = get_word (request, "password");
  g_autoptr (PbGrant) invitation = NULL;
  g_autoptr (GError) error = NULL;
  PbPending *p;

  if (!check_new_person (request->message, get_word (request, "login"),
          get_word (request, "name"), password)
      || !pb_throttle_token (request))
    return;
  invitation = pb_store_find_invitation (
      request->config->store, token ? token : "", g_get_real_time (), &error);
  if (!invitation) {
    pb_reply_failure (request, error);
    return;
  }
  pb_throttle_forgive_token (request);
  p = keep_words (request);
  if (!find_person (p, p->words[WORD_LOGIN])
      || (p->person
          && !pb_throttle_login (
              request->config, request->message, p->words[WORD_LOGIN])))
    pb_pending_free (p);
  else if (p->person)
    pb_pending_check (p, password, on_accept_checked);
  else
    pb_pending_hash (p, password, on_accept_hashed);
}

static void
post_share (PbRequest *request)
{
  const gchar *token = get_word (request, "token");
  g_autoptr (PbPrincipal) share = NULL;

  if (!pb_throttle_token (request))
    return;
  if (token)
    share = pb_directory_find_token (
        pb_guard_get_directory (request->config->guard), token,
        g_get_real_time ());
  if (!share || share->kind != PB_PRINCIPAL_SHARE) {
    pb_reply_error (request->message, SOUP_STATUS_UNAUTHORIZED, "bad_token",
        "This link is over or was withdrawn: ask for a new one");
    return;
  }
  pb_throttle_forgive_token (request);
  pb_client_set_cookie (
      request->message, PB_COOKIE_SHARE, token, "/", SHARE_COOKIE_S);
  pb_me_reply (request->config, request->message, SOUP_STATUS_OK, share);
}

const PbRoute pb_auth_routes[] = {
  { "GET", "/api/v1/auth/me", PB_ROUTE_ANYBODY, get_me },
  { "POST", "/api/v1/auth/setup", PB_ROUTE_OPEN, post_setup },
  { "POST", "/api/v1/auth/login", PB_ROUTE_OPEN, post_login },
  { "POST", "/api/v1/auth/accept", PB_ROUTE_OPEN, post_accept },
  { "POST", "/api/v1/auth/share", PB_ROUTE_OPEN, post_share },
  { NULL },
};
