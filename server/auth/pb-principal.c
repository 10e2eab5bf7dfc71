/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPrincipal: who asks, and what one of that kind may do; pure. */
#include "auth/pb-principal.h"

#include <string.h>

#define TEAM_MAX_BYTES 32

/* The whole table. A row with nothing in a column is not for that kind. LOCAL
 * may do all that needs neither an account nor a device's token. */
static const struct {
  const gchar *name;
  PbRole least_role; /* of a person */
  guint scopes; /* of an API key: any of these */
  gboolean share_of_driver;
  gboolean share_of_session;
  gboolean device;
} actions[PB_N_ACTIONS] = {
  [PB_MAY_SEE_LIVE] = { "see_live", PB_ROLE_VIEWER,
      PB_SCOPE_READ_LIVE | PB_SCOPE_ADMIN, TRUE, FALSE, FALSE },
  [PB_MAY_SEE_RECORDINGS] = { "see_recordings", PB_ROLE_COACH,
      PB_SCOPE_READ_RECORDINGS | PB_SCOPE_ADMIN, FALSE, TRUE, FALSE },
  [PB_MAY_SHARE] = { "share", PB_ROLE_COACH, PB_SCOPE_ADMIN, FALSE, FALSE,
      FALSE },
  [PB_MAY_PAIR] = { "pair", PB_ROLE_ENGINEER, PB_SCOPE_ADMIN, FALSE, FALSE,
      FALSE },
  [PB_MAY_MANAGE_DEVICES] = { "manage_devices", PB_ROLE_ENGINEER,
      PB_SCOPE_ADMIN, FALSE, FALSE, FALSE },
  [PB_MAY_CONTROL_AGENTS] = { "control_agents", PB_ROLE_ENGINEER,
      PB_SCOPE_ADMIN, FALSE, FALSE, FALSE },
  [PB_MAY_PUBLISH] = { "publish", PB_ROLE_NONE,
      PB_SCOPE_PUBLISH | PB_SCOPE_ADMIN, FALSE, FALSE, TRUE },
  [PB_MAY_MANAGE_PEOPLE] = { "manage_people", PB_ROLE_ADMIN, PB_SCOPE_ADMIN,
      FALSE, FALSE, FALSE },
  [PB_MAY_MANAGE_KEYS] = { "manage_keys", PB_ROLE_ADMIN, PB_SCOPE_ADMIN, FALSE,
      FALSE, FALSE },
  [PB_MAY_SEE_AUDIT] = { "see_audit", PB_ROLE_ADMIN, PB_SCOPE_ADMIN, FALSE,
      FALSE, FALSE },
  [PB_MAY_SEE_SERVER_METRICS] = { "see_server_metrics", PB_ROLE_ENGINEER,
      PB_SCOPE_READ_LIVE | PB_SCOPE_ADMIN, FALSE, FALSE, FALSE },
  [PB_MAY_OWN_ACCOUNT] = { "own_account", PB_ROLE_VIEWER, 0, FALSE, FALSE,
      FALSE },
  [PB_MAY_OWN_DEVICE] = { "own_device", PB_ROLE_NONE, 0, FALSE, FALSE, TRUE },
};

/* What senders that are no devices are called as such. */
#define LOCAL_NAME "local"
#define KEY_PREFIX "key-"

static const gchar *const kinds[] = { "nobody", "local", "person", "api_key",
  "share", "device" };

static const gchar *const roles[] = { "none", "viewer", "coach", "engineer",
  "admin" };

static const struct {
  PbScope scope;
  const gchar *name;
} scopes[] = {
  { PB_SCOPE_READ_LIVE, "read_live" },
  { PB_SCOPE_READ_RECORDINGS, "read_recordings" },
  { PB_SCOPE_PUBLISH, "publish" },
  { PB_SCOPE_ADMIN, "admin" },
};

/**
 * pb_principal_new:
 *
 * Returns: (transfer full): a principal without a role, scopes or limits
 */
PbPrincipal *
pb_principal_new (
    PbPrincipalKind kind, const gchar *id, const gchar *name, const gchar *team)
{
  PbPrincipal *self = g_new0 (PbPrincipal, 1);

  self->kind = kind;
  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->team = g_strdup (team);
  return self;
}

/**
 * pb_principal_copy:
 *
 * Returns: (transfer full): the same
 */
PbPrincipal *
pb_principal_copy (const PbPrincipal *principal)
{
  PbPrincipal *self = pb_principal_new (
      principal->kind, principal->id, principal->name, principal->team);

  self->role = principal->role;
  self->scopes = principal->scopes;
  self->family = g_strdup (principal->family);
  self->driver = g_strdup (principal->driver);
  self->session = g_strdup (principal->session);
  return self;
}

void
pb_principal_free (PbPrincipal *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->team);
  g_free (self->family);
  g_free (self->driver);
  g_free (self->session);
  g_free (self);
}

/**
 * pb_principal_is_same:
 * @a: a #PbPrincipal
 * @b: a #PbPrincipal
 *
 * Returns: %TRUE if both are one person, key, link or device; who is at this
 *   machine in open mode may be several
 */
gboolean
pb_principal_is_same (gconstpointer a, gconstpointer b)
{
  const PbPrincipal *one = a, *other = b;

  return one->kind == other->kind && one->kind != PB_PRINCIPAL_LOCAL
         && g_strcmp0 (one->id, other->id) == 0;
}

/**
 * pb_principal_dup_device:
 * @principal: who sends
 *
 * Keys have no names that are ids.
 *
 * Returns: (transfer full): what it is called as a device
 */
gchar *
pb_principal_dup_device (const PbPrincipal *principal)
{
  if (principal->kind == PB_PRINCIPAL_DEVICE)
    return g_strdup (principal->id);
  return principal->id ? g_strconcat (KEY_PREFIX, principal->id, NULL)
                       : g_strdup (LOCAL_NAME);
}

/**
 * pb_principal_reserves:
 * @name: of a device that is to be
 *
 * Returns: whether somebody who is no device is called that by
 *   pb_principal_dup_device()
 */
gboolean
pb_principal_reserves (const gchar *name)
{
  return g_str_equal (name, LOCAL_NAME) || g_str_has_prefix (name, KEY_PREFIX);
}

/**
 * pb_principal_may:
 * @principal: who
 * @action: what
 *
 * Says nothing of whose: see pb_principal_sees_team() and
 * pb_principal_sees_driver().
 *
 * Returns: %TRUE if one like this may do it at all
 */
gboolean
pb_principal_may (const PbPrincipal *principal, PbAction action)
{
  if (action < 0 || action >= PB_N_ACTIONS)
    return FALSE;
  switch (principal->kind) {
    case PB_PRINCIPAL_LOCAL:
      return action != PB_MAY_OWN_ACCOUNT && action != PB_MAY_OWN_DEVICE;
    case PB_PRINCIPAL_PERSON:
      return actions[action].least_role != PB_ROLE_NONE
             && principal->role >= actions[action].least_role;
    case PB_PRINCIPAL_API_KEY:
      return (principal->scopes & actions[action].scopes) != 0;
    case PB_PRINCIPAL_SHARE:
      return (principal->driver && actions[action].share_of_driver)
             || (principal->session && actions[action].share_of_session);
    case PB_PRINCIPAL_DEVICE:
      return actions[action].device;
    case PB_PRINCIPAL_NOBODY:
      break;
  }
  return FALSE;
}

/**
 * pb_principal_sees_team:
 * @team: (nullable): id of a team; %NULL belongs to none, so only LOCAL sees it
 *
 * Returns: %TRUE if things of @team are there at all for @principal
 */
gboolean
pb_principal_sees_team (const PbPrincipal *principal, const gchar *team)
{
  if (principal->kind == PB_PRINCIPAL_LOCAL)
    return TRUE;
  return principal->kind != PB_PRINCIPAL_NOBODY && team && principal->team
         && g_str_equal (team, principal->team);
}

/**
 * pb_principal_sees_driver:
 * @driver: a driver
 * @team: (nullable): its team
 *
 * Returns: %TRUE if @driver is there at all for @principal; a driver that is
 *   not is answered like one that does not exist
 */
gboolean
pb_principal_sees_driver (
    const PbPrincipal *principal, const gchar *driver, const gchar *team)
{
  if (!pb_principal_sees_team (principal, team))
    return FALSE;
  if (principal->kind == PB_PRINCIPAL_SHARE
      || principal->kind == PB_PRINCIPAL_DEVICE)
    return principal->driver && g_str_equal (driver, principal->driver);
  return TRUE;
}

/**
 * pb_principal_sees_session:
 * @session: id of a recording
 * @team: (nullable): its driver's team
 *
 * Returns: as pb_principal_sees_driver()
 */
gboolean
pb_principal_sees_session (
    const PbPrincipal *principal, const gchar *session, const gchar *team)
{
  if (!pb_principal_sees_team (principal, team))
    return FALSE;
  if (principal->kind == PB_PRINCIPAL_SHARE)
    return principal->session && g_str_equal (session, principal->session);
  return principal->kind != PB_PRINCIPAL_DEVICE;
}

/**
 * pb_principal_kind_to_string:
 *
 * Returns: (transfer none): its name on the wire
 */
const gchar *
pb_principal_kind_to_string (PbPrincipalKind kind)
{
  return kinds[kind];
}

/**
 * pb_action_to_string:
 *
 * Returns: (transfer none): its name on the wire
 */
const gchar *
pb_action_to_string (PbAction action)
{
  return actions[action].name;
}

/**
 * pb_role_to_string:
 *
 * Returns: (transfer none): its name on the wire and in the database
 */
const gchar *
pb_role_to_string (PbRole role)
{
  return roles[role];
}

/**
 * pb_role_from_string:
 * @text: (nullable): any text
 *
 * Returns: the role of that name; %PB_ROLE_NONE if there is none
 */
PbRole
pb_role_from_string (const gchar *text)
{
  for (gint role = PB_ROLE_VIEWER; role <= PB_ROLE_ADMIN; role++)
    if (g_strcmp0 (text, roles[role]) == 0)
      return role;
  return PB_ROLE_NONE;
}

/**
 * pb_scope_to_string:
 *
 * Returns: (transfer none) (nullable): its name on the wire
 */
const gchar *
pb_scope_to_string (PbScope scope)
{
  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++)
    if (scopes[i].scope == scope)
      return scopes[i].name;
  return NULL;
}

/**
 * pb_scope_from_string:
 * @text: (nullable): any text
 *
 * Returns: the #PbScope of that name; 0 if there is none
 */
guint
pb_scope_from_string (const gchar *text)
{
  for (guint i = 0; i < G_N_ELEMENTS (scopes); i++)
    if (g_strcmp0 (text, scopes[i].name) == 0)
      return scopes[i].scope;
  return 0;
}

/**
 * pb_team_id_is_valid:
 * @id: any text
 *
 * Returns: %TRUE for 1 to 32 of a-z 0-9 - that do not begin with -
 */
gboolean
pb_team_id_is_valid (const gchar *id)
{
  gsize size = strlen (id);

  return size >= 1 && size <= TEAM_MAX_BYTES && id[0] != '-'
         && strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}
