/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How a session does: once a second its figures, its health, and whether it is a
 * stream at all. */
#include "session/pb-session-private.h"

/* No TS packet in so many bytes: this is not MPEG-TS. */
#define GARBAGE_MAX_BYTES (128u * 1024)
/* Muxers write a programme table every 0.1 to 0.5 s; nothing can be shown or
 * cut before the first. */
#define TABLES_MAX_MS 10000
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
  pb_ingest_graph_get_thinning (self->graph, &stats->thinning);
  pb_ingest_graph_get_picture (self->graph, &stats->picture);
  pb_ingest_graph_get_sound (self->graph, &stats->sound);
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
  g_clear_pointer (&stats->sound.failure, g_free);
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
    .not_heard = stats->sound.failure,
    .transcodes_most = stats->picture.transcoder == PB_DEMAND_FULL
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
 * Once a second: bit rates, link figures, and whether what comes is a stream at
 * all.
 */
void
pb_session_tick (PbSession *self)
{
  gint64 now = g_get_monotonic_time ();
  guint64 klv_bytes = pb_ingest_graph_get_klv_bytes (self->graph);
  PbFlowReading flow;
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
  g_mutex_unlock (&self->lock);
  check_stream (self, now);
}
