/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlOrders: each command is handed to the program that it was meant for,
 * once it may be again over a new connection, and nobody else ever. */
#include "control/pb-control-orders.h"

#include "json/pb-json.h"
#include "pb-bucket.h"
#include "pb-control-message.h"

typedef struct {
  gchar *key; /* "device id" */
  gchar *device;
  gchar *id;
  gchar *run; /* of the agent's program that it was handed to */
  gchar *command; /* for the agent */
  gchar *receipt; /* the last, for pages */
  PbPrincipal *by;
  gint64 n_parts; /* of diagnostics, that came */
  gboolean has_parts; /* it is one that is answered with them */
  gint64 added_us;
  gboolean is_done;
} Order;

struct _PbControlOrders {
  GHashTable *table; /* key → Order */
  GQueue queue; /* of Order, oldest first */
  GHashTable *full; /* device → gint64 when its bucket is full again */
};

static void
order_free (gpointer data)
{
  Order *order = data;

  g_free (order->key);
  g_free (order->device);
  g_free (order->id);
  g_free (order->run);
  g_free (order->command);
  g_free (order->receipt);
  pb_principal_free (order->by);
  g_free (order);
}

PbControlOrders *
pb_control_orders_new (void)
{
  PbControlOrders *self = g_new0 (PbControlOrders, 1);

  self->table = g_hash_table_new (g_str_hash, g_str_equal);
  self->full = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
pb_control_orders_free (PbControlOrders *self)
{
  g_hash_table_unref (self->table);
  g_hash_table_unref (self->full);
  g_queue_clear_full (&self->queue, order_free);
  g_free (self);
}

static Order *
find (PbControlOrders *self, const gchar *device, const gchar *id)
{
  g_autofree gchar *key = g_strconcat (device, " ", id, NULL);

  return g_hash_table_lookup (self->table, key);
}

/**
 * pb_control_receipt_new:
 * @device: (nullable): whom the command was for
 * @id: of the command
 * @state: as the schema has it
 * @reason: (nullable): in words
 * @more: (nullable): a receipt of the agent, of which it gets "applied",
 *   "refused" and "flash"
 *
 * Returns: (transfer full): a message for a page
 */
gchar *
pb_control_receipt_new (const gchar *device, const gchar *id,
    const gchar *state, const gchar *reason, JsonObject *more)
{
  static const gchar *const members[] = { "applied", "refused", "flash" };
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", "receipt");
  pb_json_add_text (b, "id", id);
  pb_json_add_text (b, "state", state);
  if (reason)
    pb_json_add_text (b, "reason", reason);
  if (device)
    pb_json_add_text (b, "device", device);
  for (guint i = 0; more && i < G_N_ELEMENTS (members); i++) {
    if (!json_object_has_member (more, members[i]))
      continue;
    json_builder_set_member_name (b, members[i]);
    json_builder_add_value (
        b, json_node_copy (json_object_get_member (more, members[i])));
  }
  json_builder_end_object (b);
  return pb_control_message_to_text (b);
}

/**
 * pb_control_orders_find:
 *
 * Returns: (transfer none) (nullable): the last receipt of a command that was
 *   there before; %NULL if it is new
 */
const gchar *
pb_control_orders_find (
    PbControlOrders *self, const gchar *device, const gchar *id)
{
  Order *order = find (self, device, id);

  return order ? order->receipt : NULL;
}

/**
 * pb_control_orders_may:
 * @now_us: monotonic
 *
 * Returns: %TRUE if @device may get another command now; that counts as one
 */
gboolean
pb_control_orders_may (
    PbControlOrders *self, const gchar *device, gint64 now_us)
{
  const gint64 each_us = G_USEC_PER_SEC / PB_CONTROL_ORDERS_PER_S;
  gint64 *full_us = g_hash_table_lookup (self->full, device);

  if (!full_us) {
    full_us = g_new0 (gint64, 1);
    if (g_hash_table_size (self->full) >= PB_CONTROL_ORDERS_MAX)
      g_hash_table_remove_all (self->full);
    g_hash_table_insert (self->full, g_strdup (device), full_us);
  }
  return pb_bucket_take (
      full_us, each_us, PB_CONTROL_ORDERS_BURST * each_us, now_us);
}

static gchar *
make_command (JsonObject *command, const gchar *by)
{
  g_autoptr (JsonNode) copy = pb_control_message_copy_known (command);
  JsonObject *object = json_node_get_object (copy);

  json_object_remove_member (object, "device");
  json_object_set_string_member (object, "by", by);
  return json_to_string (copy, FALSE);
}

static void
make_room (PbControlOrders *self)
{
  Order *oldest;

  if (self->queue.length < PB_CONTROL_ORDERS_MAX)
    return;
  oldest = g_queue_pop_head (&self->queue);
  g_hash_table_remove (self->table, oldest->key);
  order_free (oldest);
}

/**
 * pb_control_orders_add:
 * @device: whom it is for; pb_control_orders_find() does not know it
 * @run: (nullable): the program that it goes to
 * @command: of a page, valid
 * @by: who gives it
 * @now_us: monotonic
 * @to_agent: (out): what to send to the agent
 *
 * Returns: (transfer none): the receipt for pages
 */
const gchar *
pb_control_orders_add (PbControlOrders *self, const gchar *device,
    const gchar *run, JsonObject *command, const PbPrincipal *by, gint64 now_us,
    gchar **to_agent)
{
  Order *order = g_new0 (Order, 1);

  make_room (self);
  order->device = g_strdup (device);
  order->id = g_strdup (pb_json_get_text (command, "id"));
  order->key = g_strconcat (device, " ", order->id, NULL);
  order->run = g_strdup (run);
  order->command = make_command (command, by->name ? by->name : by->id);
  order->by = pb_principal_copy (by);
  order->has_parts =
      g_str_equal (pb_json_get_text (command, "name"), "diagnose");
  order->receipt =
      pb_control_receipt_new (device, order->id, "accepted", NULL, NULL);
  order->added_us = now_us;
  g_hash_table_insert (self->table, order->key, order);
  g_queue_push_tail (&self->queue, order);
  *to_agent = g_strdup (order->command);
  return order->receipt;
}

/**
 * pb_control_orders_take_receipt:
 * @device: whose it is
 * @receipt: of the agent, valid
 *
 * Returns: (transfer none) (nullable): the receipt for pages; %NULL if there
 *   was no such command, or what became of it is known
 */
const gchar *
pb_control_orders_take_receipt (
    PbControlOrders *self, const gchar *device, JsonObject *receipt)
{
  Order *order = find (self, device, pb_json_get_text (receipt, "id"));
  g_autoptr (JsonNode) copy = NULL;
  JsonObject *known;

  if (!order || order->is_done)
    return NULL;
  copy = pb_control_message_copy_known (receipt);
  known = json_node_get_object (copy);
  order->is_done = !g_str_equal (pb_json_get_text (known, "state"), "accepted");
  g_free (order->receipt);
  order->receipt = pb_control_receipt_new (device, order->id,
      pb_json_get_text (known, "state"), pb_json_get_text (known, "reason"),
      known);
  return order->receipt;
}

/**
 * pb_control_orders_take_part:
 * @device: whose it is
 * @part: "diagnostics" of the agent, valid
 *
 * Returns: (transfer none) (nullable): who asked for it; %NULL if nobody did,
 *   or it is not the next part, or what became of the command is known
 */
const PbPrincipal *
pb_control_orders_take_part (
    PbControlOrders *self, const gchar *device, JsonObject *part)
{
  Order *order = find (self, device, pb_json_get_text (part, "id"));

  if (!order || order->is_done || !order->has_parts
      || json_object_get_int_member (part, "part") != order->n_parts + 1)
    return NULL;
  order->n_parts++;
  return order->by;
}

static void
lose (Order *order, const gchar *why, PbControlOrdersFunc to_pages,
    gpointer user_data)
{
  order->is_done = TRUE;
  g_free (order->receipt);
  order->receipt =
      pb_control_receipt_new (order->device, order->id, "lost", why, NULL);
  to_pages (order->device, order->receipt, user_data);
}

/**
 * pb_control_orders_resume:
 * @device: an agent that has come back
 * @run: (nullable): its program
 * @to_agent: gets again what that program has not spoken of
 * @to_pages: gets what is lost, for another program may have done it
 */
void
pb_control_orders_resume (PbControlOrders *self, const gchar *device,
    const gchar *run, PbControlOrdersFunc to_agent,
    PbControlOrdersFunc to_pages, gpointer user_data)
{
  for (GList *l = self->queue.head; l; l = l->next) {
    Order *order = l->data;

    if (order->is_done || !g_str_equal (order->device, device))
      continue;
    if (run && g_strcmp0 (order->run, run) == 0)
      to_agent (device, order->command, user_data);
    else
      lose (order,
          "The agent was started anew; what became of this is not known",
          to_pages, user_data);
  }
}

/**
 * pb_control_orders_expire:
 * @now_us: monotonic
 *
 * Now and then: what has waited too long is lost.
 */
void
pb_control_orders_expire (PbControlOrders *self, gint64 now_us,
    PbControlOrdersFunc to_pages, gpointer user_data)
{
  for (GList *l = self->queue.head; l; l = l->next) {
    Order *order = l->data;

    if (now_us - order->added_us < PB_CONTROL_ORDER_S * G_USEC_PER_SEC)
      return;
    if (!order->is_done)
      lose (order,
          "The agent has not answered; what became of this is not known",
          to_pages, user_data);
  }
}
