/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is known of a driver besides the stream: mode, statistics, texts. */
#include "live/pb-live-private.h"

#include "json/pb-json.h"

/* Pictures may be away this long (a game that loads) before viewers are told
 * that there is only telemetry. */
#define PICTURE_GONE_US (5 * G_USEC_PER_SEC)

/* Rows come before the first picture of a stream; without one for this long
 * there is none. */
#define NO_PICTURE_US (1 * G_USEC_PER_SEC)

static void
broadcast_locked (PbLive *live, const gchar *json)
{
  for (guint i = 0; i < live->lanes->len; i++)
    pb_lane_push_text (g_ptr_array_index (live->lanes, i), json);
}

static void
publish_locked (PbLive *live, const gchar *type, const gchar *json)
{
  g_hash_table_replace (live->texts, g_strdup (type), g_strdup (json));
  broadcast_locked (live, json);
}

/**
 * pb_live_publish:
 * @live: a hub
 * @type: the object's `type`
 * @json: a whole JSON object
 *
 * Any thread. Sends @json to each viewer now, and the newest of each @type to
 * whoever joins later.
 */
void
pb_live_publish (PbLive *live, const gchar *type, const gchar *json)
{
  g_mutex_lock (&live->lock);
  publish_locked (live, type, json);
  g_mutex_unlock (&live->lock);
}

void
pb_live_set_mode_locked (PbLive *live, PbLiveMode mode)
{
  if (live->mode == mode)
    return;
  live->mode = mode;
  if (mode == PB_LIVE_OFFLINE) {
    g_hash_table_remove (live->texts, "mode");
    broadcast_locked (live, "{\"type\":\"offline\"}");
  } else {
    publish_locked (live, "mode",
        mode == PB_LIVE_VIDEO ? "{\"type\":\"mode\",\"mode\":\"video\"}"
                              : "{\"type\":\"mode\",\"mode\":\"telemetry\"}");
  }
}

/* Before the row goes to the viewers: they are told of a new layout before they
 * get rows of it. */
void
pb_live_note_row_locked (PbLive *live, GstPitboxSample *row, gint64 now_us)
{
  guint32 id = gst_pitbox_schema_get_id (row->schema);
  gboolean first = live->newest_row == NULL;

  if (first || id != live->schema_id) {
    g_autofree gchar *json =
        g_strdup_printf ("{\"type\":\"schema\",\"schema_id\":%u}", id);

    live->schema_id = id;
    publish_locked (live, "schema", json);
  }
  g_clear_pointer (&live->newest_row, gst_pitbox_sample_unref);
  live->newest_row = gst_pitbox_sample_ref (row);
  live->last_row_us = now_us;
  if (live->first_row_us == 0)
    live->first_row_us = now_us;
  pb_rate_add (&live->row_rate, 1, now_us);
}

static PbLiveMode
mode_locked (const PbLive *live, gint64 now_us)
{
  if (live->last_frame_us != 0
      && now_us - live->last_frame_us < PICTURE_GONE_US)
    return PB_LIVE_VIDEO;
  if (live->first_row_us != 0 && now_us - live->first_row_us > NO_PICTURE_US)
    return PB_LIVE_TELEMETRY;
  return live->mode;
}

static void
get_stats_locked (PbLive *live, gint64 now_us, PbLiveStats *stats)
{
  *stats = (PbLiveStats){
    .paired = live->paired,
    .delay_us = live->delay_ns / 1000,
    .frames = live->n_frames,
    .frames_dropped = live->n_frames_dropped + live->lane_dropped_frames,
    .rows = live->n_rows,
    .rows_dropped = live->n_rows_dropped,
    .rows_late = pb_frame_rows_get_late_rows (live->frame_rows),
    .samples = live->n_samples,
    .frames_without_row = live->n_without_row,
    .video_kbps = (guint) (pb_rate_get (&live->byte_rate, now_us) * 8 / 1000),
    .fps = pb_rate_get (&live->frame_rate, now_us),
    .row_rate_hz = pb_rate_get (&live->row_rate, now_us),
    .row_age_ms =
        live->last_row_us != 0 ? (now_us - live->last_row_us) / 1000 : -1,
    .gop_frames = pb_gop_get_n_frames (live->gop),
    .gop_bytes = pb_gop_get_bytes (live->gop),
    .viewers = live->n_viewers,
  };
  stats->sync_samples = gst_pitbox_window_get_percentiles (&live->sync_error_us,
      &stats->sync_error_p50_us, &stats->sync_error_p99_us);
  for (guint i = 0; i < live->lanes->len; i++)
    stats->frames_dropped +=
        pb_lane_get_dropped_frames (g_ptr_array_index (live->lanes, i));
}

static void
add_link (JsonBuilder *builder, const PbLiveLink *link)
{
  json_builder_set_member_name (builder, "link");
  json_builder_begin_object (builder);
  pb_json_add_double (builder, "rtt_ms", link->rtt_ms);
  pb_json_add_double (builder, "loss_pct", link->loss_pct);
  pb_json_add_double (builder, "recv_mbps", link->recv_mbps);
  pb_json_add_int (builder, "retransmitted", (gint64) link->retransmitted);
  pb_json_add_int (builder, "latency_ms", link->latency_ms);
  json_builder_end_object (builder);
}

/* What a sender report says, for who cannot read those: RTP timestamps of
 * picture and sound of one instant. */
static void
add_clock_locked (JsonBuilder *builder, PbLive *live, gint64 now_us)
{
  const GstClockTime now = (GstClockTime) now_us * GST_USECOND;

  json_builder_set_member_name (builder, "clock");
  json_builder_begin_object (builder);
  pb_json_add_int (
      builder, "video_rtp", pb_timeline_rtp_of_time (&live->timeline, now));
  pb_json_add_int (
      builder, "audio_rtp", pb_sound_line_rtp_of_time (&live->sound_line, now));
  json_builder_end_object (builder);
}

static gchar *
stats_to_json_locked (PbLive *live, const PbLiveStats *stats, gint64 now_us)
{
  const PbLiveLink *link = &live->link;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "stats");
  pb_json_add_int (builder, "server_utc_us", g_get_real_time ());
  pb_json_add_int (builder, "video_kbps", stats->video_kbps);
  pb_json_add_double (builder, "fps", stats->fps);
  pb_json_add_double (builder, "row_rate_hz", stats->row_rate_hz);
  pb_json_add_int (builder, "row_age_ms", stats->row_age_ms);
  pb_json_add_text (builder, "sync_kind", stats->paired ? "paired" : "muxed");
  pb_json_add_double (builder, "sync_delay_ms", stats->delay_us / 1e3);
  pb_json_add_int (builder, "sync_samples", stats->sync_samples);
  pb_json_add_int (builder, "sync_error_p50_us", stats->sync_error_p50_us);
  pb_json_add_int (builder, "sync_error_p99_us", stats->sync_error_p99_us);
  pb_json_add_int (builder, "rows_late", (gint64) stats->rows_late);
  pb_json_add_int (
      builder, "frames_without_row", (gint64) stats->frames_without_row);
  pb_json_add_int (builder, "lost_rows", (gint64) link->lost_rows);
  pb_json_add_int (builder, "rejected_units", (gint64) link->rejected_units);
  pb_json_add_int (builder, "viewers", stats->viewers);
  add_link (builder, link);
  add_clock_locked (builder, live, now_us);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* After each push: mode and the statistics of each second. */
void
pb_live_update_locked (PbLive *live, gint64 now_us)
{
  PbLiveStats stats;
  g_autofree gchar *json = NULL;

  pb_live_set_mode_locked (live, mode_locked (live, now_us));
  if (now_us - live->last_stats_us < G_USEC_PER_SEC)
    return;
  live->last_stats_us = now_us;
  if (live->lanes->len == 0)
    return;
  get_stats_locked (live, now_us, &stats);
  json = stats_to_json_locked (live, &stats, now_us);
  broadcast_locked (live, json);
}

/**
 * pb_live_get_mode:
 * @live: a hub
 *
 * Any thread.
 *
 * Returns: what comes at the moment
 */
PbLiveMode
pb_live_get_mode (PbLive *live)
{
  PbLiveMode mode;

  g_mutex_lock (&live->lock);
  mode = mode_locked (live, g_get_monotonic_time ());
  g_mutex_unlock (&live->lock);
  return mode;
}

/**
 * pb_live_get_stats:
 * @live: a hub
 * @stats: (out): counters and rates
 *
 * Any thread.
 */
void
pb_live_get_stats (PbLive *live, PbLiveStats *stats)
{
  g_mutex_lock (&live->lock);
  get_stats_locked (live, g_get_monotonic_time (), stats);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_set_link:
 * @live: a hub
 * @link: state of the driver's connection, copied
 *
 * Any thread.
 */
void
pb_live_set_link (PbLive *live, const PbLiveLink *link)
{
  g_mutex_lock (&live->lock);
  live->link = *link;
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_dup_row:
 * @live: a hub
 *
 * Any thread. It stays while the driver is offline.
 *
 * Returns: (transfer full) (nullable): the newest row; its time is on the
 *   hub's own timeline
 */
GstPitboxSample *
pb_live_dup_row (PbLive *live)
{
  GstPitboxSample *row = NULL;

  g_mutex_lock (&live->lock);
  if (live->newest_row != NULL)
    row = gst_pitbox_sample_ref (live->newest_row);
  g_mutex_unlock (&live->lock);
  return row;
}

/**
 * pb_live_set_session_text:
 * @live: a hub
 * @text: the simulator's session string
 * @update: its number
 *
 * Any thread. Viewers are told that there is a new one.
 */
void
pb_live_set_session_text (PbLive *live, GBytes *text, guint update)
{
  g_autofree gchar *json =
      g_strdup_printf ("{\"type\":\"session_info\",\"update\":%u}", update);

  g_mutex_lock (&live->lock);
  g_bytes_ref (text);
  g_clear_pointer (&live->session_text, g_bytes_unref);
  live->session_text = text;
  live->session_update = update;
  publish_locked (live, "session_info", json);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_dup_session_text:
 * @live: a hub
 * @update: (out) (optional): its number
 *
 * Any thread.
 *
 * Returns: (transfer full) (nullable): the newest session string
 */
GBytes *
pb_live_dup_session_text (PbLive *live, guint *update)
{
  GBytes *text = NULL;

  g_mutex_lock (&live->lock);
  if (live->session_text != NULL)
    text = g_bytes_ref (live->session_text);
  if (update != NULL)
    *update = live->session_update;
  g_mutex_unlock (&live->lock);
  return text;
}
