/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlAgent: what an agent last said of itself outlives its connection. */
#include "control/pb-control-agent.h"

#include "json/pb-json.h"
#include "pb-control-message.h"

struct _PbControlAgent {
  gchar *device;
  PbPrincipal *principal; /* as it came last */
  gboolean is_online;
  gchar *version;
  gchar *platform; /* NULL = not said */
  gchar *run; /* likewise */
  JsonNode *capabilities; /* NULL = not said */
  JsonNode *status; /* NULL = none of this connection */
  gint64 status_us; /* monotonic */
};

/**
 * pb_control_agent_new:
 * @device: its name
 *
 * Returns: (transfer full): an agent that has not come yet
 */
PbControlAgent *
pb_control_agent_new (const gchar *device)
{
  PbControlAgent *self = g_new0 (PbControlAgent, 1);

  self->device = g_strdup (device);
  return self;
}

static void
forget_hello (PbControlAgent *self)
{
  g_clear_pointer (&self->principal, pb_principal_free);
  g_clear_pointer (&self->version, g_free);
  g_clear_pointer (&self->platform, g_free);
  g_clear_pointer (&self->run, g_free);
  g_clear_pointer (&self->capabilities, json_node_unref);
  g_clear_pointer (&self->status, json_node_unref);
}

void
pb_control_agent_free (PbControlAgent *self)
{
  forget_hello (self);
  g_free (self->device);
  g_free (self);
}

/**
 * pb_control_agent_connect:
 * @principal: the device
 * @hello: valid
 *
 * What an earlier connection said does not count any more.
 */
void
pb_control_agent_connect (
    PbControlAgent *self, const PbPrincipal *principal, JsonObject *hello)
{
  forget_hello (self);
  self->principal = pb_principal_copy (principal);
  self->version = g_strdup (pb_json_get_text (hello, "version"));
  self->platform = g_strdup (pb_json_get_text (hello, "platform"));
  self->run = g_strdup (pb_json_get_text (hello, "run"));
  if (json_object_has_member (hello, "capabilities"))
    self->capabilities =
        json_node_copy (json_object_get_member (hello, "capabilities"));
  self->is_online = TRUE;
}

/**
 * pb_control_agent_disconnect:
 *
 * Its last status stays, to be seen with its age.
 */
void
pb_control_agent_disconnect (PbControlAgent *self)
{
  self->is_online = FALSE;
}

/**
 * pb_control_agent_get_run:
 *
 * Returns: (transfer none) (nullable): which start of its program it is
 */
const gchar *
pb_control_agent_get_run (PbControlAgent *self)
{
  return self->run;
}

gboolean
pb_control_agent_is_online (PbControlAgent *self)
{
  return self->is_online;
}

/**
 * pb_control_agent_get_principal:
 *
 * Returns: (transfer none) (nullable): the device with its team and driver;
 *   %NULL before it came
 */
PbPrincipal *
pb_control_agent_get_principal (PbControlAgent *self)
{
  return self->principal;
}

/**
 * pb_control_agent_set_status:
 * @status: valid
 * @now_us: monotonic
 */
void
pb_control_agent_set_status (
    PbControlAgent *self, JsonObject *status, gint64 now_us)
{
  g_clear_pointer (&self->status, json_node_unref);
  self->status = pb_control_message_copy_known (status);
  self->status_us = now_us;
}

static void
add_node (JsonBuilder *b, const gchar *name, JsonNode *node)
{
  json_builder_set_member_name (b, name);
  if (node)
    json_builder_add_value (b, json_node_copy (node));
  else
    json_builder_add_null_value (b);
}

/**
 * pb_control_agent_add_json:
 * @builder: in an array
 * @now_us: monotonic
 *
 * Adds "agent" of the schema. It has come at least once.
 */
void
pb_control_agent_add_json (
    PbControlAgent *self, JsonBuilder *builder, gint64 now_us)
{
  json_builder_begin_object (builder);
  pb_json_add_text (builder, "device", self->device);
  pb_json_add_text (builder, "driver",
      self->principal->driver ? self->principal->driver : "");
  pb_json_add_bool (builder, "online", self->is_online);
  pb_json_add_known_text (builder, "version", self->version);
  pb_json_add_known_text (builder, "platform", self->platform);
  if (self->capabilities)
    add_node (builder, "capabilities", self->capabilities);
  if (self->status)
    pb_json_add_int (builder, "age_ms", (now_us - self->status_us) / 1000);
  add_node (builder, "status", self->status);
  json_builder_end_object (builder);
}
