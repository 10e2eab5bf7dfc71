/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlRoster: the agents that are remembered, and who is shown which. */
#include "control/pb-control-roster.h"

#include "json/pb-json.h"
#include "pb-control-message.h"

struct _PbControlRoster {
  GHashTable *agents; /* device → PbControlAgent */
  GHashTable *texts; /* view → the message, as it is since now_us */
  gint64 now_us;
};

PbControlRoster *
pb_control_roster_new (void)
{
  PbControlRoster *self = g_new0 (PbControlRoster, 1);

  self->agents = g_hash_table_new_full (
      g_str_hash, g_str_equal, g_free, (GDestroyNotify) pb_control_agent_free);
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
pb_control_roster_free (PbControlRoster *self)
{
  g_hash_table_unref (self->texts);
  g_hash_table_unref (self->agents);
  g_free (self);
}

/* The one that is longest away makes room. */
static void
make_room (PbControlRoster *self)
{
  GHashTableIter iter;
  gpointer agent;

  if (g_hash_table_size (self->agents) < PB_CONTROL_MAX_AGENTS)
    return;
  g_hash_table_iter_init (&iter, self->agents);
  while (g_hash_table_iter_next (&iter, NULL, &agent))
    if (!pb_control_agent_is_online (agent)) {
      g_hash_table_iter_remove (&iter);
      return;
    }
}

/**
 * pb_control_roster_add:
 *
 * Returns: (transfer none): the agent of @device, a new one if there is none
 */
PbControlAgent *
pb_control_roster_add (PbControlRoster *self, const gchar *device)
{
  PbControlAgent *agent = g_hash_table_lookup (self->agents, device);

  if (!agent) {
    make_room (self);
    agent = pb_control_agent_new (device);
    g_hash_table_insert (self->agents, g_strdup (device), agent);
  }
  return agent;
}

/**
 * pb_control_roster_find:
 *
 * Returns: (transfer none) (nullable): the agent of @device
 */
PbControlAgent *
pb_control_roster_find (PbControlRoster *self, const gchar *device)
{
  return g_hash_table_lookup (self->agents, device);
}

void
pb_control_roster_remove (PbControlRoster *self, const gchar *device)
{
  g_hash_table_remove (self->agents, device);
}

/**
 * pb_control_roster_revise:
 * @keep: asked of each that is not connected
 * @user_data: for @keep
 */
void
pb_control_roster_revise (
    PbControlRoster *self, PbControlKeep keep, gpointer user_data)
{
  GHashTableIter iter;
  gpointer agent;

  g_hash_table_iter_init (&iter, self->agents);
  while (g_hash_table_iter_next (&iter, NULL, &agent))
    if (!pb_control_agent_is_online (agent)
        && !keep (pb_control_agent_get_principal (agent), user_data))
      g_hash_table_iter_remove (&iter);
}

/**
 * pb_control_roster_shows:
 *
 * Returns: %TRUE if @principal may know of @agent
 */
gboolean
pb_control_roster_shows (const PbPrincipal *principal, PbControlAgent *agent)
{
  const PbPrincipal *device = pb_control_agent_get_principal (agent);

  return device && device->driver
         && pb_principal_sees_driver (principal, device->driver, device->team);
}

/**
 * pb_control_roster_dup_text:
 *
 * Returns: (transfer full): the message "agents" for @principal
 */
gchar *
pb_control_roster_dup_text (
    PbControlRoster *self, const PbPrincipal *principal, gint64 now_us)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();
  GHashTableIter iter;
  gpointer agent;

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", "agents");
  pb_json_begin_array (b, "agents");
  g_hash_table_iter_init (&iter, self->agents);
  while (g_hash_table_iter_next (&iter, NULL, &agent))
    if (pb_control_roster_shows (principal, agent))
      pb_control_agent_add_json (agent, b, now_us);
  json_builder_end_array (b);
  json_builder_end_object (b);
  return pb_control_message_to_text (b);
}

/* What a principal sees, as a key: all of a team, or one driver of it. */
static gchar *
dup_view (const PbPrincipal *principal)
{
  if (principal->kind == PB_PRINCIPAL_LOCAL)
    return g_strdup ("");
  return g_strdup_printf (
      "%s/%s", principal->team, principal->driver ? principal->driver : "");
}

/**
 * pb_control_roster_tick:
 *
 * From here on pb_control_roster_get_text() says what is so now.
 */
void
pb_control_roster_tick (PbControlRoster *self, gint64 now_us)
{
  g_hash_table_remove_all (self->texts);
  self->now_us = now_us;
}

/**
 * pb_control_roster_get_text:
 *
 * As pb_control_roster_dup_text(), at the last tick; made once for all who see
 * the same.
 *
 * Returns: (transfer none): until the next tick
 */
const gchar *
pb_control_roster_get_text (PbControlRoster *self, const PbPrincipal *principal)
{
  g_autofree gchar *view = dup_view (principal);
  gchar *text = g_hash_table_lookup (self->texts, view);

  if (!text) {
    text = pb_control_roster_dup_text (self, principal, self->now_us);
    g_hash_table_insert (self->texts, g_steal_pointer (&view), text);
  }
  return text;
}
