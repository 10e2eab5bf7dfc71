/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbSession: one connection of one device: its bytes go to the recorder and,
 * through the ingest graph, to the driver's hub. */
#include "session/pb-session.h"

#include <math.h>

#include <sodium.h>

#include "pb-bucket.h"
#include "session/pb-ingest-graph.h"
#include "session/pb-loss.h"

/* No TS packet in so many bytes: this is not MPEG-TS. */
#define GARBAGE_MAX_BYTES (128u * 1024)
/* Muxers write a programme table every 0.1 to 0.5 s; nothing can be shown or
 * cut before the first. */
#define TABLES_MAX_MS 10000
/* 2160p60 takes 40 to 60 Mbit/s; the burst is what one of these sends in ten
 * seconds. More only fills the disk. */
#define BYTES_PER_S (100 * 1000 * 1000 / 8)
#define BURST_BYTES (80 * 1000 * 1000)

struct _PbSession {
  gatomicrefcount refs;
  gchar *id;
  PbSessionLog *log;
  gchar *driver;
  PbLive *live;
  PbLapBook *book;
  gchar *device;
  gchar *peer;
  gchar *transport;
  PbStore *store;
  PbRecorder *recorder;
  PbIngestGraph *graph;
  gint64 started_mono_us;
  GMutex push_lock; /* held while bytes go on; close waits for it */
  gint64 bytes_full_us; /* under push_lock */

  GMutex lock; /* protects all below */
  gboolean ended;
  gboolean too_much;
  gboolean closed;
  gchar *end_reason;
  gint64 last_data_mono_us;
  guint64 bytes;
  PbLiveLink link;
  guint recv_kbps;
  guint telemetry_kbps;
  gint64 last_tick_mono_us;
  guint64 last_tick_bytes;
  guint64 last_tick_klv_bytes;
  gdouble fps;
  guint64 last_tick_pictures;
  PbLoss loss;
  PbHealth *health;
  gchar *description; /* what the store was told last */
};

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

/* e.g. 20261122T200150Z-4f09a1: sorts by time, also within a second (20 bits of
 * microseconds, 4 by chance), is a folder and a URL part. */
static gchar *
make_id (void)
{
  const gint64 now_us = g_get_real_time ();
  g_autoptr (GDateTime) now =
      g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autofree gchar *date = g_date_time_format (now, "%Y%m%dT%H%M%SZ");

  return g_strdup_printf ("%s-%05x%x", date, (guint) (now_us % G_USEC_PER_SEC),
      randombytes_uniform (16));
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
  self->id = make_id ();
  self->driver = g_strdup (config->driver);
  self->live = pb_live_ref (config->live);
  self->book = pb_lap_book_ref (config->book);
  self->device = g_strdup (config->device);
  self->peer = g_strdup (config->peer ? config->peer : "unknown");
  self->transport = g_strdup (config->transport);
  self->store = pb_store_ref (config->store);
  self->started_mono_us = self->last_tick_mono_us = g_get_monotonic_time ();
  self->last_data_mono_us = self->started_mono_us;
  self->health = pb_health_new ();
  self->graph = pb_ingest_graph_new (self->live, self->book, config->clock,
      config->base_time, fail, self, error);
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
  g_free (self->description);
  g_free (self);
}

const gchar *
pb_session_get_id (PbSession *self)
{
  return self->id;
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
    pb_recorder_push (self->recorder, buffer, g_get_real_time ());
    pb_ingest_graph_push (self->graph, buffer);
  }
  g_mutex_unlock (&self->push_lock);
  return ended ? GST_FLOW_EOS : GST_FLOW_OK;
}

static gdouble
get_number (const GstStructure *stats, const gchar *field)
{
  const GValue *value = gst_structure_get_value (stats, field);
  GValue number = G_VALUE_INIT;
  gdouble result = 0;

  g_value_init (&number, G_TYPE_DOUBLE);
  if (value && g_value_transform (value, &number))
    result = g_value_get_double (&number);
  return result;
}

/**
 * pb_session_set_link:
 * @stats: what the source says of the connection: rtt-ms, packets-received,
 *   packets-lost, packets-retransmitted, latency-ms
 *
 * Any thread. Loss is of the packets since the last call.
 */
void
pb_session_set_link (PbSession *self, const GstStructure *stats)
{
  gint64 packets = get_number (stats, "packets-received");
  gint64 lost = get_number (stats, "packets-lost");

  g_mutex_lock (&self->lock);
  self->link.rtt_ms = get_number (stats, "rtt-ms");
  self->link.latency_ms = get_number (stats, "latency-ms");
  self->link.retransmitted = get_number (stats, "packets-retransmitted");
  self->link.loss_pct = pb_loss_read (&self->loss, packets, lost);
  g_mutex_unlock (&self->lock);
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

/**
 * pb_session_get_stats:
 * @stats: (out): see #PbSessionStats; for pb_session_stats_clear()
 *
 * Any thread.
 */
void
pb_session_get_stats (PbSession *self, PbSessionStats *stats)
{
  *stats = (PbSessionStats){ 0 };
  g_mutex_lock (&self->lock);
  if (self->recorder && !self->closed)
    pb_recorder_get_stats (self->recorder, &stats->recorder);
  stats->bytes = self->bytes;
  stats->recv_kbps = self->recv_kbps;
  stats->telemetry_kbps = self->telemetry_kbps;
  stats->link = self->link;
  stats->fps = self->fps;
  stats->health = pb_health_get_level (self->health);
  stats->alarms = pb_health_dup_alarms (self->health);
  g_mutex_unlock (&self->lock);
  stats->index_trouble = pb_session_log_dup_trouble (self->log);
  stats->dropped_bytes = pb_ingest_graph_get_dropped_bytes (self->graph);
  pb_ingest_graph_get_start (self->graph, &stats->start);
  pb_ingest_graph_get_picture (self->graph, &stats->picture);
  pb_ingest_graph_get_flow (self->graph, &stats->flow);
  stats->clock_known = pb_health_get_clock_error (&stats->flow,
      stats->link.latency_ms, stats->link.rtt_ms, &stats->clock_error_ms);
}

void
pb_session_stats_clear (PbSessionStats *stats)
{
  g_clear_pointer (&stats->recorder.failure, g_free);
  g_clear_pointer (&stats->index_trouble, g_free);
  g_clear_pointer (&stats->alarms, g_ptr_array_unref);
  g_clear_pointer (&stats->picture.failure, g_free);
}

static void
say_alarm (PbSession *self, const PbAlarm *alarm)
{
  g_message ("driver %s: %s: %s", self->driver,
      alarm->level == PB_HEALTH_GOOD ? "over" : "alarm", alarm->text);
}

static void
update_health (PbSession *self, const PbSessionStats *stats, gint64 now)
{
  g_autoptr (GPtrArray) changed = NULL;
  PbHealthReading reading = {
    .flow = stats->flow,
    .loss_pct = stats->link.loss_pct,
    .rtt_ms = stats->link.rtt_ms,
    .latency_ms = stats->link.latency_ms,
    .lost_rows = stats->link.lost_rows,
    .dropped_bytes = stats->dropped_bytes + stats->recorder.dropped_bytes,
    .not_recorded = stats->recorder.recording ? NULL : stats->recorder.failure,
    .not_indexed = stats->index_trouble,
    .not_transcoded = stats->picture.failure,
    .transcodes_most = stats->picture.transcoder == PB_TRANSCODER_FULL
                           ? (gint) pb_transcoder_get_limit ()
                           : -1,
  };

  g_mutex_lock (&self->lock);
  reading.silent_ms = (now - self->last_data_mono_us) / 1000;
  changed =
      pb_health_update (self->health, &reading, g_get_real_time () / 1000);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < changed->len; i++)
    say_alarm (self, g_ptr_array_index (changed, i));
}

static void
check_stream (PbSession *self, gint64 now)
{
  PbSessionStats stats;

  pb_session_get_stats (self, &stats);
  if (stats.recorder.garbage_run_bytes > GARBAGE_MAX_BYTES)
    pb_session_end (self,
        "the bytes are not MPEG-TS. Send what mpegtsmux or pitbox-agent makes");
  else if (stats.bytes > GARBAGE_MAX_BYTES && !stats.recorder.has_pmt
           && now - self->started_mono_us > TABLES_MAX_MS * 1000)
    pb_session_end (self,
        "no programme table in 10 s. The sender's muxer must repeat PAT and "
        "PMT, as mpegtsmux does");
  else if (stats.recorder.has_pmt && !stats.recorder.has_klv
           && !stats.recorder.video_codec)
    pb_session_end (self,
        "the programme lists neither H.264 or H.265 video nor KLV telemetry");
  update_health (self, &stats, now);
  pb_session_stats_clear (&stats);
}

/**
 * pb_session_tick:
 *
 * Once a second: bit rates, link figures for the viewers, and whether what
 * comes is a stream at all.
 */
void
pb_session_tick (PbSession *self)
{
  gint64 now = g_get_monotonic_time ();
  guint64 klv_bytes = pb_ingest_graph_get_klv_bytes (self->graph);
  PbFlowReading flow;
  PbLiveLink link;
  gdouble seconds;

  pb_ingest_graph_get_flow (self->graph, &flow);
  g_mutex_lock (&self->lock);
  pb_ingest_graph_get_losses (
      self->graph, &self->link.lost_rows, &self->link.rejected_units);
  seconds = (now - self->last_tick_mono_us) / 1e6;
  if (seconds > 0.1) {
    self->recv_kbps = (self->bytes - self->last_tick_bytes) * 8 / 1e3 / seconds;
    self->telemetry_kbps =
        (klv_bytes - self->last_tick_klv_bytes) * 8 / 1e3 / seconds;
    self->fps = (flow.pictures - self->last_tick_pictures) / seconds;
    self->last_tick_mono_us = now;
    self->last_tick_pictures = flow.pictures;
    self->last_tick_bytes = self->bytes;
    self->last_tick_klv_bytes = klv_bytes;
  }
  self->link.recv_mbps = self->recv_kbps / 1e3;
  link = self->link;
  g_mutex_unlock (&self->lock);
  pb_live_set_link (self->live, &link);
  check_stream (self, now);
}
