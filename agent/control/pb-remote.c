/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRemote: a WebSocket to the server that comes back by itself; each second a
 * status, now and then a look at the server's clock. All of it in the main
 * loop: the streaming threads do not know that it is there. */
#include "control/pb-remote.h"

#include "control/pb-usage.h"
#include "json/pb-json.h"
#include "pb-control-clock.h"
#include "pb-control-message.h"

#include <gstpitbox/gstpitbox.h>
#include <libsoup/soup.h>
#include <string.h>

#define PATH "/api/v1/control"
#define CONNECT_TIMEOUT_S 15
/* First and longest wait for the next try. */
#define FIRST_DELAY_MS 500
#define MAX_DELAY_MS 30000
/* What does not heal by itself within seconds. */
#define REFUSED_DELAY_MS 20000
/* The server pings each 5 s and speaks to whoever asks for its clock. */
#define PING_S 5
#define SILENT_US (15 * G_USEC_PER_SEC)
/* Commands whose receipts are kept: none of them is executed again. */
#define MAX_RECEIPTS 256
/* Close codes of the server; protocol/README.md. */
#define CLOSE_REPLACED 4001
#define CLOSE_WITHDRAWN 4003
#define CLOSE_TOO_OLD 4010
#define CLOSE_TOO_NEW 4011

struct _PbRemote {
  gchar *url;
  gchar *certificate;
  gchar *token;
  const gchar *const *commands; /* that are taken */
  gchar *run; /* another one at each start */
  PbRemoteEvents events;
  gpointer user_data;
  SoupSession *session;
  GCancellable *cancellable; /* of the try that goes on */
  SoupMessage *message; /* likewise */
  SoupWebsocketConnection *socket; /* NULL = not connected */
  PbControlClock *clock;
  gint64 started_us;
  gint64 heard_us;
  gint64 asked_us; /* the clock, last */
  PbUsage usage; /* at the last status */
  gint64 usage_us;
  guint failures; /* in a row */
  guint timer; /* the next try, or the next status */
  guint clock_timer; /* while the clock is asked often */
  gboolean is_welcome;
  GHashTable *receipts; /* id of a command → what it was answered */
  GQueue ids; /* of them, oldest first */
  gchar *said; /* last, so that it is said once */
};

static void try_connect (PbRemote *self);

static void
say (PbRemote *self, const gchar *words)
{
  if (g_strcmp0 (words, self->said) == 0)
    return;
  g_free (self->said);
  self->said = g_strdup (words);
  g_message ("control: %s", words);
}

static gboolean
on_retry (gpointer user_data)
{
  PbRemote *self = user_data;

  self->timer = 0;
  try_connect (self);
  return G_SOURCE_REMOVE;
}

static void
drop_socket (PbRemote *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->clock_timer, g_source_remove);
  self->is_welcome = FALSE;
  if (self->socket == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->socket, self);
  if (soup_websocket_connection_get_state (self->socket)
      == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (
        self->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  g_clear_object (&self->socket);
}

static void
wait_to_retry (PbRemote *self, guint first_ms)
{
  drop_socket (self);
  self->timer = g_timeout_add (gst_pitbox_backoff_ms (++self->failures,
                                   first_ms, MAX_DELAY_MS, g_random_double ()),
      on_retry, self);
}

static void
send_text (PbRemote *self, const gchar *text)
{
  if (soup_websocket_connection_get_state (self->socket)
      == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->socket, text);
}

static void
send (PbRemote *self, JsonBuilder *b)
{
  g_autofree gchar *text = NULL;

  json_builder_end_object (b);
  text = pb_control_message_to_text (b);
  send_text (self, text);
}

static JsonBuilder *
begin (const gchar *type)
{
  JsonBuilder *b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_text (b, "type", type);
  return b;
}

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
send_hello (PbRemote *self)
{
  g_autoptr (JsonBuilder) b = begin ("hello");

  pb_json_add_int (b, "protocol_min", PB_CONTROL_VERSION_MIN);
  pb_json_add_int (b, "protocol_max", PB_CONTROL_VERSION);
  pb_json_add_text (b, "version", PACKAGE_VERSION);
  pb_json_add_text (b, "platform", get_platform ());
  pb_json_add_text (b, "run", self->run);
  pb_json_begin_array (b, "capabilities");
  for (guint i = 0; self->commands[i] != NULL; i++)
    json_builder_add_string_value (b, self->commands[i]);
  json_builder_end_array (b);
  send (self, b);
}

static void
ask_clock (PbRemote *self)
{
  g_autoptr (JsonBuilder) b = begin ("clock_request");

  self->asked_us = g_get_monotonic_time ();
  pb_json_add_int (b, "t1_us", self->asked_us);
  send (self, b);
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
  g_autoptr (JsonBuilder) b = begin ("status");

  self->events.add_status (b, self->user_data);
  add_usage (self, b);
  pb_json_add_double (
      b, "uptime_s", (g_get_monotonic_time () - self->started_us) / 1e6);
  add_clock (self, b);
  send (self, b);
}

/* Slow looks at the clock wait for a status: one wake-up less. */
static gboolean
on_status (gpointer user_data)
{
  PbRemote *self = user_data;
  const gint64 now_us = g_get_monotonic_time ();

  if (now_us - self->heard_us > SILENT_US) {
    say (self, "nothing comes from the server any more");
    self->timer = 0;
    wait_to_retry (self, FIRST_DELAY_MS);
    return G_SOURCE_REMOVE;
  }
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
  g_autofree gchar *words = g_strdup_printf ("connected to %s", self->url);

  if (self->is_welcome)
    return;
  self->is_welcome = TRUE;
  self->failures = 0;
  say (self, words);
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
    g_autoptr (JsonBuilder) b = begin ("diagnostics");
    g_autofree gchar *part = NULL;

    end = text + size - at > PB_CONTROL_PART_BYTES
              ? g_utf8_find_prev_char (at, at + PB_CONTROL_PART_BYTES)
              : text + size;
    part = g_strndup (at, (gsize) (end - at));
    pb_json_add_text (b, "id", id);
    pb_json_add_int (b, "part", ++n);
    pb_json_add_bool (b, "last", *end == '\0');
    pb_json_add_text (b, "text", part);
    send (self, b);
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

static gchar *
execute (PbRemote *self, const gchar *id, JsonObject *message)
{
  g_autoptr (JsonBuilder) b = begin ("receipt");
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (JsonBuilder) refused = json_builder_new ();
  PbRemoteReply reply = { b, refused, NULL };
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
  json_builder_end_object (b);
  pb_json_add_text (b, "state", problem != NULL ? "refused" : "executed");
  if (problem != NULL)
    pb_json_add_text (b, "reason", problem);
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

  if (receipt == NULL) {
    gchar *key = g_strdup (id);

    receipt = execute (self, id, message);
    g_hash_table_insert (self->receipts, key, receipt);
    g_queue_push_tail (&self->ids, key);
    send_status (self);
  }
  send_text (self, receipt);
  if (self->ids.length > MAX_RECEIPTS)
    g_hash_table_remove (self->receipts, g_queue_pop_head (&self->ids));
}

static void
on_message (SoupWebsocketConnection *socket, gint kind, GBytes *bytes,
    gpointer user_data)
{
  PbRemote *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) message = NULL;
  const gint64 now_us = g_get_monotonic_time ();
  const gchar *type;

  self->heard_us = now_us;
  if (kind != SOUP_WEBSOCKET_DATA_TEXT)
    return;
  message = pb_control_message_parse (
      g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
  if (message == NULL) {
    g_autoptr (JsonBuilder) b = begin ("error");

    pb_json_add_text (b, "code", pb_control_error_to_code (error));
    pb_json_add_text (b, "message", error->message);
    send (self, b);
    return;
  }
  type = pb_json_get_text (message, "type");
  if (strcmp (type, "welcome") == 0)
    take_welcome (self, message);
  else if (strcmp (type, "clock_reply") == 0)
    take_clock (self, message, now_us);
  else if (strcmp (type, "command") == 0)
    take_command (self, message);
  else if (strcmp (type, "error") == 0)
    say (self, pb_json_get_text (message, "message"));
}

static void
on_pong (SoupWebsocketConnection *socket, GBytes *bytes, gpointer user_data)
{
  ((PbRemote *) user_data)->heard_us = g_get_monotonic_time ();
}

static void
on_closed (SoupWebsocketConnection *socket, gpointer user_data)
{
  PbRemote *self = user_data;
  const gushort code = soup_websocket_connection_get_close_code (socket);
  const gchar *reason = soup_websocket_connection_get_close_data (socket);
  g_autofree gchar *words =
      g_strdup_printf ("the server has ended the connection%s%s",
          reason != NULL && reason[0] != '\0' ? ": " : "",
          reason != NULL ? reason : "");

  say (self, words);
  wait_to_retry (self,
      code == CLOSE_REPLACED || code == CLOSE_TOO_OLD || code == CLOSE_TOO_NEW
          ? REFUSED_DELAY_MS
          : FIRST_DELAY_MS);
  if (code == CLOSE_WITHDRAWN)
    self->events.withdrawn (self->user_data);
}

static gboolean
accept_certificate (SoupMessage *message, GTlsCertificate *certificate,
    GTlsCertificateFlags problems, gpointer user_data)
{
  PbRemote *self = user_data;
  g_autoptr (GByteArray) der = NULL;
  g_autofree gchar *digest = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL || self->certificate[0] == '\0')
    return FALSE;
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  return g_ascii_strcasecmp (digest, self->certificate) == 0;
}

/* What an answer that is no WebSocket means to the driver. */
static gchar *
explain (PbRemote *self, guint status, const GError *error)
{
  switch (status) {
    case SOUP_STATUS_UNAUTHORIZED:
      return g_strdup ("the server does not take this PC's pairing any more: "
                       "pair it again");
    case SOUP_STATUS_BAD_REQUEST:
      return g_strdup ("the server speaks another version of the control "
                       "channel (this one " PB_CONTROL_SUBPROTOCOL
                       "): update whichever of the two is older");
    case SOUP_STATUS_NOT_FOUND:
      return g_strdup ("the server has no control channel: update it");
    case SOUP_STATUS_NONE:
      return g_strdup_printf ("%s: %s", self->url, error->message);
    default:
      return g_strdup_printf (
          "%s answers with HTTP status %u", self->url, status);
  }
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) socket =
      soup_session_websocket_connect_finish (
          SOUP_SESSION (session), result, &error);
  g_autofree gchar *words = NULL;
  PbRemote *self = user_data;
  guint status;

  /* Nobody is there any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  status = soup_message_get_status (self->message);
  g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  if (socket == NULL) {
    words = explain (self, status, error);
    say (self, words);
    wait_to_retry (self,
        status >= 400 && status < 500 ? REFUSED_DELAY_MS : FIRST_DELAY_MS);
    if (status == SOUP_STATUS_UNAUTHORIZED)
      self->events.withdrawn (self->user_data);
    return;
  }
  self->socket = g_steal_pointer (&socket);
  self->heard_us = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (
      self->socket, PB_CONTROL_MAX_BYTES);
  soup_websocket_connection_set_keepalive_interval (self->socket, PING_S);
  g_signal_connect (self->socket, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->socket, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (self->socket, "closed", G_CALLBACK (on_closed), self);
  send_hello (self);
}

static void
try_connect (PbRemote *self)
{
  static gchar *protocols[] = { (gchar *) PB_CONTROL_SUBPROTOCOL, NULL };
  g_autofree gchar *address = g_strconcat (self->url, PATH, NULL);
  gchar *header = g_strconcat ("Bearer ", self->token, NULL);

  self->message = soup_message_new ("GET", address);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (
      soup_message_get_request_headers (self->message), "Authorization",
      header);
  g_free (header);
  g_signal_connect (self->message, "accept-certificate",
      G_CALLBACK (accept_certificate), self);
  soup_session_websocket_connect_async (self->session, self->message, NULL,
      protocols, G_PRIORITY_DEFAULT, self->cancellable, on_connected, self);
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
  PbRemote *self = g_new0 (PbRemote, 1);

  self->url = g_strdup (peer->url);
  self->certificate = g_strdup (peer->certificate);
  self->token = g_strdup (peer->token);
  self->commands = peer->commands;
  self->run = g_uuid_string_random ();
  self->events = *events;
  self->user_data = user_data;
  self->started_us = g_get_monotonic_time ();
  self->clock = pb_control_clock_new ();
  self->receipts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->cancellable = g_cancellable_new ();
  /* No proxy: what finds one out costs more memory than all of this. */
  self->session = soup_session_new_with_options ("proxy-resolver", NULL,
      "timeout", CONNECT_TIMEOUT_S, "user-agent",
      "pitbox-agent/" PACKAGE_VERSION, NULL);
  soup_session_remove_feature_by_type (
      self->session, SOUP_TYPE_WEBSOCKET_EXTENSION_MANAGER);
  self->timer = g_idle_add (on_retry, self);
  return self;
}

/**
 * pb_remote_free:
 *
 * Leaves; calls nobody any more.
 */
void
pb_remote_free (PbRemote *self)
{
  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  drop_socket (self);
  if (self->message != NULL)
    g_signal_handlers_disconnect_by_data (self->message, self);
  g_clear_object (&self->message);
  g_object_unref (self->session);
  pb_control_clock_free (self->clock);
  g_queue_clear (&self->ids);
  g_hash_table_unref (self->receipts);
  g_free (self->url);
  g_free (self->certificate);
  g_free (self->token);
  g_free (self->run);
  g_free (self->said);
  g_free (self);
}
