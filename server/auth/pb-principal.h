/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbPrincipal: who asks, and what one of that kind may do; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_TEAM_DEFAULT: the team of the server's operator; always there. */
#define PB_TEAM_DEFAULT "default"

/**
 * PbRole:
 * @PB_ROLE_VIEWER: sees live
 * @PB_ROLE_COACH: and recordings; shares one driver or one recording
 * @PB_ROLE_ENGINEER: and approves pairings, manages devices and readers,
 *   configures agents
 * @PB_ROLE_ADMIN: and people, keys, invitations, the audit log
 *
 * Of a person in one team; each includes those before it.
 */
typedef enum {
  PB_ROLE_NONE,
  PB_ROLE_VIEWER,
  PB_ROLE_COACH,
  PB_ROLE_ENGINEER,
  PB_ROLE_ADMIN,
} PbRole;

/**
 * PbPrincipalKind:
 * @PB_PRINCIPAL_NOBODY: has not said who it is
 * @PB_PRINCIPAL_LOCAL: somebody at this machine while nobody has an account
 * @PB_PRINCIPAL_PERSON: logged in
 * @PB_PRINCIPAL_API_KEY: a program
 * @PB_PRINCIPAL_SHARE: whoever was given a link
 * @PB_PRINCIPAL_DEVICE: a paired agent
 */
typedef enum {
  PB_PRINCIPAL_NOBODY,
  PB_PRINCIPAL_LOCAL,
  PB_PRINCIPAL_PERSON,
  PB_PRINCIPAL_API_KEY,
  PB_PRINCIPAL_SHARE,
  PB_PRINCIPAL_DEVICE,
} PbPrincipalKind;

/* What an API key may be allowed, as bits. */
typedef enum {
  PB_SCOPE_READ_LIVE = 1 << 0,
  PB_SCOPE_READ_RECORDINGS = 1 << 1,
  PB_SCOPE_PUBLISH = 1 << 2,
  PB_SCOPE_ADMIN = 1 << 3,
} PbScope;

/**
 * PbAction:
 * @PB_MAY_SEE_LIVE: drivers, their live values, laps of now, pictures
 * @PB_MAY_SEE_RECORDINGS: sessions and what is in them
 * @PB_MAY_SHARE: make and withdraw links
 * @PB_MAY_PAIR: approve agents
 * @PB_MAY_MANAGE_DEVICES: devices, stream keys and readers
 * @PB_MAY_CONTROL_AGENTS: configure agents from afar
 * @PB_MAY_PUBLISH: send a driver's stream
 * @PB_MAY_MANAGE_PEOPLE: people and invitations of the team
 * @PB_MAY_MANAGE_KEYS: API keys of the team
 * @PB_MAY_SEE_AUDIT: the log of identity actions of the team
 * @PB_MAY_SEE_SERVER_METRICS: /metrics
 * @PB_MAY_OWN_ACCOUNT: password, logins and second factor of one's own
 * @PB_MAY_OWN_DEVICE: what a device needs to know of itself
 */
typedef enum {
  PB_MAY_SEE_LIVE,
  PB_MAY_SEE_RECORDINGS,
  PB_MAY_SHARE,
  PB_MAY_PAIR,
  PB_MAY_MANAGE_DEVICES,
  PB_MAY_CONTROL_AGENTS,
  PB_MAY_PUBLISH,
  PB_MAY_MANAGE_PEOPLE,
  PB_MAY_MANAGE_KEYS,
  PB_MAY_SEE_AUDIT,
  PB_MAY_SEE_SERVER_METRICS,
  PB_MAY_OWN_ACCOUNT,
  PB_MAY_OWN_DEVICE,
  PB_N_ACTIONS,
} PbAction;

/**
 * PbPrincipal:
 * @kind: what it is
 * @id: (nullable): of the person, key or share; name of the device
 * @name: (nullable): for people and the log
 * @team: (nullable): the team it acts in; of LOCAL the default one
 * @role: of a person in @team
 * @scopes: of an API key, #PbScope
 * @family: (nullable): id of a person's login
 * @driver: (nullable): the one driver that a share or a device is limited to
 * @session: (nullable): the one recording that a share is limited to
 */
typedef struct {
  PbPrincipalKind kind;
  gchar *id;
  gchar *name;
  gchar *team;
  PbRole role;
  guint scopes;
  gchar *family;
  gchar *driver;
  gchar *session;
} PbPrincipal;

PbPrincipal *pb_principal_new (PbPrincipalKind kind, const gchar *id,
    const gchar *name, const gchar *team);
PbPrincipal *pb_principal_copy (const PbPrincipal *principal);
void pb_principal_free (PbPrincipal *principal);
gboolean pb_principal_is_same (gconstpointer a, gconstpointer b);
gchar *pb_principal_dup_device (
    const PbPrincipal *principal) G_GNUC_WARN_UNUSED_RESULT;
gboolean pb_principal_reserves (const gchar *name);

gboolean pb_principal_may (const PbPrincipal *principal, PbAction action);
gboolean pb_principal_sees_team (
    const PbPrincipal *principal, const gchar *team);
gboolean pb_principal_sees_driver (
    const PbPrincipal *principal, const gchar *driver, const gchar *team);
gboolean pb_principal_sees_session (
    const PbPrincipal *principal, const gchar *session, const gchar *team);

const gchar *pb_principal_kind_to_string (PbPrincipalKind kind);
const gchar *pb_action_to_string (PbAction action);
const gchar *pb_role_to_string (PbRole role);
PbRole pb_role_from_string (const gchar *text);
const gchar *pb_scope_to_string (PbScope scope);
guint pb_scope_from_string (const gchar *text);
gboolean pb_team_id_is_valid (const gchar *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbPrincipal, pb_principal_free)

G_END_DECLS
