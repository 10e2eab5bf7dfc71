/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRemote: what the agent says over its line to the server: each second a
 * status, now and then a look at the server's clock, and what became of
 * commands. */
#include "control/pb-remote.h"

#include "control/pb-remote-line.h"
#include "control/pb-usage.h"
#include "json/pb-json.h"
#include "pb-control-clock.h"
#include "pb-control-message.h"

#include <string.h>

/* Commands whose receipts are kept: none of them is executed again. One whose
 * receipt follows has none yet. */
#define MAX_RECEIPTS 256

struct _PbRemote {
  PbRemoteLine *line;
  const gchar *const *commands; /* that are taken */
  gchar *run; /* another one at each start */
  PbRemoteEvents events;
  gpointer user_data;
  PbControlClock *clock;
  gint64 started_us;
  gint64 asked_us; /* the clock, last */
  PbUsage usage; /* at the last status */
  gint64 usage_us;
  guint timer; /* the next status; 0 = not welcome yet */
  guint clock_timer; /* while the clock is asked often */
  GHashTable *receipts; /* id of a command → what it was answered */
  GQueue ids; /* of them, oldest first */
};

static const gchar *
get_platform (void)
{
#if defined(G_OS_WIN32)
  return "windows";
#elif defined(__linux__)
  return "linux";
#else
  return "other";
#endif
}

static void
on_opened (gpointer user_data)
{
  PbRemote *self = user_data;
  g_autoptr (JsonBuilder) b = pb_remote_line_begin ("hello");

  pb_json_add_int (b, "protocol_min", PB_CONTROL_VERSION_MIN);
  pb_json_add_int (b, "protocol_max", PB_CONTROL_VERSION);
  pb_json_add_text (b, "version", PACKAGE_VERSION);
  pb_json_add_text (b, "platform", get_platform ());
  pb_json_add_text (b, "run", self->run);
  pb_json_begin_array (b, "capabilities");
  for (guint i = 0; self->commands[i] != NULL; i++)
    json_builder_add_string_value (b, self->commands[i]);
  json_builder_end_array (b);
  pb_remote_line_send (self->line, b);
}

static void
ask_clock (PbRemote *self)
{
  g_autoptr (JsonBuilder) b = pb_remote_line_begin ("clock_request");

  self->asked_us = g_get_monotonic_time ();
  pb_json_add_int (b, "t1_us", self->asked_us);
  pb_remote_line_send (self->line, b);
}

static gboolean
on_clock (gpointer user_data)
{
  PbRemote *self = user_data;

  self->clock_timer = 0;
  ask_clock (self);
  return G_SOURCE_REMOVE;
}

static void
add_clock (PbRemote *self, JsonBuilder *b)
{
  const gint64 now_us = g_get_monotonic_time ();
  PbControlClockState s;

  if (!pb_control_clock_get (self->clock, now_us, &s))
    return;
  pb_json_begin_object (b, "clock");
  pb_json_add_int (b, "offset_us", s.remote_us - g_get_real_time ());
  pb_json_add_int (b, "error_us", s.error_us);
  pb_json_add_int (b, "bound_us", s.bound_us);
  pb_json_add_double (b, "drift_ppm", s.drift_ppm);
  pb_json_add_double (b, "drift_error_ppm", s.drift_error_ppm);
  pb_json_add_int (b, "rtt_us", s.rtt_us);
  json_builder_end_object (b);
}

static void
add_usage (PbRemote *self, JsonBuilder *b)
{
  const gint64 now_us = g_get_monotonic_time ();
  const gint64 past_us = now_us - self->usage_us;
  PbUsage usage;

  pb_usage_get (&usage);
  if (self->usage_us > 0 && past_us > 0)
    pb_json_add_double (
        b, "cpu_pct", 100.0 * (usage.cpu_us - self->usage.cpu_us) / past_us);
  if (usage.memory_bytes > 0)
    pb_json_add_int (b, "memory_bytes", usage.memory_bytes);
  self->usage = usage;
  self->usage_us = now_us;
}

static void
send_status (PbRemote *self)
{
  g_autoptr (JsonBuilder) b = pb_remote_line_begin ("status");

  self->events.add_status (b, self->user_data);
  add_usage (self, b);
  pb_json_add_double (
      b, "uptime_s", (g_get_monotonic_time () - self->started_us) / 1e6);
  add_clock (self, b);
  pb_remote_line_send (self->line, b);
}

/* Slow looks at the clock wait for a status: one wake-up less. */
static gboolean
on_status (gpointer user_data)
{
  PbRemote *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();

  /* on_closed() has cleared the timer where it is over. */
  if (!pb_remote_line_check (self->line))
    return G_SOURCE_REMOVE;
  send_status (self);
  if (self->clock_timer == 0
      && now_us - self->asked_us
             >= (gint64) pb_control_clock_get_wait_ms (self->clock) * 1000)
    ask_clock (self);
  return G_SOURCE_CONTINUE;
}

static void
take_welcome (PbRemote *self, JsonObject *message)
{
  const guint interval_ms =
      (guint) json_object_get_int_member (message, "status_interval_ms");

  if (self->timer != 0)
    return;
  pb_remote_line_welcome (self->line);
  self->usage_us = 0;
  send_status (self);
  ask_clock (self);
  /* Whole seconds are waited for together with the agent's other timers. */
  self->timer =
      interval_ms % 1000 == 0
          ? g_timeout_add_seconds (interval_ms / 1000, on_status, self)
          : g_timeout_add (interval_ms, on_status, self);
}

static void
take_clock (PbRemote *self, JsonObject *message, gint64 now_us)
{
  guint wait_ms;

  pb_control_clock_add (self->clock,
      json_object_get_int_member (message, "t1_us"),
      json_object_get_int_member (message, "t2_us"),
      json_object_get_int_member (message, "t3_us"), now_us);
  wait_ms = pb_control_clock_get_wait_ms (self->clock);
  if (wait_ms < 1000 && self->clock_timer == 0)
    self->clock_timer = g_timeout_add (wait_ms, on_clock, self);
}

/* In parts that are no longer than any message may be, each valid UTF-8. */
static void
send_diagnostics (PbRemote *self, const gchar *id, const gchar *text)
{
  const gsize size = strlen (text);
  const gchar *end;
  gint n = 0;

  for (const gchar *at = text; *at != '\0' && n < PB_CONTROL_PARTS; at = end) {
    g_autoptr (JsonBuilder) b = pb_remote_line_begin ("diagnostics");
    g_autofree gchar *part = NULL;

    end = text + size - at > PB_CONTROL_PART_BYTES
              ? g_utf8_find_prev_char (at, at + PB_CONTROL_PART_BYTES)
              : text + size;
    part = g_strndup (at, (gsize) (end - at));
    pb_json_add_text (b, "id", id);
    pb_json_add_int (b, "part", ++n);
    pb_json_add_bool (b, "last", *end == '\0');
    pb_json_add_text (b, "text", part);
    pb_remote_line_send (self->line, b);
  }
}

static void
add_refused (JsonBuilder *b, JsonBuilder *refused)
{
  g_autoptr (JsonNode) list = NULL;

  json_builder_end_array (refused);
  list = json_builder_get_root (refused);
  if (json_array_get_length (json_node_get_array (list)) == 0)
    return;
  json_builder_set_member_name (b, "refused");
  json_builder_add_value (b, g_steal_pointer (&list));
}

/**
 * pb_remote_reply_refuse:
 * @reply: of an order that is carried out but for this
 * @name: of the argument
 * @reason: in words
 */
void
pb_remote_reply_refuse (
    PbRemoteReply *reply, const gchar *name, const gchar *reason)
{
  json_builder_begin_object (reply->refused);
  pb_json_add_text (reply->refused, "name", name);
  pb_json_add_text (reply->refused, "reason", reason);
  json_builder_end_object (reply->refused);
}

static void
add_outcome (JsonBuilder *b, const gchar *problem)
{
  pb_json_add_text (b, "state", problem != NULL ? "refused" : "executed");
  if (problem != NULL)
    pb_json_add_text (b, "reason", problem);
}

/* Returns: its receipt; NULL if that follows. */
static gchar *
execute (PbRemote *self, const gchar *id, JsonObject *message)
{
  g_autoptr (JsonBuilder) b = pb_remote_line_begin ("receipt");
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (JsonBuilder) refused = json_builder_new ();
  PbRemoteReply reply = { id, FALSE, b, refused, NULL };
  const gchar *by = pb_json_get_text (message, "by");
  g_autofree gchar *problem = NULL;

  json_builder_begin_array (refused);
  pb_json_add_text (b, "id", id);
  pb_json_begin_object (b, "applied");
  problem = self->events.order (pb_json_get_text (message, "name"),
      json_object_has_member (message, "args")
          ? json_object_get_object_member (message, "args")
          : none,
      by != NULL ? by : "somebody", &reply, self->user_data);
  if (reply.is_later && problem == NULL)
    return NULL;
  json_builder_end_object (b);
  add_outcome (b, problem);
  add_refused (b, refused);
  if (reply.diagnostics != NULL)
    send_diagnostics (self, id, reply.diagnostics);
  g_free (reply.diagnostics);
  json_builder_end_object (b);
  return pb_control_message_to_text (b);
}

/* A command that comes again, over whatever connection, has its receipt sent
 * again. */
static void
take_command (PbRemote *self, JsonObject *message)
{
  const gchar *id = pb_json_get_text (message, "id");
  gchar *receipt = g_hash_table_lookup (self->receipts, id);

  if (!g_hash_table_contains (self->receipts, id)) {
    gchar *key = g_strdup (id);

    receipt = execute (self, id, message);
    g_hash_table_insert (self->receipts, key, receipt);
    g_queue_push_tail (&self->ids, key);
    send_status (self);
  }
  if (receipt != NULL)
    pb_remote_line_send_text (self->line, receipt);
  if (self->ids.length > MAX_RECEIPTS)
    g_hash_table_remove (self->receipts, g_queue_pop_head (&self->ids));
}

static void
on_message (JsonObject *message, gpointer user_data)
{
  PbRemote *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();
  const gchar *type = pb_json_get_text (message, "type");

  if (strcmp (type, "welcome") == 0)
    take_welcome (self, message);
  else if (strcmp (type, "clock_reply") == 0)
    take_clock (self, message, now_us);
  else if (strcmp (type, "command") == 0)
    take_command (self, message);
}

static void
on_closed (gpointer user_data)
{
  PbRemote *self = user_data;

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->clock_timer, g_source_remove);
}

static void
on_withdrawn (gpointer user_data)
{
  PbRemote *self = user_data;

  self->events.withdrawn (self->user_data);
}

/**
 * pb_remote_new:
 * @peer: the server and who one is there
 * @events: what to call, from the main loop alone
 * @user_data: for @events
 *
 * Tries to connect from the next turn of the main loop on, until it is freed.
 * Messages that could make the control channel a burden are bounded by the
 * server's own rate and 16 KiB each.
 *
 * Returns: (transfer full): the agent's end
 */
PbRemote *
pb_remote_new (
    const PbRemotePeer *peer, const PbRemoteEvents *events, gpointer user_data)
{
  static const PbRemoteLineEvents line_events = {
    on_opened,
    on_message,
    on_closed,
    on_withdrawn,
  };
  PbRemote *self = g_new0 (PbRemote, 1);

  self->commands = peer->commands;
  self->run = g_uuid_string_random ();
  self->events = *events;
  self->user_data = user_data;
  self->started_us = g_get_monotonic_time ();
  self->clock = pb_control_clock_new ();
  self->receipts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->line = pb_remote_line_new (peer, &line_events, self);
  return self;
}

/**
 * pb_remote_answer:
 * @remote: the agent's end
 * @id: of a command whose receipt was to follow; another one is none
 * @problem: (nullable): why it could not be done
 * @flash: (transfer full) (nullable): what was shown
 *
 * Where there is no connection now the server asks again for the receipt.
 */
void
pb_remote_answer (
    PbRemote *remote, const gchar *id, const gchar *problem, JsonNode *flash)
{
  g_autoptr (JsonBuilder) b = pb_remote_line_begin ("receipt");
  g_autoptr (JsonNode) shown = flash;
  gpointer key;
  gchar *receipt;

  if (!g_hash_table_lookup_extended (
          remote->receipts, id, &key, (gpointer *) &receipt)
      || receipt != NULL)
    return;
  pb_json_add_text (b, "id", id);
  add_outcome (b, problem);
  if (shown != NULL) {
    json_builder_set_member_name (b, "flash");
    json_builder_add_value (b, g_steal_pointer (&shown));
  }
  json_builder_end_object (b);
  receipt = pb_control_message_to_text (b);
  /* The key stays the one that the queue knows. */
  g_hash_table_insert (remote->receipts, g_strdup (id), receipt);
  if (remote->timer != 0)
    pb_remote_line_send_text (remote->line, receipt);
}

/**
 * pb_remote_get_words:
 *
 * Returns: (transfer none) (nullable): how it stands, for people; %NULL before
 *   the first try has ended
 */
const gchar *
pb_remote_get_words (PbRemote *self)
{
  return pb_remote_line_get_words (self->line);
}

/**
 * pb_remote_report:
 *
 * Something has changed that should not wait for the next status. The server
 * takes ten messages a second: only for what a person does.
 */
void
pb_remote_report (PbRemote *remote)
{
  if (remote->timer != 0)
    send_status (remote);
}

/**
 * pb_remote_free:
 *
 * Leaves; calls nobody any more.
 */
void
pb_remote_free (PbRemote *self)
{
  pb_remote_line_free (self->line);
  on_closed (self);
  pb_control_clock_free (self->clock);
  g_queue_clear (&self->ids);
  g_hash_table_unref (self->receipts);
  g_free (self->run);
  g_free (self);
}
