/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /metrics: Prometheus text (exposition format 0.0.4). */
#include "http/pb-metrics.h"

#include <math.h>

#include "health/pb-health.h"
#include "http/pb-process.h"
#include "session/pb-driver-stats.h"

typedef struct {
  PbDriver *driver;
  PbLiveStats live;
  gboolean has_session;
  PbSessionStats session;
  guint readers;
  guint64 readers_bytes;
  guint64 readers_dropped_bytes;
} Sample;

typedef gdouble (*SampleFunc) (const Sample *sample);

static gdouble
get_up (const Sample *s)
{
  return pb_driver_get_state (s->driver, NULL) == PB_DRIVER_LIVE;
}

static gdouble
get_received (const Sample *s)
{
  return s->session.bytes;
}

static gdouble
get_recv_bps (const Sample *s)
{
  return s->session.recv_kbps * 1e3;
}

static gdouble
get_telemetry_bps (const Sample *s)
{
  return s->session.telemetry_kbps * 1e3;
}

static gdouble
get_video_bps (const Sample *s)
{
  return s->live.video_kbps * 1e3;
}

static gdouble
get_rtt (const Sample *s)
{
  return s->session.link.rtt_ms / 1e3;
}

static gdouble
get_loss (const Sample *s)
{
  return s->session.link.loss_pct / 100;
}

static gdouble
get_retransmitted (const Sample *s)
{
  return s->session.link.retransmitted;
}

static gdouble
get_lost_rows (const Sample *s)
{
  return s->session.link.lost_rows;
}

static gdouble
get_rejected_units (const Sample *s)
{
  return s->session.link.rejected_units;
}

static gdouble
get_rows (const Sample *s)
{
  return s->live.rows;
}

static gdouble
get_frames (const Sample *s)
{
  return s->live.frames;
}

static gdouble
get_frames_without_row (const Sample *s)
{
  return s->live.frames_without_row;
}

static gdouble
get_sync_p50 (const Sample *s)
{
  return s->live.sync_error_p50_us / 1e6;
}

static gdouble
get_sync_p99 (const Sample *s)
{
  return s->live.sync_error_p99_us / 1e6;
}

static gdouble
get_viewers (const Sample *s)
{
  return s->live.viewers;
}

static gdouble
get_readers (const Sample *s)
{
  return s->readers;
}

static gdouble
get_readers_bytes (const Sample *s)
{
  return s->readers_bytes;
}

static gdouble
get_readers_dropped (const Sample *s)
{
  return s->readers_dropped_bytes;
}

static gdouble
get_recording (const Sample *s)
{
  return s->session.recorder.recording;
}

static gdouble
get_indexed (const Sample *s)
{
  return !s->session.index_trouble;
}

static gdouble
get_recorded (const Sample *s)
{
  return s->session.recorder.bytes;
}

static gdouble
get_dropped (const Sample *s)
{
  return s->session.dropped_bytes + s->session.recorder.dropped_bytes;
}

static gdouble
get_continuity (const Sample *s)
{
  return s->session.recorder.continuity_errors;
}

static gdouble
get_key_interval (const Sample *s)
{
  return s->session.flow.key_interval_ms < 0
             ? NAN
             : s->session.flow.key_interval_ms / 1e3;
}

static gdouble
get_b_frames (const Sample *s)
{
  return s->session.flow.reordered;
}

static gdouble
get_jitter (const Sample *s)
{
  return s->session.flow.jitter_ms / 1e3;
}

static gdouble
get_late (const Sample *s)
{
  return s->session.flow.late;
}

static gdouble
get_clock_error (const Sample *s)
{
  return s->session.clock_known ? s->session.clock_error_ms / 1e3 : NAN;
}

static gdouble
get_transcoding (const Sample *s)
{
  return s->session.picture.transcoder == PB_DEMAND_RUNNING;
}

static PbHealthLevel
get_alarm (const Sample *s, const gchar *code)
{
  for (guint i = 0; i < s->session.alarms->len; i++) {
    const PbAlarm *alarm = g_ptr_array_index (s->session.alarms, i);

    if (g_str_equal (alarm->code, code))
      return alarm->level;
  }
  return PB_HEALTH_GOOD;
}

static const struct {
  const gchar *name;
  const gchar *type;
  const gchar *help;
  SampleFunc get;
  gboolean needs_session;
} families[] = {
  { "pitbox_driver_live", "gauge", "1 while data come", get_up, FALSE },
  { "pitbox_viewers", "gauge", "Viewers attached", get_viewers, FALSE },
  { "pitbox_readers", "gauge", "SRT connections that read", get_readers,
      FALSE },
  { "pitbox_readers_sent_bytes", "gauge", "Sent to those that read now",
      get_readers_bytes, FALSE },
  { "pitbox_readers_dropped_bytes", "gauge",
      "Left out for those that read now because they were too slow",
      get_readers_dropped, FALSE },
  { "pitbox_rows_total", "counter", "Telemetry rows", get_rows, FALSE },
  { "pitbox_frames_total", "counter", "Pictures", get_frames, FALSE },
  { "pitbox_frames_without_row_total", "counter",
      "Pictures that had no telemetry row", get_frames_without_row, FALSE },
  { "pitbox_sync_error_p50_seconds", "gauge",
      "Median distance of a picture and its row, last 600", get_sync_p50,
      FALSE },
  { "pitbox_sync_error_p99_seconds", "gauge", "99th percentile of the same",
      get_sync_p99, FALSE },
  { "pitbox_video_bits_per_second", "gauge", "Picture", get_video_bps, FALSE },
  { "pitbox_session_received_bytes", "gauge", "Bytes of this session",
      get_received, TRUE },
  { "pitbox_received_bits_per_second", "gauge", "All streams", get_recv_bps,
      TRUE },
  { "pitbox_telemetry_bits_per_second", "gauge", "KLV units", get_telemetry_bps,
      TRUE },
  { "pitbox_link_rtt_seconds", "gauge", "SRT round trip", get_rtt, TRUE },
  { "pitbox_link_loss_ratio", "gauge", "SRT packets lost, last second",
      get_loss, TRUE },
  { "pitbox_link_retransmitted_packets", "gauge",
      "SRT packets sent again in this session", get_retransmitted, TRUE },
  { "pitbox_lost_rows", "gauge", "Rows of this session that never came",
      get_lost_rows, TRUE },
  { "pitbox_rejected_units", "gauge",
      "KLV units of this session that were damaged", get_rejected_units, TRUE },
  { "pitbox_ts_continuity_errors", "gauge",
      "TS packets of this session that did not follow on", get_continuity,
      TRUE },
  { "pitbox_key_frame_interval_seconds", "gauge",
      "Longest distance of key frames in the last minute; NaN before the first",
      get_key_interval, TRUE },
  { "pitbox_b_frames", "gauge", "Pictures of this session out of order",
      get_b_frames, TRUE },
  { "pitbox_picture_jitter_seconds", "gauge",
      "Of the pictures' arrival, behind SRT's delay", get_jitter, TRUE },
  { "pitbox_late_pictures", "gauge",
      "Pictures of this session that came 100 ms late or more", get_late,
      TRUE },
  { "pitbox_clock_error_seconds", "gauge",
      "How far the sender's clock seems behind; NaN while unknown",
      get_clock_error, TRUE },
  { "pitbox_transcoding", "gauge", "1 while the picture is encoded anew",
      get_transcoding, TRUE },
  { "pitbox_recording", "gauge", "1 while it is recorded", get_recording,
      TRUE },
  { "pitbox_recording_indexed", "gauge", "1 while the database takes its index",
      get_indexed, TRUE },
  { "pitbox_recorded_bytes", "gauge", "Bytes of this session on disk",
      get_recorded, TRUE },
  { "pitbox_dropped_bytes", "gauge",
      "Bytes of this session dropped because this machine was too slow",
      get_dropped, TRUE },
};

static void
add_number (GString *out, const gchar *name, const gchar *labels, gdouble value)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (out, "%s%s %s\n", name, labels,
      g_ascii_formatd (text, sizeof text, "%.15g", value));
}

static void
add_head (GString *out, const gchar *name, const gchar *type, const gchar *help)
{
  g_string_append_printf (
      out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
add_process (GString *out, const PbHttpConfig *config)
{
  PbProcessStats process;
  PbWhepStats whep;
  PbUnitsStats units;

  pb_units_port_get_stats (config->units, &units);
  pb_process_get_stats (&process);
  pb_whep_get_stats (config->whep, &whep);
  add_head (out, "pitbox_build_info", "gauge", "Version");
  g_string_append_printf (
      out, "pitbox_build_info{version=\"%s\"} 1\n", PACKAGE_VERSION);
  add_head (out, "process_cpu_seconds_total", "counter", "User and system");
  add_number (out, "process_cpu_seconds_total", "", process.cpu_s);
  add_head (out, "process_resident_memory_bytes", "gauge", "Memory in use");
  add_number (out, "process_resident_memory_bytes", "", process.rss_bytes);
  add_head (out, "process_open_fds", "gauge", "File descriptors");
  add_number (out, "process_open_fds", "", process.open_fds);
  add_head (out, "process_threads", "gauge", "Threads");
  add_number (out, "process_threads", "", process.threads);
  add_head (out, "pitbox_srt_refused_total", "counter", "Callers refused");
  add_number (out, "pitbox_srt_refused_total", "",
      pb_ingest_get_refused (config->ingest));
  add_head (out, "pitbox_backfill_sockets", "gauge",
      "WebSockets that bring rows that did not come live");
  add_number (out, "pitbox_backfill_sockets", "",
      pb_backfill_port_count (config->backfill));
  add_head (
      out, "pitbox_backfill_rows_total", "counter", "Rows that they brought");
  add_number (out, "pitbox_backfill_rows_total", "",
      pb_backfill_port_get_rows (config->backfill));
  add_head (
      out, "pitbox_units_sockets", "gauge", "WebSockets that bring telemetry");
  add_number (
      out, "pitbox_units_sockets", "", pb_units_port_count (config->units));
  add_head (
      out, "pitbox_units_rows_total", "counter", "Rows that they brought");
  add_number (out, "pitbox_units_rows_total", "", units.rows);
  add_head (out, "pitbox_units_duplicate_rows_total", "counter",
      "Rows that came again and were left out");
  add_number (
      out, "pitbox_units_duplicate_rows_total", "", units.duplicate_rows);
  add_head (out, "pitbox_units_missing_rows_total", "counter",
      "Rows that never came, by their numbers");
  add_number (out, "pitbox_units_missing_rows_total", "", units.missing_rows);
  add_head (out, "pitbox_store_waiting", "gauge",
      "Writes that the database has not taken yet");
  add_number (
      out, "pitbox_store_waiting", "", pb_store_get_waiting (config->store));
  add_head (out, "pitbox_whep_viewers", "gauge", "WebRTC viewers");
  add_number (out, "pitbox_whep_viewers", "", whep.viewers);
  add_head (out, "pitbox_whep_accepted_total", "counter", "Offers answered");
  add_number (out, "pitbox_whep_accepted_total", "", whep.accepted);
  add_head (out, "pitbox_whep_refused_total", "counter", "Offers refused");
  add_number (out, "pitbox_whep_refused_total", "", whep.refused);
  add_head (out, "pitbox_whep_reaped_total", "counter", "Silent viewers");
  add_number (out, "pitbox_whep_reaped_total", "", whep.reaped);
}

/* Of each driver that is connected all there are, so that a series never ends
 * with the alarm. */
static void
add_alarms (GString *out, const Sample *samples, guint n)
{
  add_head (out, "pitbox_alarm", "gauge",
      "0 nothing, 1 works and could be better, 2 somebody misses something");
  for (guint i = 0; i < n; i++)
    for (const gchar *const *code = pb_health_get_codes ();
         samples[i].has_session && *code; code++) {
      g_autofree gchar *labels = g_strdup_printf ("{driver=\"%s\",code=\"%s\"}",
          pb_driver_get_id (samples[i].driver), *code);

      add_number (out, "pitbox_alarm", labels, get_alarm (&samples[i], *code));
    }
}

/* What concerns the whole process tells of all teams: it is for those who run
 * the server. */
static gboolean
sees_process (const PbPrincipal *principal)
{
  return principal->kind == PB_PRINCIPAL_LOCAL
         || g_strcmp0 (principal->team, PB_TEAM_DEFAULT) == 0;
}

static GPtrArray *
list_drivers (const PbHttpConfig *config, const PbPrincipal *principal)
{
  GPtrArray *drivers = pb_registry_list (config->registry);
  PbDirectory *directory = pb_guard_get_directory (config->guard);

  for (guint i = drivers->len; i-- > 0;) {
    const gchar *id = pb_driver_get_id (g_ptr_array_index (drivers, i));

    if (!pb_principal_sees_driver (
            principal, id, pb_directory_get_driver_team (directory, id)))
      g_ptr_array_remove_index (drivers, i);
  }
  return drivers;
}

static void
add_up_readers (Sample *sample, GPtrArray *readers)
{
  for (guint i = 0; i < readers->len; i++) {
    const PbReaderStats *stats = g_ptr_array_index (readers, i);

    if (!g_str_equal (stats->driver, pb_driver_get_id (sample->driver)))
      continue;
    sample->readers++;
    sample->readers_bytes += stats->bytes;
    sample->readers_dropped_bytes += stats->dropped_bytes;
  }
}

/**
 * pb_metrics_to_text:
 * @config: what the server shows
 * @principal: who asks: the drivers of its team, and of the process what is for
 *   it
 *
 * Main thread only. Driver names need no escaping (gst_pitbox_id_is_valid()).
 *
 * Returns: (transfer full): the text
 */
gchar *
pb_metrics_to_text (const PbHttpConfig *config, const PbPrincipal *principal)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GPtrArray) drivers = list_drivers (config, principal);
  g_autoptr (GPtrArray) readers = pb_ingest_list_readers (config->ingest);
  g_autofree Sample *samples = g_new0 (Sample, drivers->len + 1);

  for (guint i = 0; i < drivers->len; i++) {
    Sample *sample = &samples[i];
    sample->driver = g_ptr_array_index (drivers, i);
    pb_live_get_stats (pb_driver_get_live (sample->driver), &sample->live);
    add_up_readers (sample, readers);
    sample->has_session =
        pb_driver_get_session_stats (sample->driver, &sample->session);
  }
  if (sees_process (principal))
    add_process (out, config);
  for (guint f = 0; f < G_N_ELEMENTS (families); f++) {
    add_head (out, families[f].name, families[f].type, families[f].help);
    for (guint i = 0; i < drivers->len; i++) {
      g_autofree gchar *labels = g_strdup_printf (
          "{driver=\"%s\"}", pb_driver_get_id (samples[i].driver));

      if (samples[i].has_session || !families[f].needs_session)
        add_number (
            out, families[f].name, labels, families[f].get (&samples[i]));
    }
  }
  add_alarms (out, samples, drivers->len);
  for (guint i = 0; i < drivers->len; i++)
    pb_session_stats_clear (&samples[i].session);
  return g_string_free (out, FALSE);
}
