/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControl: the control channel's hub: the newest of each agent, and the pages
 * that may see it. */
#include "control/pb-control.h"

#include "control/pb-control-agent.h"
#include "control/pb-control-orders.h"
#include "control/pb-control-roster.h"
#include "control/pb-control-socket.h"
#include "json/pb-json.h"

#define TICK_MS 1000

struct _PbControl {
  GPtrArray *sockets; /* of PbControlSocket */
  PbControlRoster *roster;
  GHashTable *agent_sockets; /* device → its newest PbControlSocket */
  PbControlOrders *orders;
  PbControlOrdered ordered; /* NULL = nobody wants to know */
  gpointer ordered_data;
  PbControlClocked clocked; /* likewise */
  gpointer clocked_data;
  guint max_sockets;
  guint tick;
};

static gboolean
is_agent (PbControlSocket *socket)
{
  return pb_control_socket_get_principal (socket)->kind == PB_PRINCIPAL_DEVICE;
}

/* Receipts go to all pages that see the agent: they tell of what another one
 * does, too. */
static void
send_to_pages (const gchar *device, const gchar *text, gpointer user_data)
{
  PbControl *self = user_data;
  PbControlAgent *agent = pb_control_roster_find (self->roster, device);

  for (guint i = self->sockets->len; agent && i-- > 0;) {
    PbControlSocket *socket = g_ptr_array_index (self->sockets, i);

    if (!is_agent (socket) && pb_control_socket_has_hello (socket)
        && pb_control_roster_shows (
            pb_control_socket_get_principal (socket), agent))
      pb_control_socket_send_text (socket, text);
  }
}

static void
send_to_agent (const gchar *device, const gchar *text, gpointer user_data)
{
  PbControlSocket *socket =
      g_hash_table_lookup (((PbControl *) user_data)->agent_sockets, device);

  if (socket)
    pb_control_socket_send_text (socket, text);
}

static gboolean
tick (gpointer user_data)
{
  PbControl *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();

  pb_control_roster_tick (self->roster, now_us);
  /* Backwards: one that is over leaves the list. */
  for (guint i = self->sockets->len; i-- > 0;) {
    PbControlSocket *socket = g_ptr_array_index (self->sockets, i);

    pb_control_socket_tick (socket, now_us);
    if (!is_agent (socket) && pb_control_socket_has_hello (socket))
      pb_control_socket_send_text (
          socket, pb_control_roster_get_text (
                      self->roster, pb_control_socket_get_principal (socket)));
  }
  pb_control_orders_expire (self->orders, now_us, send_to_pages, self);
  return G_SOURCE_CONTINUE;
}

/**
 * pb_control_limit:
 * @n_files: descriptors that the process may have; 0 = as many as it likes
 *
 * Requests, drivers' sessions and recordings need the others.
 *
 * Returns: sockets at a time, at most %PB_CONTROL_MAX_SOCKETS
 */
guint
pb_control_limit (guint n_files)
{
  return n_files == 0 ? PB_CONTROL_MAX_SOCKETS
                      : CLAMP (n_files / 8, 4, PB_CONTROL_MAX_SOCKETS);
}

/**
 * pb_control_new:
 * @max_sockets: at a time
 *
 * Returns: (transfer full): a hub that nobody is at
 */
PbControl *
pb_control_new (guint max_sockets)
{
  PbControl *self = g_new0 (PbControl, 1);

  self->max_sockets = max_sockets;
  self->sockets =
      g_ptr_array_new_with_free_func ((GDestroyNotify) pb_control_socket_free);
  self->roster = pb_control_roster_new ();
  self->agent_sockets =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->orders = pb_control_orders_new ();
  self->tick = g_timeout_add (TICK_MS, tick, self);
  return self;
}

/**
 * pb_control_free:
 *
 * Closes all sockets.
 */
void
pb_control_free (PbControl *self)
{
  g_source_remove (self->tick);
  g_ptr_array_unref (self->sockets);
  g_hash_table_unref (self->agent_sockets);
  pb_control_roster_free (self->roster);
  pb_control_orders_free (self->orders);
  g_free (self);
}

/**
 * pb_control_set_ordered:
 * @ordered: called for each command that goes to an agent
 * @user_data: for @ordered
 */
void
pb_control_set_ordered (
    PbControl *self, PbControlOrdered ordered, gpointer user_data)
{
  self->ordered = ordered;
  self->ordered_data = user_data;
}

/**
 * pb_control_set_clocked:
 * @clocked: called for each status that tells of the agent's clock
 * @user_data: for @clocked
 */
void
pb_control_set_clocked (
    PbControl *self, PbControlClocked clocked, gpointer user_data)
{
  self->clocked = clocked;
  self->clocked_data = user_data;
}

/**
 * pb_control_has_room:
 * @principal: who wants another socket
 *
 * Returns: %FALSE if it would be one too many
 */
gboolean
pb_control_has_room (PbControl *self, const PbPrincipal *principal)
{
  guint n = 0;

  for (guint i = 0; i < self->sockets->len; i++) {
    const PbPrincipal *other =
        pb_control_socket_get_principal (g_ptr_array_index (self->sockets, i));

    if (other->kind == principal->kind
        && g_strcmp0 (other->id, principal->id) == 0)
      n++;
  }
  return self->sockets->len < self->max_sockets && n < PB_CONTROL_MAX_OF_ONE;
}

static void
send_welcome (PbControl *self, PbControlSocket *socket)
{
  const PbPrincipal *principal = pb_control_socket_get_principal (socket);
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", "welcome");
  pb_json_add_int (b, "protocol", PB_CONTROL_VERSION);
  pb_json_add_text (b, "version", PACKAGE_VERSION);
  pb_json_add_int (b, "utc_us", g_get_real_time ());
  pb_json_add_int (b, "status_interval_ms", PB_CONTROL_STATUS_MS);
  if (is_agent (socket)) {
    pb_json_add_text (b, "device", principal->id);
    pb_json_add_text (b, "driver", principal->driver);
  } else {
    pb_json_add_bool (
        b, "may_control", pb_principal_may (principal, PB_MAY_CONTROL_AGENTS));
  }
  json_builder_end_object (b);
  pb_control_socket_send (socket, b);
}

/* Of one device the newer connection counts: an agent that lost its network
 * comes back before the old one is known to be dead. */
static void
take_over (PbControl *self, PbControlSocket *socket, const gchar *device)
{
  PbControlSocket *old = g_hash_table_lookup (self->agent_sockets, device);

  if (old)
    pb_control_socket_close (old, PB_CONTROL_CLOSE_REPLACED,
        "another connection of this device has taken over");
  g_hash_table_insert (self->agent_sockets, g_strdup (device), socket);
}

static void
greet_agent (PbControl *self, PbControlSocket *socket, JsonObject *hello)
{
  const PbPrincipal *principal = pb_control_socket_get_principal (socket);
  PbControlAgent *agent = pb_control_roster_add (self->roster, principal->id);

  take_over (self, socket, principal->id);
  pb_control_agent_connect (agent, principal, hello);
  send_welcome (self, socket);
  pb_control_orders_resume (self->orders, principal->id,
      pb_control_agent_get_run (agent), send_to_agent, send_to_pages, self);
}

static void
greet_page (PbControl *self, PbControlSocket *socket)
{
  g_autofree gchar *agents = pb_control_roster_dup_text (self->roster,
      pb_control_socket_get_principal (socket), g_get_monotonic_time ());

  send_welcome (self, socket);
  pb_control_socket_send_text (socket, agents);
}

static void
reply_clock (PbControlSocket *socket, JsonObject *request, gint64 came_us)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", "clock_reply");
  pb_json_add_int (b, "t1_us", json_object_get_int_member (request, "t1_us"));
  pb_json_add_int (b, "t2_us", came_us);
  pb_json_add_int (b, "t3_us", g_get_real_time ());
  json_builder_end_object (b);
  pb_control_socket_send (socket, b);
}

/* Why a page's command goes no further, or NULL. */
static const gchar *
judge_command (PbControl *self, const PbPrincipal *principal,
    PbControlAgent *agent, const gchar *device)
{
  if (!pb_principal_may (principal, PB_MAY_CONTROL_AGENTS))
    return "You may not do this; an admin of your team can let you";
  if (!agent || !pb_control_roster_shows (principal, agent))
    return "There is no such agent";
  if (!pb_control_agent_is_online (agent))
    return "The agent is not connected";
  if (!pb_control_orders_may (self->orders, device, g_get_monotonic_time ()))
    return "Too many commands for this agent; wait a second";
  return NULL;
}

static void
tell_ordered (PbControl *self, const PbPrincipal *principal,
    const gchar *device, JsonObject *command)
{
  JsonNode *node = json_object_get_member (command, "args");
  g_autofree gchar *args = node ? json_to_string (node, FALSE) : NULL;

  if (self->ordered)
    self->ordered (principal, device, pb_json_get_text (command, "name"),
        args ? args : "", self->ordered_data);
}

static void
take_command (PbControl *self, PbControlSocket *socket, JsonObject *command)
{
  const PbPrincipal *principal = pb_control_socket_get_principal (socket);
  const gchar *id = pb_json_get_text (command, "id");
  const gchar *device = pb_json_get_text (command, "device");
  PbControlAgent *agent =
      device ? pb_control_roster_find (self->roster, device) : NULL;
  const gchar *known = agent && pb_control_roster_shows (principal, agent)
                           ? pb_control_orders_find (self->orders, device, id)
                           : NULL;
  const gchar *problem =
      known ? NULL : judge_command (self, principal, agent, device);

  if (known) {
    pb_control_socket_send_text (socket, known);
  } else if (problem) {
    g_autofree gchar *receipt =
        pb_control_receipt_new (device, id, "refused", problem, NULL);

    pb_control_socket_send_text (socket, receipt);
  } else {
    g_autofree gchar *to_agent = NULL;
    const gchar *receipt = pb_control_orders_add (self->orders, device,
        pb_control_agent_get_run (agent), command, principal,
        g_get_monotonic_time (), &to_agent);

    send_to_pages (device, receipt, self);
    tell_ordered (self, principal, device, command);
    send_to_agent (device, to_agent, self);
  }
}

static void
take_receipt (PbControl *self, const gchar *device, JsonObject *message)
{
  const gchar *receipt =
      pb_control_orders_take_receipt (self->orders, device, message);

  if (receipt)
    send_to_pages (device, receipt, self);
}

static gboolean
is_same_principal (const PbPrincipal *a, const PbPrincipal *b)
{
  return a->kind == b->kind && g_strcmp0 (a->id, b->id) == 0;
}

/* Diagnostics are for who asked and may still ask, and nobody else. */
static void
take_part (PbControl *self, PbControlAgent *agent, const gchar *device,
    JsonObject *message)
{
  const PbPrincipal *by =
      pb_control_orders_take_part (self->orders, device, message);
  g_autoptr (JsonNode) copy =
      by ? pb_control_message_copy_known (message) : NULL;
  g_autofree gchar *text = copy ? json_to_string (copy, FALSE) : NULL;

  for (guint i = self->sockets->len; text && i-- > 0;) {
    PbControlSocket *socket = g_ptr_array_index (self->sockets, i);
    const PbPrincipal *reader = pb_control_socket_get_principal (socket);

    if (!is_agent (socket) && pb_control_socket_has_hello (socket)
        && is_same_principal (reader, by)
        && pb_principal_may (reader, PB_MAY_CONTROL_AGENTS)
        && pb_control_roster_shows (reader, agent))
      pb_control_socket_send_text (socket, text);
  }
}

static void
take_status (PbControl *self, PbControlAgent *agent,
    const PbPrincipal *principal, JsonObject *message)
{
  JsonNode *node = json_object_get_member (message, "clock");
  JsonObject *clock;

  pb_control_agent_set_status (agent, message, g_get_monotonic_time ());
  if (!node || !JSON_NODE_HOLDS_OBJECT (node) || !self->clocked)
    return;
  clock = json_node_get_object (node);
  self->clocked (principal, json_object_get_int_member (clock, "offset_us"),
      json_object_get_int_member (clock, "error_us"), self->clocked_data);
}

/* What only the server sends is no message to it. */
static void
on_agent_message (PbControl *self, PbControlSocket *socket, const gchar *type,
    JsonObject *message)
{
  PbControlAgent *agent = pb_control_roster_find (
      self->roster, pb_control_socket_get_principal (socket)->id);

  if (g_str_equal (type, "hello"))
    greet_agent (self, socket, message);
  else if (g_str_equal (type, "status"))
    take_status (
        self, agent, pb_control_socket_get_principal (socket), message);
  else if (g_str_equal (type, "receipt"))
    take_receipt (self, pb_control_socket_get_principal (socket)->id, message);
  else if (g_str_equal (type, "diagnostics"))
    take_part (
        self, agent, pb_control_socket_get_principal (socket)->id, message);
  else if (!g_str_equal (type, "error"))
    pb_control_socket_send_error (
        socket, "unexpected", type, "An agent does not send this");
}

static void
on_page_message (PbControl *self, PbControlSocket *socket, const gchar *type,
    JsonObject *message)
{
  if (g_str_equal (type, "hello"))
    greet_page (self, socket);
  else if (g_str_equal (type, "command"))
    take_command (self, socket, message);
  else if (!g_str_equal (type, "error"))
    pb_control_socket_send_error (
        socket, "unexpected", type, "A page does not send this");
}

static void
on_message (PbControlSocket *socket, const gchar *type, JsonObject *message,
    gpointer user_data)
{
  const gint64 came_us = g_get_real_time ();

  if (g_str_equal (type, "clock_request"))
    reply_clock (socket, message, came_us);
  else if (is_agent (socket))
    on_agent_message (user_data, socket, type, message);
  else
    on_page_message (user_data, socket, type, message);
}

static void
on_closed (PbControlSocket *socket, gpointer user_data)
{
  PbControl *self = user_data;
  const gchar *device = pb_control_socket_get_principal (socket)->id;

  if (is_agent (socket)
      && g_hash_table_lookup (self->agent_sockets, device) == socket) {
    PbControlAgent *agent = pb_control_roster_find (self->roster, device);

    if (agent)
      pb_control_agent_disconnect (agent);
    g_hash_table_remove (self->agent_sockets, device);
  }
  g_ptr_array_remove_fast (self->sockets, socket);
}

/**
 * pb_control_add:
 * @connection: that has just been opened
 * @principal: (transfer full): a device is an agent, all others are pages
 */
void
pb_control_add (PbControl *self, SoupWebsocketConnection *connection,
    PbPrincipal *principal)
{
  static const PbControlSocketEvents events = { on_message, on_closed };

  g_ptr_array_add (self->sockets,
      pb_control_socket_new (connection, principal, &events, self));
}

static void
withdraw (PbControl *self, PbControlSocket *socket)
{
  /* Whose it was is not to be seen any more. */
  if (is_agent (socket))
    pb_control_roster_remove (
        self->roster, pb_control_socket_get_principal (socket)->id);
  pb_control_socket_close (socket, PB_CONTROL_CLOSE_WITHDRAWN,
      "what this connection was opened with has been withdrawn");
}

/**
 * pb_control_revise:
 * @keep: asked of each socket
 * @user_data: for @keep
 *
 * After each change of people, keys and devices.
 */
void
pb_control_revise (PbControl *self, PbControlKeep keep, gpointer user_data)
{
  for (guint i = self->sockets->len; i-- > 0;) {
    PbControlSocket *socket = g_ptr_array_index (self->sockets, i);

    if (!keep (pb_control_socket_get_principal (socket), user_data))
      withdraw (self, socket);
  }
  pb_control_roster_revise (self->roster, keep, user_data);
}
