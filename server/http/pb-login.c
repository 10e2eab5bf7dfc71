/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Logging in: from a person who was found to be right to cookies and "me". */
#include "http/pb-login.h"

#include "auth/pb-totp.h"
#include "http/pb-client.h"
#include "store/pb-audit.h"
#include "store/pb-logins.h"

#define REFRESH_PATH "/api/v1/auth"

/**
 * pb_login_ensure_key:
 *
 * Within a change.
 *
 * Returns: %FALSE with @error set if nothing can sign access tokens
 */
gboolean
pb_login_ensure_key (const PbHttpConfig *config, GError **error)
{
  const gint64 now_us = g_get_real_time ();
  PbJwt *jwt = pb_guard_get_jwt (config->guard);

  return !pb_jwt_needs_key (jwt, now_us / G_USEC_PER_SEC)
         || pb_store_rotate_jwt_key (config->store, jwt, now_us, error);
}

static void
set_cookies (
    SoupServerMessage *message, const gchar *access, const gchar *refresh_token)
{
  pb_client_set_cookie (message, PB_COOKIE_ACCESS, access, "/", PB_JWT_LIFE_S);
  pb_client_set_cookie (message, PB_COOKIE_REFRESH, refresh_token, REFRESH_PATH,
      PB_LOGIN_LIFE_US / G_USEC_PER_SEC);
}

/**
 * pb_login_forget:
 *
 * Takes all cookies away.
 */
void
pb_login_forget (SoupServerMessage *message)
{
  set_cookies (message, NULL, NULL);
  pb_client_set_cookie (message, PB_COOKIE_SHARE, NULL, "/", 0);
}

/**
 * pb_login_renew:
 * @refresh_token: (nullable): the new one; %NULL lets the old one be
 *
 * Sets the cookies of a login that is in the directory. Answers nothing.
 *
 * Returns: %FALSE if there is no key to sign with
 */
gboolean
pb_login_renew (const PbHttpConfig *config, SoupServerMessage *message,
    const gchar *person, const gchar *team, const gchar *family,
    const gchar *refresh_token)
{
  const PbJwtClaims claims = {
    .person = (gchar *) person,
    .team = (gchar *) team,
    .family = (gchar *) family,
    .role = (gchar *) pb_role_to_string (pb_directory_get_role (
        pb_guard_get_directory (config->guard), team, person)),
  };
  gchar *access = pb_jwt_sign (pb_guard_get_jwt (config->guard), &claims,
      g_get_real_time () / G_USEC_PER_SEC);

  if (!access)
    return FALSE;
  if (refresh_token)
    set_cookies (message, access, refresh_token);
  else
    pb_client_set_cookie (
        message, PB_COOKIE_ACCESS, access, "/", PB_JWT_LIFE_S);
  pb_secret_free (access);
  return TRUE;
}

typedef struct {
  const gchar *login; /* for the log */
  const gchar *action;
  gchar *person;
  gchar *team;
  gchar *family;
  gchar *refresh_token;
} Opened;

static void
opened_clear (Opened *opened)
{
  g_free (opened->person);
  g_free (opened->team);
  g_free (opened->family);
  pb_secret_free (opened->refresh_token);
}

static gchar *
dup_first_team (const PbHttpConfig *config, const gchar *person)
{
  g_autoptr (GArray) list = pb_directory_list_memberships (
      pb_guard_get_directory (config->guard), person);

  return list->len > 0 ? g_strdup (g_array_index (list, PbMembership, 0).team)
                       : NULL;
}

static gboolean
note_opened (const PbHttpConfig *config, const gchar *address,
    const Opened *opened, GError **error)
{
  g_autoptr (PbPrincipal) who = pb_principal_new (
      PB_PRINCIPAL_PERSON, opened->person, opened->login, opened->team);

  return pb_audit_write (config->store, who, opened->action, opened->login,
      address, opened->family, error);
}

static gboolean
open_login (const PbHttpConfig *config, SoupServerMessage *message,
    PbLoginPrepare prepare, gpointer data, Opened *opened, GError **error)
{
  const gchar *agent = soup_message_headers_get_one (
      soup_server_message_get_request_headers (message), "User-Agent");
  const gchar *address = pb_client_get_address (message);
  g_autofree gchar *valid = g_utf8_make_valid (agent ? agent : "", -1);

  opened->person = prepare (config, data, &opened->team, error);
  if (!opened->person)
    return FALSE;
  if (!opened->team)
    opened->team = dup_first_team (config, opened->person);
  if (!opened->team) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_REFUSED,
        "you are in no team: ask an admin for an invitation");
    return FALSE;
  }
  opened->family =
      pb_store_open_login (config->store, opened->person, opened->team, address,
          valid, g_get_real_time (), &opened->refresh_token, error);
  return opened->family && pb_login_ensure_key (config, error)
         && note_opened (config, address, opened, error);
}

static void
welcome (const PbHttpConfig *config, SoupServerMessage *message, guint status,
    const Opened *opened)
{
  const PbJwtClaims claims = { opened->person, opened->team, (gchar *) "",
    opened->family };
  g_autoptr (PbPrincipal) principal = pb_directory_find_login (
      pb_guard_get_directory (config->guard), &claims, g_get_real_time ());

  if (!principal
      || !pb_login_renew (config, message, opened->person, opened->team,
          opened->family, opened->refresh_token)) {
    pb_reply_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "store_busy",
        "Another process holds the database up; try again");
    return;
  }
  pb_me_reply (config, message, status, principal);
}

/**
 * pb_login_begin:
 * @status: of the answer if all goes well
 * @prepare: finds or makes the person
 * @data: for @prepare
 * @login: for the log: the person's
 * @action: likewise
 *
 * Answers @message.
 *
 * Returns: %TRUE if somebody is logged in now
 */
gboolean
pb_login_begin (const PbHttpConfig *config, SoupServerMessage *message,
    guint status, PbLoginPrepare prepare, gpointer data, const gchar *login,
    const gchar *action)
{
  PbStore *store = config->store;
  g_autoptr (GError) error = NULL;
  Opened opened = { .login = login, .action = action };
  gboolean done = FALSE;

  if (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error)) {
    gboolean keep =
        open_login (config, message, prepare, data, &opened, &error);

    done = pb_store_end_change (store, keep, keep ? &error : NULL);
  }
  if (done) {
    pb_guard_changed (config->guard);
    pb_proofs_add (pb_guard_get_proofs (config->guard), opened.family,
        g_get_monotonic_time ());
    welcome (config, message, status, &opened);
  } else {
    pb_reply_store_error (message, error);
  }
  opened_clear (&opened);
  return done;
}

/**
 * pb_login_check_totp:
 * @code: (nullable): what was sent
 * @step: (out): of the code, for pb_store_take_totp_step(); 0 = none is needed
 *
 * Returns: whether the second factor is right
 */
PbSecondFactor
pb_login_check_totp (const PbHttpConfig *config, const PbPerson *person,
    const gchar *code, gint64 *step)
{
  g_autoptr (GError) error = NULL;
  gchar *secret;
  gboolean right;

  *step = 0;
  if (!person->sealed_totp)
    return PB_SECOND_FACTOR_FINE;
  if (!code || !code[0])
    return PB_SECOND_FACTOR_MISSING;
  secret = pb_seal_open (config->seal, person->sealed_totp, &error);
  if (!secret) {
    g_warning ("second factor of %s: %s. pitbox-server user passwd takes it "
               "away",
        person->login, error->message);
    return PB_SECOND_FACTOR_WRONG;
  }
  *step = person->totp_step;
  right =
      pb_totp_check (secret, code, g_get_real_time () / G_USEC_PER_SEC, step);
  pb_secret_free (secret);
  return right ? PB_SECOND_FACTOR_FINE : PB_SECOND_FACTOR_WRONG;
}

static void
add_person (
    JsonBuilder *b, PbDirectory *directory, const PbPrincipal *principal)
{
  const PbPerson *person =
      principal->kind == PB_PRINCIPAL_PERSON
          ? pb_directory_get_person (directory, principal->id)
          : NULL;

  if (!person) {
    pb_json_add_null (b, "person");
    return;
  }
  pb_json_begin_object (b, "person");
  pb_json_add_text (b, "id", person->id);
  pb_json_add_text (b, "login", person->login);
  pb_json_add_text (b, "name", person->name);
  pb_json_add_bool (b, "totp", person->sealed_totp != NULL);
  json_builder_end_object (b);
}

static void
add_teams (JsonBuilder *b, PbDirectory *directory, const PbPrincipal *principal)
{
  g_autoptr (GArray) list = pb_directory_list_memberships (
      directory, principal->kind == PB_PRINCIPAL_PERSON ? principal->id : "");

  pb_json_begin_object (b, "team");
  pb_json_add_text (b, "id", principal->team);
  pb_json_add_text (
      b, "name", pb_directory_get_team_name (directory, principal->team));
  json_builder_end_object (b);
  pb_json_begin_array (b, "teams");
  for (guint i = 0; i < list->len; i++) {
    const PbMembership *membership = &g_array_index (list, PbMembership, i);

    json_builder_begin_object (b);
    pb_json_add_text (b, "id", membership->team);
    pb_json_add_text (b, "name", membership->team_name);
    pb_json_add_text (b, "role", pb_role_to_string (membership->role));
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
add_limits (JsonBuilder *b, const PbPrincipal *principal)
{
  pb_json_add_known_text (b, "driver", principal->driver);
  pb_json_add_known_text (b, "session", principal->session);
}

/**
 * pb_me_reply:
 * @principal: somebody
 *
 * Says who asks and what they may do.
 */
void
pb_me_reply (const PbHttpConfig *config, SoupServerMessage *message,
    guint status, const PbPrincipal *principal)
{
  PbDirectory *directory = pb_guard_get_directory (config->guard);
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "kind", pb_principal_kind_to_string (principal->kind));
  add_person (b, directory, principal);
  add_teams (b, directory, principal);
  if (principal->kind == PB_PRINCIPAL_PERSON)
    pb_json_add_text (b, "role", pb_role_to_string (principal->role));
  else
    pb_json_add_null (b, "role");
  add_limits (b, principal);
  pb_json_begin_array (b, "may");
  for (gint action = 0; action < PB_N_ACTIONS; action++)
    if (pb_principal_may (principal, action))
      json_builder_add_string_value (b, pb_action_to_string (action));
  json_builder_end_array (b);
  pb_json_add_bool (b, "open", pb_guard_is_open (config->guard));
  pb_json_add_bool (b, "insecure_lan",
      pb_guard_get_config (config->guard)->insecure_lan
          && !pb_client_is_secure (message));
  pb_json_add_bool (
      b, "setup", pb_guard_get_setup_token (config->guard) != NULL);
  json_builder_end_object (b);
  pb_reply_status (message, status, b);
}

/**
 * pb_pending_new:
 *
 * Returns: (transfer full): what is left of @request after its function has
 *   returned
 */
PbPending *
pb_pending_new (PbRequest *request)
{
  PbPending *self = g_new0 (PbPending, 1);

  self->config = request->config;
  self->message = g_object_ref (request->message);
  self->principal = pb_principal_copy (request->principal);
  return self;
}

void
pb_pending_free (gpointer pending)
{
  PbPending *self = pending;

  for (guint i = 0; i < G_N_ELEMENTS (self->words); i++)
    pb_secret_free (self->words[i]);
  g_clear_pointer (&self->person, pb_person_free);
  pb_principal_free (self->principal);
  g_object_unref (self->message);
  g_free (self);
}

static void
reply_busy (SoupServerMessage *message)
{
  soup_message_headers_replace (
      soup_server_message_get_response_headers (message), "Retry-After", "1");
  pb_reply_error (message, SOUP_STATUS_SERVICE_UNAVAILABLE, "login_busy",
      "Too many people log in at this moment; try again");
}

/**
 * pb_pending_check:
 * @pending: (transfer full): its person's password is asked for
 * @done: answers the message and calls soup_server_message_unpause()
 *
 * Returns: %FALSE if that was answered, because too many wait
 */
gboolean
pb_pending_check (
    PbPending *pending, const gchar *password, PbPasswordChecked done)
{
  g_autoptr (SoupServerMessage) message = g_object_ref (pending->message);

  if (pb_passwords_check (pb_guard_get_passwords (pending->config->guard),
          pending->person ? pending->person->password_hash : NULL, password,
          done, pending, pb_pending_free)) {
    soup_server_message_pause (message);
    return TRUE;
  }
  reply_busy (message);
  return FALSE;
}

/**
 * pb_pending_hash:
 *
 * As pb_pending_check(), for a new password.
 */
gboolean
pb_pending_hash (
    PbPending *pending, const gchar *password, PbPasswordHashed done)
{
  g_autoptr (SoupServerMessage) message = g_object_ref (pending->message);

  if (pb_passwords_hash (pb_guard_get_passwords (pending->config->guard),
          password, done, pending, pb_pending_free)) {
    soup_server_message_pause (message);
    return TRUE;
  }
  reply_busy (message);
  return FALSE;
}
