/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/auth/refresh, team and logout: a login goes on, goes elsewhere, ends.
 */
#include "auth/pb-token.h"
#include "http/pb-client.h"
#include "http/pb-login.h"
#include "store/pb-audit.h"
#include "store/pb-logins.h"

typedef struct {
  const gchar *token;
  PbRefreshVerdict verdict;
  PbLogin *login;
  gchar *next;
} Refresh;

/* Of who shows a refresh token alone. */
static gboolean
note_login (PbRequest *request, const PbLogin *login, const gchar *action,
    const gchar *target, const gchar *detail, GError **error)
{
  const PbPerson *person = pb_directory_get_person (
      pb_guard_get_directory (request->config->guard), login->person);
  g_autoptr (PbPrincipal) who = pb_principal_new (PB_PRINCIPAL_PERSON,
      login->person, person ? person->login : NULL, login->team);
  const gchar *address = pb_client_get_address (request->message);

  return pb_audit_write (request->config->store, who, action,
      target ? target : who->name, address, detail, error);
}

/* One after the other is nothing to tell of. */
static gboolean
note_refresh (PbRequest *request, const Refresh *refresh, GError **error)
{
  if (refresh->verdict == PB_REFRESH_REPLAYED)
    return note_login (request, refresh->login, "login.replayed",
        refresh->login->id,
        "a used refresh token came again: the login has ended", error);
  if (refresh->verdict == PB_REFRESH_REPEATED)
    return note_login (request, refresh->login, "login.repeated",
        refresh->login->id,
        "a refresh token came again at once: its answer was lost, or it was "
        "stolen",
        error);
  return TRUE;
}

static gboolean
is_renewed (const Refresh *refresh)
{
  return refresh->verdict == PB_REFRESH_GOOD
         || refresh->verdict == PB_REFRESH_REPEATED;
}

static gboolean
write_refresh (PbRequest *request, gpointer data, GError **error)
{
  Refresh *refresh = data;

  return pb_store_refresh_login (request->config->store, refresh->token,
             g_get_real_time (), &refresh->verdict, &refresh->login,
             &refresh->next, error)
         && note_refresh (request, refresh, error)
         && pb_login_ensure_key (request->config, error);
}

static void
reply_no_refresh (PbRequest *request)
{
  pb_login_forget (request->message);
  pb_reply_error (request->message, SOUP_STATUS_UNAUTHORIZED, "login_needed",
      "This login is over: log in again");
}

/* Where the person was put out of the team it was in, another one. */
static void
answer_refresh (PbRequest *request, const Refresh *refresh)
{
  const PbLogin *login = refresh->login;
  PbDirectory *directory = pb_guard_get_directory (request->config->guard);
  g_autoptr (GArray) teams =
      pb_directory_list_memberships (directory, login->person);
  const gchar *team = login->team;
  PbJwtClaims claims = { login->person, NULL, (gchar *) "", login->id };
  g_autoptr (PbPrincipal) principal = NULL;

  if (pb_directory_get_role (directory, team, login->person) == PB_ROLE_NONE
      && teams->len > 0)
    team = g_array_index (teams, PbMembership, 0).team;
  claims.team = (gchar *) team;
  principal = pb_directory_find_login (directory, &claims, g_get_real_time ());
  if (principal
      && pb_login_renew (request->config, request->message, login->person, team,
          login->id, refresh->next))
    pb_me_reply (request->config, request->message, SOUP_STATUS_OK, principal);
  else
    reply_no_refresh (request);
}

static void
post_refresh (PbRequest *request)
{
  gchar *token = pb_client_dup_cookie (request->message, PB_COOKIE_REFRESH);
  Refresh refresh = { .token = token ? token : "" };

  if (!pb_request_change (request, write_refresh, &refresh)) {
    pb_secret_free (token);
    return;
  }
  if (is_renewed (&refresh))
    answer_refresh (request, &refresh);
  else
    reply_no_refresh (request);
  g_clear_pointer (&refresh.login, pb_login_free);
  pb_secret_free (refresh.next);
  pb_secret_free (token);
}

/* With an access token or, where that is over, the refresh token. */
static gboolean
write_logout (PbRequest *request, gpointer data, GError **error)
{
  Refresh *refresh = data;
  PbStore *store = request->config->store;
  const gchar *family = request->principal->family;

  if (request->principal->kind == PB_PRINCIPAL_PERSON)
    return pb_store_end_login (store, family, request->principal->id, error)
           && pb_request_note (
               request, "logout", request->principal->name, family, error);
  return write_refresh (request, data, error)
         && (!is_renewed (refresh)
             || (pb_store_end_login (store, refresh->login->id, NULL, error)
                 && note_login (request, refresh->login, "logout", NULL,
                     refresh->login->id, error)));
}

static void
post_logout (PbRequest *request)
{
  gchar *token = pb_client_dup_cookie (request->message, PB_COOKIE_REFRESH);
  Refresh refresh = { .token = token ? token : "" };

  if (pb_request_change (request, write_logout, &refresh)) {
    pb_login_forget (request->message);
    pb_reply_nothing (request->message);
  }
  g_clear_pointer (&refresh.login, pb_login_free);
  pb_secret_free (refresh.next);
  pb_secret_free (token);
}

static gboolean
write_team (PbRequest *request, gpointer data, GError **error)
{
  return pb_store_set_login_team (
             request->config->store, request->principal->family, data, error)
         && pb_login_ensure_key (request->config, error);
}

static void
post_team (PbRequest *request)
{
  const PbPrincipal *principal = request->principal;
  PbDirectory *directory = pb_guard_get_directory (request->config->guard);
  const gchar *team = pb_json_get_text (request->body, "team");
  const PbJwtClaims claims = { principal->id, (gchar *) team, (gchar *) "",
    principal->family };
  g_autoptr (PbPrincipal) changed = NULL;

  if (!team) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_request",
        "The body needs these texts: team");
    return;
  }
  if (pb_directory_get_role (directory, team, principal->id) == PB_ROLE_NONE) {
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "unknown_team",
        "You are in no team of that name");
    return;
  }
  if (!pb_request_change (request, write_team, (gpointer) team))
    return;
  changed = pb_directory_find_login (directory, &claims, g_get_real_time ());
  if (changed
      && pb_login_renew (request->config, request->message, principal->id, team,
          principal->family, NULL))
    pb_me_reply (request->config, request->message, SOUP_STATUS_OK, changed);
  else
    reply_no_refresh (request);
}

const PbRoute pb_refresh_routes[] = {
  { "POST", "/api/v1/auth/refresh", PB_ROUTE_OPEN, post_refresh },
  { "POST", "/api/v1/auth/logout", PB_ROUTE_OPEN, post_logout },
  { "POST", "/api/v1/auth/team", PB_MAY_OWN_ACCOUNT, post_team },
  { NULL },
};
