/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A driver, as /api/v1/drivers shows it. */
#include "http/pb-driver-json.h"

#include "http/pb-health-json.h"
#include "http/pb-row-values.h"
#include "ingest/pb-ingest.h"
#include "json/pb-json.h"
#include "session/pb-driver-stats.h"

static void
add_video (JsonBuilder *b, PbDriver *driver, const PbLiveStats *live,
    const PbSessionStats *stats)
{
  if (pb_live_get_mode (pb_driver_get_live (driver)) != PB_LIVE_VIDEO
      || stats->picture.width == 0) {
    pb_json_add_null (b, "video");
    return;
  }
  pb_json_begin_object (b, "video");
  pb_json_add_int (b, "width", stats->picture.width);
  pb_json_add_int (b, "height", stats->picture.height);
  pb_json_add_double (b, "fps", stats->fps);
  pb_json_add_text (b, "codec", stats->picture.codec);
  pb_json_add_bool (b, "transcoded", stats->picture.transcoded);
  pb_json_add_int (b, "bitrate_kbps",
      stats->picture.transcoded
          ? stats->recv_kbps - MIN (stats->telemetry_kbps, stats->recv_kbps)
          : live->video_kbps);
  json_builder_end_object (b);
}

/* Of a driver's PC, or a network, that cannot spare more. */
static void
add_thinned (JsonBuilder *b, const PbThinning *thinning)
{
  if (!thinning->is_thinned) {
    pb_json_add_null (b, "thinned");
    return;
  }
  pb_json_begin_object (b, "thinned");
  pb_json_add_int (b, "fields", thinning->n_fields);
  pb_json_add_int (b, "of", thinning->n_full);
  pb_json_add_double (b, "rate_hz", thinning->rate_hz);
  json_builder_end_object (b);
}

static void
add_audio (JsonBuilder *b, const PbSoundReading *sound)
{
  if (!sound->codec) {
    pb_json_add_null (b, "audio");
    return;
  }
  pb_json_begin_object (b, "audio");
  pb_json_add_text (b, "codec", sound->codec);
  pb_json_add_int (b, "channels", sound->channels);
  pb_json_add_int (b, "rate", sound->rate);
  pb_json_add_int (b, "bitrate_kbps", sound->kbps);
  pb_json_add_bool (b, "playing", sound->state == PB_DEMAND_RUNNING);
  pb_json_add_known_text (b, "failure", sound->failure);
  json_builder_end_object (b);
}

static void
add_telemetry (JsonBuilder *b, PbDriver *driver, const PbLiveStats *live,
    const PbSessionStats *stats)
{
  g_autoptr (GstPitboxSample) row =
      pb_live_dup_row (pb_driver_get_live (driver));

  pb_json_begin_object (b, "telemetry");
  pb_json_add_double (b, "rate_hz", live->row_rate_hz);
  pb_json_add_int (b, "bitrate_kbps", stats->telemetry_kbps);
  if (row)
    pb_json_add_int (b, "schema_id", gst_pitbox_schema_get_id (row->schema));
  else
    pb_json_add_null (b, "schema_id");
  pb_json_add_int (b, "lost_rows", stats->link.lost_rows);
  pb_json_add_int (b, "rejected_units", stats->link.rejected_units);
  add_thinned (b, &stats->thinning);
  json_builder_end_object (b);
}

static void
add_link (JsonBuilder *b, const PbLiveLink *link, const gchar *transport)
{
  pb_json_begin_object (b, "link");
  pb_json_add_text (b, "transport", transport);
  pb_json_add_double (b, "rtt_ms", link->rtt_ms);
  pb_json_add_double (b, "loss_pct", link->loss_pct);
  pb_json_add_int (b, "retransmitted", link->retransmitted);
  pb_json_add_double (b, "recv_mbps", link->recv_mbps);
  pb_json_add_int (b, "latency_ms", link->latency_ms);
  json_builder_end_object (b);
}

static void
add_recording (
    JsonBuilder *b, const PbRecorderStats *stats, const gchar *index_trouble)
{
  const gchar *failure = stats->recording ? index_trouble : stats->failure;

  pb_json_begin_object (b, "recording");
  pb_json_add_text (b, "state",
      !stats->recording ? "paused"
      : index_trouble   ? "unindexed"
                        : "on");
  if (failure)
    pb_json_add_text (b, "failure", failure);
  pb_json_add_int (b, "bytes", stats->bytes);
  pb_json_add_double (b, "seconds", stats->duration_ms / 1e3);
  pb_json_add_int (b, "dropped_bytes", stats->dropped_bytes);
  pb_json_add_int (b, "missed_bytes", stats->missed_bytes);
  json_builder_end_object (b);
}

static void
add_start (JsonBuilder *b, const PbIngestStart *start)
{
  pb_json_begin_object (b, "start");
  pb_json_add_known_int (b, "row_ms", start->row_ms);
  pb_json_add_known_int (b, "picture_ms", start->picture_ms);
  pb_json_add_known_int (b, "session_text_ms", start->session_text_ms);
  json_builder_end_object (b);
}

/**
 * pb_driver_json_add_sync:
 * @b: in an object
 *
 * Adds how a picture of @driver finds its row.
 */
void
pb_driver_json_add_sync (JsonBuilder *b, PbDriver *driver)
{
  g_auto (PbDriverSync) sync = { 0 };
  PbLiveStats live;

  pb_live_get_stats (pb_driver_get_live (driver), &live);
  pb_driver_get_sync (driver, &sync);
  pb_json_add_text (b, "kind", sync.paired ? "paired" : "muxed");
  pb_json_add_known_text (b, "device", sync.device);
  pb_json_add_double (b, "delay_ms", (sync.default_us + sync.offset_us) / 1e3);
  pb_json_add_double (b, "offset_ms", sync.offset_us / 1e3);
  pb_json_add_known_text (b, "rows_by",
      !sync.paired    ? NULL
      : sync.by_clock ? "clock"
                      : "arrival");
  if (live.sync_samples > 0) {
    pb_json_add_double (b, "error_p50_ms", live.sync_error_p50_us / 1e3);
    pb_json_add_double (b, "error_p99_ms", live.sync_error_p99_us / 1e3);
  } else {
    pb_json_add_null (b, "error_p50_ms");
    pb_json_add_null (b, "error_p99_ms");
  }
}

static void
add_part (JsonBuilder *b, PbSession *session)
{
  PbSessionStats stats;

  pb_session_get_stats (session, &stats);
  json_builder_begin_object (b);
  pb_json_add_text (b, "session_id", pb_session_get_id (session));
  pb_json_add_text (b, "device", pb_session_get_device (session));
  pb_json_add_text (b, "transport", pb_session_get_transport (session));
  pb_json_add_text (
      b, "brings", pb_parts_to_string (pb_session_get_brings (session)));
  pb_json_add_text (
      b, "shown", pb_parts_to_string (pb_session_get_places (session)));
  pb_json_add_int (b, "recv_kbps", stats.recv_kbps);
  pb_json_add_double (b, "rtt_ms", stats.link.rtt_ms);
  pb_json_add_double (b, "loss_pct", stats.link.loss_pct);
  pb_json_add_int (b, "latency_ms", stats.link.latency_ms);
  json_builder_end_object (b);
  pb_session_stats_clear (&stats);
}

/* The connections that it comes by. */
static void
add_parts (JsonBuilder *b, PbDriver *driver)
{
  g_autoptr (GPtrArray) sessions = pb_driver_list_sessions (driver);

  pb_json_begin_array (b, "parts");
  for (guint i = 0; i < sessions->len; i++)
    add_part (b, g_ptr_array_index (sessions, i));
  json_builder_end_array (b);
}

static void
add_session (JsonBuilder *b, PbDriver *driver, const PbLiveStats *live,
    PbSession *session)
{
  g_autofree gchar *id = pb_driver_dup_session_id (driver);
  PbSessionStats stats;

  if (!session || !pb_driver_get_session_stats (driver, &stats)) {
    pb_json_add_null (b, "session_id");
    pb_json_add_null (b, "video");
    pb_json_add_null (b, "audio");
    pb_json_add_null (b, "telemetry");
    pb_json_add_null (b, "link");
    pb_json_add_null (b, "recording");
    pb_json_add_null (b, "start");
    pb_json_add_null (b, "health");
    return;
  }
  pb_json_add_text (b, "session_id", id ? id : pb_session_get_id (session));
  add_video (b, driver, live, &stats);
  add_audio (b, &stats.sound);
  add_telemetry (b, driver, live, &stats);
  add_link (b, &stats.link, pb_session_get_transport (session));
  add_recording (b, &stats.recorder, stats.index_trouble);
  add_start (b, &stats.start);
  pb_health_json_add (b, &stats);
  pb_session_stats_clear (&stats);
}

static void
add_race (JsonBuilder *b, PbLive *live)
{
  g_autoptr (GstPitboxSample) row = pb_live_dup_row (live);

  if (!row) {
    pb_json_add_null (b, "race");
    return;
  }
  pb_json_begin_object (b, "race");
  pb_row_values_add_race (b, row);
  json_builder_end_object (b);
}

static void
add_contest (JsonBuilder *b, PbDriver *driver)
{
  g_autoptr (PbDriverContest) contest = pb_driver_dup_contest (driver);
  g_autofree gchar *message = NULL;

  if (!contest) {
    pb_json_add_null (b, "contest");
    return;
  }
  message = g_strdup_printf (
      "another sender (device %s from %s) wants the place of the one that is "
      "live, and is refused. If its key is in wrong hands: pitbox-server "
      "device remove %s, then device add",
      contest->device, contest->peer, contest->device);
  pb_json_begin_object (b, "contest");
  pb_json_add_text (b, "device", contest->device);
  pb_json_add_text (b, "peer", contest->peer);
  pb_json_add_int (b, "refused", contest->refused);
  pb_json_add_int (b, "last_utc_ms", contest->last_utc_ms);
  pb_json_add_text (b, "message", message);
  json_builder_end_object (b);
}

static void
add_readers (JsonBuilder *b, const gchar *driver, GPtrArray *readers)
{
  pb_json_begin_array (b, "readers");
  for (guint i = 0; i < readers->len; i++) {
    const PbReaderStats *stats = g_ptr_array_index (readers, i);

    if (!g_str_equal (stats->driver, driver))
      continue;
    json_builder_begin_object (b);
    pb_json_add_text (b, "name", stats->name);
    pb_json_add_text (b, "peer", stats->peer);
    pb_json_add_double (b, "seconds", stats->connected_ms / 1e3);
    pb_json_add_int (b, "bytes", stats->bytes);
    pb_json_add_int (b, "dropped_bytes", stats->dropped_bytes);
    pb_json_add_int (b, "jumps", stats->jumps);
    pb_json_add_double (b, "rtt_ms", stats->rtt_ms);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

/* Readers and contenders, and their addresses, are for the team alone. */
static void
add_others (JsonBuilder *b, const PbPrincipal *principal, PbDriver *driver,
    GPtrArray *readers)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  if (principal->kind == PB_PRINCIPAL_SHARE) {
    pb_json_add_null (b, "contest");
    readers = none;
  } else {
    add_contest (b, driver);
  }
  add_readers (b, pb_driver_get_id (driver), readers);
}

/* A simulator makes sixty rows a second. */
static void
add_backfill (JsonBuilder *b, const gchar *driver, PbBackfillPort *backfill)
{
  g_autofree gchar *text = NULL;
  guint64 came, left;

  if (!pb_backfill_port_get_progress (backfill, driver, &came, &left)) {
    pb_json_add_null (b, "backfill");
    return;
  }
  text = g_strdup_printf ("catching up: %" G_GUINT64_FORMAT
                          " of %" G_GUINT64_FORMAT " s",
      came / 60, (came + left + 59) / 60);
  pb_json_begin_object (b, "backfill");
  pb_json_add_int (b, "rows_left", (gint64) left);
  pb_json_add_int (b, "rows", (gint64) came);
  pb_json_add_text (b, "text", text);
  json_builder_end_object (b);
}

/**
 * pb_driver_json_add:
 * @principal: who asks
 * @readers: of #PbReaderStats, of all drivers
 * @backfill: knows what follows
 *
 * Adds @driver, as it is now, as an object.
 */
void
pb_driver_json_add (JsonBuilder *b, const PbPrincipal *principal,
    PbDriver *driver, GPtrArray *readers, PbBackfillPort *backfill)
{
  g_autoptr (PbIdentity) identity = pb_driver_dup_identity (driver);
  g_autoptr (PbSession) session = pb_driver_dup_session (driver);
  const gchar *id = pb_driver_get_id (driver);
  PbLive *hub = pb_driver_get_live (driver);
  PbLiveStats live;
  gint64 since;
  PbDriverState state = pb_driver_get_state (driver, &since);

  pb_live_get_stats (hub, &live);
  json_builder_begin_object (b);
  pb_json_add_text (b, "id", id);
  pb_json_add_text (b, "name", identity->name[0] ? identity->name : id);
  pb_json_add_text (b, "car", identity->car);
  pb_json_add_text (b, "car_number", identity->car_number);
  pb_json_add_text (b, "track", identity->track);
  pb_json_add_text (b, "state", pb_driver_state_to_string (state));
  pb_json_add_text (b, "mode",
      pb_live_get_mode (hub) == PB_LIVE_VIDEO ? "video" : "telemetry");
  pb_json_add_int (b, "since_utc_ms", since);
  add_race (b, hub);
  add_session (b, driver, &live, session);
  pb_json_begin_object (b, "sync");
  pb_driver_json_add_sync (b, driver);
  json_builder_end_object (b);
  add_parts (b, driver);
  pb_json_add_int (b, "viewers", live.viewers);
  add_others (b, principal, driver, readers);
  add_backfill (b, id, backfill);
  json_builder_end_object (b);
}
