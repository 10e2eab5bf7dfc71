/* SPDX-License-Identifier: LGPL-2.1-or-later
 * `pitbox-server key …`, `share …`, `invite`, `invitation …`: what is given away
 * by a secret. */
#include "pb-command.h"
#include "store/pb-devices.h"
#include "store/pb-grants.h"
#include "store/pb-people.h"

#define HOUR_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define DAY_US (24 * HOUR_US)
#define INVITATION_HOURS 72
#define SHARE_HOURS 24
#define DEFAULT_PORT 8080

/* How each kind is called on the line and in the log. */
static const gchar *const verbs[] = {
  [PB_GRANT_API_KEY] = "key",
  [PB_GRANT_SHARE] = "share",
  [PB_GRANT_INVITATION] = "invitation",
};

static gchar *
give (PbData *data, PbGrantKind kind, PbGrant *grant, const gchar *detail,
    GError **error)
{
  g_autofree gchar *action = g_strconcat (verbs[kind], ".add", NULL);
  gchar *token;

  if (!pb_command_begin (data, error))
    return NULL;
  token = pb_store_add_grant (data->store, kind, grant, error);
  if (!pb_command_end (data,
          token
              && pb_command_note (
                  data, grant->team, action, grant->id, detail, error),
          error))
    g_clear_pointer (&token, pb_secret_free);
  return token;
}

static PbGrant *
new_grant (const PbCommandLine *line)
{
  PbGrant *grant = g_new0 (PbGrant, 1);

  grant->team = g_strdup (pb_command_get_team (line));
  grant->created_by = g_strdup ("command line");
  return grant;
}

gboolean
pb_key_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbGrant) grant = new_grant (line);
  gchar *token;

  for (guint i = 0; line->scopes && line->scopes[i]; i++) {
    guint scope = pb_scope_from_string (line->scopes[i]);

    if (scope == 0)
      grant->scopes = 0;
    if (scope == 0)
      break;
    grant->scopes |= scope;
  }
  if (grant->scopes == 0 || !pb_person_check_names ("x", name, NULL)) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
        "a key needs a name and --scope, once or several times: read_live, "
        "read_recordings, publish, admin");
    return FALSE;
  }
  grant->name = g_strdup (name);
  if (line->days > 0)
    grant->expires_utc_us = g_get_real_time () + line->days * DAY_US;
  token = give (data, PB_GRANT_API_KEY, grant, name, error);
  if (!token)
    return FALSE;
  if (line->print_passphrase)
    g_print ("%s\n", token);
  else
    g_print ("id     %s\nteam   %s\nkey    %s\n\nThe key is not shown again. "
             "Programs send it as\n  Authorization: Bearer KEY\n",
        grant->id, grant->team, token);
  pb_secret_free (token);
  return TRUE;
}

gboolean
pb_key_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) keys =
      pb_store_list_grants (data->store, PB_GRANT_API_KEY, line->team, error);

  if (keys && keys->len == 0)
    g_print ("No key yet: pitbox-server key add NAME --scope read_live\n");
  for (guint i = 0; keys && i < keys->len; i++) {
    const PbGrant *key = g_ptr_array_index (keys, i);
    g_autofree gchar *until =
        pb_command_format_time (key->expires_utc_us, "withdrawn");
    g_autofree gchar *used =
        pb_command_format_time (key->last_used_utc_us, "never");

    g_print ("%s  %-20s team %-12s until %s, last used %s:", key->id, key->name,
        key->team, until, used);
    for (guint bit = 1; bit <= PB_SCOPE_ADMIN; bit <<= 1)
      if (key->scopes & bit)
        g_print (" %s", pb_scope_to_string (bit));
    g_print ("\n");
  }
  return keys != NULL;
}

/* Whose log tells of it; %NULL with @error set where there is no such grant. */
static gchar *
dup_team (PbData *data, PbGrantKind kind, const gchar *id, GError **error)
{
  g_autoptr (GPtrArray) grants =
      pb_store_list_grants (data->store, kind, NULL, error);

  if (!grants)
    return NULL;
  for (guint i = 0; i < grants->len; i++) {
    const PbGrant *grant = g_ptr_array_index (grants, i);

    if (g_str_equal (grant->id, id))
      return g_strdup (grant->team);
  }
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is no %s '%s'. NAME is the id that pitbox-server %s list "
      "shows first",
      verbs[kind], id, verbs[kind]);
  return NULL;
}

static gboolean
withdraw (PbData *data, PbGrantKind kind, const gchar *id, GError **error)
{
  g_autofree gchar *team = dup_team (data, kind, id, error);
  g_autofree gchar *action = g_strconcat (verbs[kind], ".remove", NULL);

  if (!team || !pb_command_begin (data, error))
    return FALSE;
  return pb_command_end (data,
      pb_store_remove_grant (data->store, kind, id, NULL, error)
          && pb_command_note (data, team, action, id, NULL, error),
      error);
}

gboolean
pb_key_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  return withdraw (data, PB_GRANT_API_KEY, name, error);
}

gboolean
pb_share_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  return withdraw (data, PB_GRANT_SHARE, name, error);
}

gboolean
pb_invitation_command_remove (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  return withdraw (data, PB_GRANT_INVITATION, name, error);
}

/* A page of ours, with the secret behind the hash, which browsers send to
 * nobody. */
static void
print_link (const PbCommandLine *line, const gchar *page, const gchar *token)
{
  if (line->public_url) {
    g_print ("  %s/#/%s?token=%s\n", line->public_url, page, token);
    return;
  }
  g_print ("  %s://%s:%d/#/%s?token=%s\n"
           "What stands before /#/ must be the address by which people open "
           "the page;\n--public-url says it.\n",
      line->tls ? "https" : "http", line->bind,
      line->http_port > 0 ? line->http_port : DEFAULT_PORT, page, token);
}

gboolean
pb_invite_command (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbGrant) grant = new_grant (line);
  gint hours = line->hours > 0 ? line->hours : INVITATION_HOURS;
  gchar *token;

  if (!pb_command_read_role (line, PB_ROLE_VIEWER, &grant->role, error))
    return FALSE;
  grant->expires_utc_us = g_get_real_time () + hours * HOUR_US;
  token = give (
      data, PB_GRANT_INVITATION, grant, pb_role_to_string (grant->role), error);
  if (!token)
    return FALSE;
  if (line->print_passphrase)
    g_print ("%s\n", token);
  else {
    g_print ("For one person, to become %s of team %s within %d hours:\n",
        pb_role_to_string (grant->role), grant->team, hours);
    print_link (line, "invite", token);
  }
  pb_secret_free (token);
  return TRUE;
}

gboolean
pb_invitation_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) invitations = pb_store_list_grants (
      data->store, PB_GRANT_INVITATION, line->team, error);

  if (invitations && invitations->len == 0)
    g_print ("No invitation is open: pitbox-server invite --role viewer\n");
  for (guint i = 0; invitations && i < invitations->len; i++) {
    const PbGrant *invitation = g_ptr_array_index (invitations, i);
    g_autofree gchar *until =
        pb_command_format_time (invitation->expires_utc_us, "used");

    g_print ("%s  %-9s team %-12s until %s, by %s\n", invitation->id,
        pb_role_to_string (invitation->role), invitation->team, until,
        invitation->created_by);
  }
  return invitations != NULL;
}

static gchar *
dup_team_of_driver (PbData *data, const gchar *driver, GError **error)
{
  g_autoptr (GPtrArray) pairs = pb_store_list_driver_teams (data->store, error);

  if (!pairs)
    return NULL;
  for (guint i = 0; i < pairs->len; i++) {
    const PbDriverTeam *pair = g_ptr_array_index (pairs, i);

    if (g_strcmp0 (pair->driver, driver) == 0)
      return g_strdup (pair->team);
  }
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is no driver '%s'. pitbox-server device list shows those that "
      "there are",
      driver);
  return NULL;
}

gboolean
pb_share_command_add (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (PbGrant) grant = g_new0 (PbGrant, 1);
  const gint hours = line->hours > 0 ? line->hours : SHARE_HOURS;
  gchar *token;

  if (!line->drivers) {
    g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID,
        "a link needs --driver ID");
    return FALSE;
  }
  grant->driver = g_strdup (line->drivers[0]);
  grant->team = dup_team_of_driver (data, grant->driver, error);
  grant->created_by = g_strdup ("command line");
  grant->expires_utc_us = g_get_real_time () + hours * HOUR_US;
  token = grant->team ? give (data, PB_GRANT_SHARE, grant, grant->driver, error)
                      : NULL;
  if (!token)
    return FALSE;
  if (line->print_passphrase) {
    g_print ("%s\n", token);
  } else {
    g_print ("Whoever has this link sees %s live for %d hours:\n",
        grant->driver, hours);
    print_link (line, "share", token);
  }
  pb_secret_free (token);
  return TRUE;
}

gboolean
pb_share_command_list (
    const PbCommandLine *line, const gchar *name, PbData *data, GError **error)
{
  g_autoptr (GPtrArray) shares =
      pb_store_list_grants (data->store, PB_GRANT_SHARE, line->team, error);

  if (shares && shares->len == 0)
    g_print ("No link yet: pitbox-server share add --driver ID\n");
  for (guint i = 0; shares && i < shares->len; i++) {
    const PbGrant *share = g_ptr_array_index (shares, i);
    g_autofree gchar *until =
        pb_command_format_time (share->expires_utc_us, "withdrawn");

    g_print ("%s  %s %-20s team %-12s until %s, by %s\n", share->id,
        share->driver ? "driver " : "session",
        share->driver ? share->driver : share->session, share->team, until,
        share->created_by);
  }
  return shares != NULL;
}
