/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSession: one connection of one device: its bytes go to the recorder and,
 * through the ingest graph, to the driver's hub. */
#include "session/pb-session-private.h"

#include <math.h>

#include <sodium.h>

#include "pb-bucket.h"
#include "session/pb-ingest-graph.h"

/* 2160p60 takes 40 to 60 Mbit/s; the burst is what one of these sends in ten
 * seconds. More only fills the disk. */
#define BYTES_PER_S (100 * 1000 * 1000 / 8)
#define BURST_BYTES (80 * 1000 * 1000)

static void
end (PbSession *self, const gchar *reason, gboolean too_much)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !self->ended;
  if (first) {
    self->ended = TRUE;
    self->too_much = too_much;
    self->end_reason = g_strdup (reason);
  }
  g_mutex_unlock (&self->lock);
  if (first)
    g_message ("driver %s: session %s (device %s from %s) ends: %s",
        self->driver, self->id, self->device, self->peer, reason);
}

static void
fail (const gchar *reason, gboolean too_much, gpointer user_data)
{
  end (user_data, reason, too_much);
}

/**
 * pb_session_make_id:
 *
 * e.g. 20261122T200150Z-4f09a1: sorts by time, also within a second (20 bits of
 * microseconds, 4 by chance), is a folder and a URL part.
 *
 * Returns: (transfer full): a new name
 */
gchar *
pb_session_make_id (void)
{
  const gint64 now_us = g_get_real_time ();
  g_autoptr (GDateTime) now =
      g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autofree gchar *date = g_date_time_format (now, "%Y%m%dT%H%M%SZ");

  return g_strdup_printf ("%s-%05x%x", date, (guint) (now_us % G_USEC_PER_SEC),
      randombytes_uniform (16));
}

static PbIngestGraph *
new_graph (PbSession *self, const PbSessionConfig *config, GError **error)
{
  const PbIngestGraphConfig graph = {
    .live = self->live,
    .book = self->book,
    .clock = config->clock,
    .base_time = config->base_time,
    .only_units = config->only_units,
    .fail = fail,
    .user_data = self,
  };

  return pb_ingest_graph_new (&graph, error);
}

/**
 * pb_session_new:
 * @config: see #PbSessionConfig; copied
 *
 * Has the session opened in the store, begins to record and starts the graph.
 * Does not attach it to the driver. Any thread; does not wait for the store.
 *
 * Returns: (transfer full): the session, or %NULL with @error set
 */
PbSession *
pb_session_new (const PbSessionConfig *config, GError **error)
{
  g_autoptr (PbSession) self = g_new0 (PbSession, 1);
  g_autofree gchar *folder = NULL;

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->push_lock);
  self->id = pb_session_make_id ();
  self->driver = g_strdup (config->driver);
  self->live = pb_live_ref (config->live);
  self->book = pb_lap_book_ref (config->book);
  self->device = g_strdup (config->device);
  self->peer = g_strdup (config->peer ? config->peer : "unknown");
  self->transport = g_strdup (config->transport);
  self->brings_func = config->brings;
  self->user_data = config->user_data;
  if (config->brings && !config->only_units)
    self->tables = mpegts_parser_new ();
  self->store = pb_store_ref (config->store);
  self->started_mono_us = self->last_tick_mono_us = g_get_monotonic_time ();
  self->last_data_mono_us = self->started_mono_us;
  self->health = pb_health_new ();
  self->graph = new_graph (self, config, error);
  if (!self->graph)
    return NULL;
  self->log = pb_session_log_new (
      self->store, self->id, self->driver, self->device, g_get_real_time ());
  folder = g_build_filename (config->recordings, self->driver, self->id, NULL);
  self->recorder = pb_recorder_new (self->log, folder, config->recorder);
  pb_ingest_graph_set_recorder (self->graph, self->recorder);
  return g_steal_pointer (&self);
}

PbSession *
pb_session_ref (PbSession *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pb_session_unref (PbSession *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  pb_session_close (self);
  g_clear_pointer (&self->graph, pb_ingest_graph_free);
  pb_health_free (self->health);
  g_clear_pointer (&self->tables, mpegts_parser_free);
  g_clear_pointer (&self->book, pb_lap_book_unref);
  g_clear_pointer (&self->live, pb_live_unref);
  g_clear_pointer (&self->log, pb_session_log_unref);
  pb_store_unref (self->store);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->push_lock);
  g_free (self->id);
  g_free (self->driver);
  g_free (self->device);
  g_free (self->peer);
  g_free (self->transport);
  g_free (self->end_reason);
  g_free (self->whole);
  g_free (self->description);
  g_free (self);
}

const gchar *
pb_session_get_id (PbSession *self)
{
  return self->id;
}

const gchar *
pb_session_get_driver (PbSession *self)
{
  return self->driver;
}

const gchar *
pb_session_get_peer (PbSession *self)
{
  return self->peer;
}

const gchar *
pb_session_get_device (PbSession *self)
{
  return self->device;
}

const gchar *
pb_session_get_transport (PbSession *self)
{
  return self->transport;
}

/**
 * pb_session_dup_end_reason:
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): why nothing that is pushed is taken any
 *   more; %NULL while it is
 */
gchar *
pb_session_dup_end_reason (PbSession *self)
{
  gchar *reason = NULL;

  g_mutex_lock (&self->lock);
  if (self->ended)
    reason = g_strdup (self->end_reason ? self->end_reason : "ended");
  g_mutex_unlock (&self->lock);
  return reason;
}

/**
 * pb_session_get_settled_bytes:
 *
 * Only while it has not been closed. Any thread.
 *
 * Returns: how many of the bytes that were pushed a killed process leaves
 *   behind, or none would because they cannot be recorded
 */
guint64
pb_session_get_settled_bytes (PbSession *self)
{
  guint64 bytes;

  g_mutex_lock (&self->lock);
  bytes = self->closed ? 0 : pb_recorder_get_settled_bytes (self->recorder);
  g_mutex_unlock (&self->lock);
  return bytes;
}

gint64
pb_session_get_last_data_mono_us (PbSession *self)
{
  gint64 value;

  g_mutex_lock (&self->lock);
  value = self->last_data_mono_us;
  g_mutex_unlock (&self->lock);
  return value;
}

/* Any rate for a while, 100 Mbit/s for long. */
static gboolean
keeps_to_rate (PbSession *self, gsize size)
{
  return pb_bucket_take (&self->bytes_full_us,
      (gint64) size * G_USEC_PER_SEC / BYTES_PER_S,
      (gint64) BURST_BYTES * G_USEC_PER_SEC / BYTES_PER_S,
      g_get_monotonic_time ());
}

static void
ignore_packet (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
}

/* Before the graph sees the bytes: whatever comes out of it has its place. */
static void
read_tables (PbSession *self, GstBuffer *buffer)
{
  const MpegtsStats *stats;
  PbParts parts = PB_PART_NONE;
  gboolean more;
  GstMapInfo map;

  if (!self->tables || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  mpegts_parser_push (self->tables, map.data, map.size, ignore_packet, NULL);
  gst_buffer_unmap (buffer, &map);
  stats = mpegts_parser_get_stats (self->tables);
  if (stats->has_klv)
    parts |= PB_PART_TELEMETRY;
  if (stats->video_codec)
    parts |= PB_PART_PICTURE;
  g_mutex_lock (&self->lock);
  more = (parts & ~self->brings) != 0;
  parts = self->brings |= parts;
  g_mutex_unlock (&self->lock);
  if (parts == PB_PART_BOTH)
    g_clear_pointer (&self->tables, mpegts_parser_free);
  if (more)
    self->brings_func (self, parts, self->user_data);
}

static gboolean
has_ended (PbSession *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  return ended;
}

static GstFlowReturn
push (PbSession *self, GstBuffer *buffer, const guint8 *klv, gsize klv_size)
{
  gsize size = gst_buffer_get_size (buffer);
  gboolean ended;

  g_mutex_lock (&self->push_lock);
  g_mutex_lock (&self->lock);
  ended = self->ended;
  self->bytes += size;
  self->last_data_mono_us = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  if (!ended && !keeps_to_rate (self, size)) {
    end (self,
        "more than 100 Mbit/s came for long. Set a lower bit rate in the "
        "sender",
        TRUE);
    ended = TRUE;
  }
  if (!ended) {
    read_tables (self, buffer);
    ended = has_ended (self);
  }
  if (!ended) {
    pb_recorder_push (self->recorder, buffer, g_get_real_time ());
    if (klv)
      pb_ingest_graph_push_units (
          self->graph, klv, klv_size, GST_BUFFER_PTS (buffer));
    else
      pb_ingest_graph_push (self->graph, buffer);
  }
  g_mutex_unlock (&self->push_lock);
  return ended ? GST_FLOW_EOS : GST_FLOW_OK;
}

/**
 * pb_session_push:
 * @buffer: the next TS bytes; PTS is the running time of arrival
 *
 * From the connection's thread. Waits for nobody.
 *
 * Returns: %GST_FLOW_OK, or %GST_FLOW_EOS once the session has ended and the
 *   connection should be closed
 */
GstFlowReturn
pb_session_push (PbSession *self, GstBuffer *buffer)
{
  return push (self, buffer, NULL, 0);
}

/**
 * pb_session_push_units:
 * @buffer: the next units as TS bytes, for the recording; PTS is their running
 *   time
 * @klv: (array length=size): the units themselves
 * @size: bytes in @klv
 *
 * As pb_session_push(), of a session of units only, which decodes them here: some
 * microseconds a row.
 */
GstFlowReturn
pb_session_push_units (
    PbSession *self, GstBuffer *buffer, const guint8 *klv, gsize size)
{
  return push (self, buffer, klv, size);
}

/**
 * pb_session_describe:
 * @mode: what comes
 * @identity: of whom
 *
 * Has it written to the store when it has changed. Main thread only; waits for
 * nobody.
 */
void
pb_session_describe (
    PbSession *self, PbLiveMode mode, const PbIdentity *identity)
{
  const gchar *name = mode == PB_LIVE_VIDEO ? "video" : "telemetry";
  g_autofree gchar *text = g_strjoin (
      "\n", name, identity->car, identity->car_number, identity->track, NULL);

  if (g_strcmp0 (text, self->description) == 0)
    return;
  pb_session_log_describe (
      self->log, name, identity->car, identity->car_number, identity->track);
  g_free (self->description);
  self->description = g_steal_pointer (&text);
}

/**
 * pb_session_store_laps:
 *
 * Has the driver's laps written that are new or changed. Main thread only;
 * waits for nobody.
 */
void
pb_session_store_laps (PbSession *self)
{
  g_autoptr (GArray) laps = pb_lap_book_take_laps (self->book);

  for (guint i = 0; i < laps->len; i++) {
    const PbLap *lap = &g_array_index (laps, PbLap, i);
    PbLapRow row = {
      .lap = lap->lap,
      .start_utc_us = lap->start_utc_ms * 1000,
      .time_s = lap->time_s,
      .valid = isfinite (lap->time_s),
      .fuel_used_l = lap->fuel_used_l,
    };

    pb_session_log_put_lap (self->log, &row);
  }
}

/**
 * pb_session_end:
 * @reason: in words, for the log and the store
 *
 * The first reason counts. From now on pb_session_push() gives %GST_FLOW_EOS;
 * whoever owns the session closes it. Any thread.
 */
void
pb_session_end (PbSession *self, const gchar *reason)
{
  end (self, reason, FALSE);
}

/**
 * pb_session_refuse:
 * @reason: in words
 *
 * As pb_session_end(): another sender keeps the place that it wants. Any thread.
 */
void
pb_session_refuse (PbSession *self, const gchar *reason)
{
  g_mutex_lock (&self->lock);
  self->refused = TRUE;
  g_mutex_unlock (&self->lock);
  end (self, reason, FALSE);
}

/**
 * pb_session_was_refused:
 *
 * Any thread.
 *
 * Returns: whether pb_session_refuse() was called
 */
gboolean
pb_session_was_refused (PbSession *self)
{
  gboolean value;

  g_mutex_lock (&self->lock);
  value = self->refused;
  g_mutex_unlock (&self->lock);
  return value;
}

/**
 * pb_session_sent_too_much:
 *
 * Any thread.
 *
 * Returns: whether the session has ended because more came than a device may
 *   send
 */
gboolean
pb_session_sent_too_much (PbSession *self)
{
  gboolean value;

  g_mutex_lock (&self->lock);
  value = self->too_much;
  g_mutex_unlock (&self->lock);
  return value;
}

/**
 * pb_session_close:
 *
 * Stops the graph, writes the rest of the recording, has the session closed in
 * the store. Waits for the disk: not on the main thread. Does nothing the
 * second time.
 */
void
pb_session_close (PbSession *self)
{
  gboolean first;

  g_mutex_lock (&self->lock);
  first = !self->closed;
  self->closed = self->ended = TRUE;
  g_mutex_unlock (&self->lock);
  if (!first)
    return;
  g_mutex_lock (&self->push_lock);
  g_mutex_unlock (&self->push_lock);
  if (self->graph)
    pb_ingest_graph_stop (self->graph);
  g_clear_pointer (&self->recorder, pb_recorder_close);
  if (self->log)
    pb_session_log_close (self->log, g_get_real_time (),
        self->end_reason ? self->end_reason : "ended");
}
