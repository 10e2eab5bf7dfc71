/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sender says which rows it has, is told which of them are missing, and
 * sends those. What is on disk is acknowledged; nothing is taken twice. */
#include "ingest/pb-backfill-socket.h"

#include <gstpitbox/gstpitbox.h>

#include "ingest/pb-backfill-ask.h"
#include "ingest/pb-backfill-lack.h"
#include "ingest/pb-units-wire.h"

#define TRY_AGAIN_LATER 1013
/* Of which the socket remembers which rows it brought; behind that the session
 * ends, and the store knows them. */
#define MAX_CAME 4096

/* What is acknowledged once so many bytes of the session are settled. */
typedef struct {
  guint64 bytes;
  guint32 next;
} Mark;

struct _PbBackfillSocket {
  SoupWebsocketConnection *connection;
  PbPrincipal *principal;
  PbStore *store;
  gchar *recordings;
  const PbRecorderOptions *recorder;
  PbBackfillQuota *quota;
  gchar *driver;
  gchar *device;
  PbBackfillSocketEvents events;
  gpointer user_data;

  GArray *wanted; /* what was asked, until the store is */
  PbBackfillAsk *ask; /* until it answers */
  guint32 run_id;
  GArray *lack; /* of GstPitboxRowRange: what it said, less what came */
  GArray *came; /* of PbRowRange: that the store may not know of yet */
  guint64 next_row; /* behind the newest one of the record */
  PbUnits *units; /* of this run */
  GByteArray *ts;
  gint64 key_utc_us; /* of the newest key unit, at key_pts */
  guint64 key_pts;
  PbBackfillRecord *record; /* NULL before the first row */
  GArray *marks; /* of Mark, oldest first */
  guint timer; /* acknowledges, and asks */
  guint64 rows;
  gint64 heard_us; /* monotonic, as all here */
  gint64 units_full_us; /* when PB_UNITS_BURST may come again */
  gboolean is_closing;
  gboolean sent_too_much;
};

static gboolean on_timer (gpointer user_data);

static void
look_later (PbBackfillSocket *self)
{
  if (self->timer == 0 && !self->is_closing)
    self->timer = g_timeout_add (PB_UNITS_ACK_MS, on_timer, self);
}

/* The next rows are of another run, or of none. */
static void
end_record (PbBackfillSocket *self)
{
  if (self->record) {
    g_message ("driver %s: session %s ends: back-filled", self->driver,
        pb_backfill_record_get_id (self->record));
    self->events.ended (self, g_steal_pointer (&self->record), self->user_data);
  }
  self->next_row = 0;
  g_array_set_size (self->marks, 0);
  g_clear_pointer (&self->units, pb_units_free);
}

/**
 * pb_backfill_socket_end:
 * @code: #GstPitboxUnitsClose or one of RFC 6455
 * @reason: in words; of what is longer than 123 bytes the beginning is sent
 *
 * From here on nothing that comes is looked at.
 */
void
pb_backfill_socket_end (
    PbBackfillSocket *self, gushort code, const gchar *reason)
{
  if (self->is_closing)
    return;
  self->is_closing = TRUE;
  end_record (self);
  g_clear_pointer (&self->ask, pb_backfill_ask_cancel);
  g_clear_handle_id (&self->timer, g_source_remove);
  pb_units_wire_close (self->connection, code, reason);
}

static void
bad (PbBackfillSocket *self, const gchar *what)
{
  g_autofree gchar *reason =
      g_strdup_printf ("a message of rows is not valid: %s", what);

  g_message ("driver %s: device %s: %s", self->driver, self->device, reason);
  pb_backfill_socket_end (self, GST_PITBOX_UNITS_CLOSE_BAD, reason);
}

/* It may come back in a while. */
static void
refuse (PbBackfillSocket *self, const gchar *reason)
{
  g_message ("driver %s: device %s: back-fill ends: %s", self->driver,
      self->device, reason);
  self->sent_too_much = TRUE;
  pb_backfill_socket_end (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, reason);
}

static void
acknowledge (PbBackfillSocket *self)
{
  const guint64 settled = pb_backfill_record_get_settled_bytes (self->record);
  GstPitboxUnitsAnswer words = { FALSE, TRUE, self->run_id, 0 };
  guint8 bytes[GST_PITBOX_UNITS_ANSWER_BYTES];
  g_autofree gchar *failure = NULL;
  guint n = 0;

  while (n < self->marks->len
         && g_array_index (self->marks, Mark, n).bytes <= settled)
    n++;
  if (n == 0)
    return;
  /* What cannot be recorded is not acknowledged: it may come again. */
  failure = pb_backfill_record_dup_failure (self->record);
  if (failure) {
    pb_backfill_socket_end (self, TRY_AGAIN_LATER, failure);
    return;
  }
  words.next = g_array_index (self->marks, Mark, n - 1).next;
  g_array_remove_range (self->marks, 0, n);
  gst_pitbox_units_answer_write (&words, bytes);
  soup_websocket_connection_send_binary (self->connection, bytes, sizeof bytes);
}

static void
on_answer (guint32 run_id, GArray *lack, gpointer user_data)
{
  PbBackfillSocket *self = user_data;
  g_autoptr (GBytes) message = NULL;

  self->ask = NULL;
  if (self->is_closing)
    return;
  if (!lack) {
    pb_backfill_socket_end (self, TRY_AGAIN_LATER,
        "the database cannot say now which rows are missing");
    return;
  }
  g_array_set_size (self->lack, 0);
  g_array_append_vals (self->lack, lack->data, lack->len);
  /* A recording does not go back. */
  if (self->lack->len > 0
      && g_array_index (self->lack, GstPitboxRowRange, 0).first
             < self->next_row)
    end_record (self);
  message = gst_pitbox_ranges_write (
      run_id, (const GstPitboxRowRange *) self->lack->data, self->lack->len);
  soup_websocket_connection_send_message (
      self->connection, SOUP_WEBSOCKET_DATA_BINARY, message);
}

static void
try_ask (PbBackfillSocket *self)
{
  if (self->events.may_ask (self, self->user_data)
      && pb_backfill_quota_take_ask (self->quota, g_get_monotonic_time ()))
    self->ask = pb_backfill_ask_new (self->store, self->driver, self->run_id,
        g_steal_pointer (&self->wanted), self->came, on_answer, self);
}

static gboolean
on_timer (gpointer user_data)
{
  PbBackfillSocket *self = user_data;

  if (self->record && self->marks->len > 0)
    acknowledge (self);
  if (!self->is_closing && self->wanted)
    try_ask (self);
  if (!self->is_closing && (self->wanted || self->marks->len > 0))
    return G_SOURCE_CONTINUE;
  self->timer = 0;
  return G_SOURCE_REMOVE;
}

static void
take_ask (PbBackfillSocket *self, guint32 run_id, GArray *ranges)
{
  if (self->wanted || self->ask || self->marks->len > 0) {
    g_array_unref (ranges);
    bad (self, "another question before all was answered and acknowledged");
    return;
  }
  if (self->run_id != run_id || self->came->len > MAX_CAME)
    end_record (self);
  /* It is asked only once the store has what ended. */
  if (!self->record)
    g_array_set_size (self->came, 0);
  self->run_id = run_id;
  self->wanted = ranges;
  g_array_set_size (self->lack, 0);
  try_ask (self);
  look_later (self);
}

static PbUnitsResult
filter (guint32 first, guint n_rows, gpointer user_data)
{
  PbBackfillSocket *self = user_data;

  return pb_backfill_lack_find (self->lack, first, n_rows);
}

/* Its rows' UTC; 0 where nothing has said one. */
static gint64
read_utc (PbBackfillSocket *self, const guint8 *message, gsize size)
{
  GstPitboxUnitsHead head;
  GstPitboxUnit unit;
  gsize used;

  if (!gst_pitbox_units_head_parse (message, size, &head)
      || !gst_pitbox_unit_parse (message + GST_PITBOX_UNITS_HEAD_BYTES,
          size - GST_PITBOX_UNITS_HEAD_BYTES, &unit, &used, NULL))
    return 0;
  if (unit.is_key) {
    self->key_utc_us = unit.key.utc_us;
    self->key_pts = head.pts;
  }
  if (self->key_utc_us == 0 || head.pts < self->key_pts)
    return self->key_utc_us;
  /* Unsigned: it is as large as somebody says. */
  return (
      gint64) ((guint64) self->key_utc_us + (head.pts - self->key_pts) / 1000);
}

static gboolean
is_plausible (gint64 utc_us)
{
  const gint64 now_us = g_get_real_time ();
  const gint64 day_us = G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;

  return utc_us <= now_us + PB_BACKFILL_AHEAD_S * G_USEC_PER_SEC
         && utc_us >= now_us - PB_BACKFILL_MAX_AGE_DAYS * day_us;
}

/* Each line in the index, and each session, costs everybody something. */
static gboolean
may_take (PbBackfillSocket *self, guint32 first)
{
  if (!self->record
      && !pb_backfill_quota_take_session (self->quota, self->heard_us))
    refuse (self, "more sessions of rows that follow begin than one each 10 s");
  else if ((!self->record || first != self->next_row)
           && !pb_backfill_quota_take_stretch (self->quota, self->heard_us))
    refuse (self, "the rows that follow come in too many pieces: more than 2 a "
                  "second begin anew for long");
  return !self->is_closing;
}

static void
push (PbBackfillSocket *self, gint64 utc_us, guint32 first, guint n_rows)
{
  Mark mark;

  if (!self->record) {
    self->record = pb_backfill_record_new (self->store, self->recordings,
        self->recorder, self->driver, self->device, utc_us);
    g_message ("driver %s: session %s begins (device %s): %" G_GUINT64_FORMAT
               " rows of run %08x did not come live",
        self->driver, pb_backfill_record_get_id (self->record), self->device,
        pb_backfill_lack_count (self->lack), self->run_id);
  }
  pb_backfill_record_push (self->record, self->ts, utc_us);
  pb_backfill_lack_remove (self->lack, first, n_rows);
  pb_backfill_lack_note (self->came, first, n_rows);
  self->next_row = (guint64) first + n_rows;
  self->rows += n_rows;
  mark.bytes = pb_backfill_record_get_pushed_bytes (self->record);
  mark.next = pb_units_get_place (self->units)->next;
  g_array_append_val (self->marks, mark);
  look_later (self);
}

static void
take_units (PbBackfillSocket *self, const guint8 *message, gsize size)
{
  g_autoptr (GError) error = NULL;
  guint64 time_ns, before;
  guint32 first;
  guint n_units, n_rows;
  gint64 utc_us;
  PbUnitsResult result;

  if (!self->units)
    self->units = pb_units_new_backfill (self->run_id, filter, self);
  before = pb_units_get_stats (self->units)->rows;
  g_byte_array_set_size (self->ts, 0);
  result = pb_units_take (
      self->units, message, size, 0, self->ts, &time_ns, &n_units, &error);
  if (result == PB_UNITS_BAD) {
    bad (self, error->message);
    return;
  }
  if (!pb_units_wire_keeps_to_rate (
          &self->units_full_us, n_units, self->heard_us)) {
    refuse (self, "more than 1000 telemetry units a second came for long");
    return;
  }
  if (result != PB_UNITS_TAKEN)
    return;
  utc_us = read_utc (self, message, size);
  if (!is_plausible (utc_us)) {
    bad (self, "its rows are of no plausible time. Set this PC's clock");
    return;
  }
  n_rows = (guint) (pb_units_get_stats (self->units)->rows - before);
  first = pb_units_get_place (self->units)->next - n_rows;
  if (may_take (self, first))
    push (self, utc_us, first, n_rows);
}

static void
on_message (SoupWebsocketConnection *connection, gint kind, GBytes *bytes,
    gpointer user_data)
{
  PbBackfillSocket *self = user_data;
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint32 run_id;
  GArray *ranges;

  if (self->is_closing)
    return;
  self->heard_us = g_get_monotonic_time ();
  if (kind != SOUP_WEBSOCKET_DATA_BINARY)
    pb_backfill_socket_end (self, SOUP_WEBSOCKET_CLOSE_UNSUPPORTED_DATA,
        "messages are binary: ranges, or units behind a head");
  else if ((ranges = gst_pitbox_ranges_parse (data, size, &run_id)))
    take_ask (self, run_id, ranges);
  else
    take_units (self, data, size);
}

static void
on_pong (SoupWebsocketConnection *connection, GBytes *bytes, gpointer user_data)
{
  PbBackfillSocket *self = user_data;

  self->heard_us = g_get_monotonic_time ();
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer user_data)
{
  PbBackfillSocket *self = user_data;

  pb_backfill_socket_end (self, 0, "the device has left");
  self->events.closed (self, self->user_data);
}

/**
 * pb_backfill_socket_new:
 * @connection: a connection that has just been opened
 * @principal: (transfer full): whose it is
 * @config: see #PbBackfillSocketConfig; copied
 * @events: whom to tell
 * @user_data: for @events
 *
 * Returns: (transfer full): the socket, until pb_backfill_socket_free()
 */
PbBackfillSocket *
pb_backfill_socket_new (SoupWebsocketConnection *connection,
    PbPrincipal *principal, const PbBackfillSocketConfig *config,
    const PbBackfillSocketEvents *events, gpointer user_data)
{
  PbBackfillSocket *self = g_new0 (PbBackfillSocket, 1);

  self->connection = g_object_ref (connection);
  self->principal = principal;
  self->store = config->store;
  self->recordings = g_strdup (config->recordings);
  self->recorder = config->recorder;
  self->quota = config->quota;
  self->driver = g_strdup (config->driver);
  self->device = g_strdup (config->device);
  self->events = *events;
  self->user_data = user_data;
  self->lack = g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  self->came = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  self->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
  self->ts = g_byte_array_new ();
  self->heard_us = g_get_monotonic_time ();
  pb_units_wire_bound (connection);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  return self;
}

/**
 * pb_backfill_socket_free:
 *
 * Nobody is told of the connection any more; what was not closed is cut off.
 */
void
pb_backfill_socket_free (PbBackfillSocket *self)
{
  g_signal_handlers_disconnect_by_data (self->connection, self);
  pb_backfill_socket_end (
      self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "the server stops");
  g_object_unref (self->connection);
  pb_principal_free (self->principal);
  g_clear_pointer (&self->wanted, g_array_unref);
  g_array_unref (self->lack);
  g_array_unref (self->came);
  g_array_unref (self->marks);
  g_byte_array_unref (self->ts);
  g_free (self->recordings);
  g_free (self->driver);
  g_free (self->device);
  g_free (self);
}

/**
 * pb_backfill_socket_tick:
 * @now_us: monotonic
 *
 * Once a second: closes what is not heard of any more.
 */
void
pb_backfill_socket_tick (PbBackfillSocket *self, gint64 now_us)
{
  if (pb_units_wire_is_silent (self->heard_us, now_us))
    pb_backfill_socket_end (
        self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "nothing came for 15 s");
}

PbPrincipal *
pb_backfill_socket_get_principal (PbBackfillSocket *self)
{
  return self->principal;
}

const gchar *
pb_backfill_socket_get_driver (PbBackfillSocket *self)
{
  return self->driver;
}

/**
 * pb_backfill_socket_sent_too_much:
 *
 * Returns: whether it was closed because more came than may
 */
gboolean
pb_backfill_socket_sent_too_much (PbBackfillSocket *self)
{
  return self->sent_too_much;
}

/**
 * pb_backfill_socket_get_rows:
 *
 * Returns: rows that it brought
 */
guint64
pb_backfill_socket_get_rows (PbBackfillSocket *self)
{
  return self->rows;
}

/**
 * pb_backfill_socket_get_rows_left:
 *
 * Returns: rows of the present run that the sender has and that are missing
 */
guint64
pb_backfill_socket_get_rows_left (PbBackfillSocket *self)
{
  return pb_backfill_lack_count (self->lack);
}
