/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/drivers and what is below it. */
#include <string.h>

#include <gstpitbox/gstpitbox.h>

#include "http/pb-request.h"

/* A value of a row under a name that says its unit. */
typedef struct {
  const gchar *key;
  const gchar *var;
} PbRowValue;

/* What /live gives. */
static const PbRowValue live_values[] = {
  { "session_time_s", "SessionTime" },
  { "session_num", "SessionNum" },
  { "session_state", "SessionState" },
  { "session_flags", "SessionFlags" },
  { "session_time_remain_s", "SessionTimeRemain" },
  { "speed_mps", "Speed" },
  { "gear", "Gear" },
  { "rpm", "RPM" },
  { "throttle", "Throttle" },
  { "brake", "Brake" },
  { "clutch", "Clutch" },
  { "steering_rad", "SteeringWheelAngle" },
  { "lap", "Lap" },
  { "laps_completed", "LapCompleted" },
  { "lap_dist_m", "LapDist" },
  { "lap_dist_pct", "LapDistPct" },
  { "lap_current_s", "LapCurrentLapTime" },
  { "lap_last_s", "LapLastLapTime" },
  { "lap_best_s", "LapBestLapTime" },
  { "position", "PlayerCarPosition" },
  { "class_position", "PlayerCarClassPosition" },
  { "incidents", "PlayerCarMyIncidentCount" },
  { "fuel_l", "FuelLevel" },
  { "fuel_pct", "FuelLevelPct" },
  { "fuel_use_kg_per_h", "FuelUsePerHour" },
  { "on_pit_road", "OnPitRoad" },
  { "is_on_track", "IsOnTrack" },
  { "in_garage", "IsInGarage" },
  { "water_temp_c", "WaterTemp" },
  { "oil_temp_c", "OilTemp" },
  { "track_temp_c", "TrackTempCrew" },
  { "air_temp_c", "AirTemp" },
};

/* What the list of drivers gives. */
static const PbRowValue race_values[] = {
  { "lap", "Lap" },
  { "lap_last_s", "LapLastLapTime" },
  { "lap_best_s", "LapBestLapTime" },
  { "position", "PlayerCarPosition" },
  { "class_position", "PlayerCarClassPosition" },
  { "on_pit_road", "OnPitRoad" },
};

static void
add_value (JsonBuilder *b, const gchar *key, const GstPitboxVar *var,
    const guint8 *row)
{
  switch (var->type) {
    case GST_PITBOX_VAR_FLOAT:
    case GST_PITBOX_VAR_DOUBLE:
      pb_json_add_double (b, key, gst_pitbox_row_get_newest (row, var));
      break;
    case GST_PITBOX_VAR_BOOL:
      pb_json_add_bool (
          b, key, gst_pitbox_row_get_newest_int64 (row, var, 0) != 0);
      break;
    default:
      pb_json_add_int (b, key, gst_pitbox_row_get_newest_int64 (row, var, 0));
      break;
  }
}

/* A value that the car lacks is left out. */
static void
add_values (JsonBuilder *b, GstPitboxSample *row, const PbRowValue *values,
    gsize n_values)
{
  const guint8 *bytes = g_bytes_get_data (row->row, NULL);

  for (gsize i = 0; i < n_values; i++) {
    const GstPitboxVar *var =
        gst_pitbox_schema_find (row->schema, values[i].var);

    if (var)
      add_value (b, values[i].key, var, bytes);
  }
}

/* Another team's driver is answered as one that does not exist. */
static gboolean
sees (PbRequest *request, PbDriver *driver)
{
  const gchar *id = pb_driver_get_id (driver);

  return pb_principal_sees_driver (request->principal, id,
      pb_directory_get_driver_team (
          pb_guard_get_directory (request->config->guard), id));
}

static PbDriver *
find_driver (PbRequest *request)
{
  PbDriver *driver =
      pb_registry_find (request->config->registry, request->args[0]);

  if (driver && !sees (request, driver))
    g_clear_pointer (&driver, pb_driver_unref);
  if (!driver)
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "unknown_driver",
        "There is no driver of that name; "
        "/api/v1/drivers lists all");
  return driver;
}

static void
add_video (JsonBuilder *b, PbDriver *driver, const PbLiveStats *live,
    const PbSessionStats *stats)
{
  if (pb_live_get_mode (pb_driver_get_live (driver)) != PB_LIVE_VIDEO
      || stats->width == 0) {
    pb_json_add_null (b, "video");
    return;
  }
  pb_json_begin_object (b, "video");
  pb_json_add_int (b, "width", stats->width);
  pb_json_add_int (b, "height", stats->height);
  pb_json_add_double (b, "fps", live->fps);
  pb_json_add_text (b, "codec", "h264");
  pb_json_add_int (b, "bitrate_kbps", live->video_kbps);
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
  json_builder_end_object (b);
}

static void
add_link (JsonBuilder *b, const PbLiveLink *link)
{
  pb_json_begin_object (b, "link");
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

static void
add_session (JsonBuilder *b, PbDriver *driver, const PbLiveStats *live,
    PbSession *session)
{
  PbSessionStats stats;

  if (!session) {
    pb_json_add_null (b, "session_id");
    pb_json_add_null (b, "video");
    pb_json_add_null (b, "telemetry");
    pb_json_add_null (b, "link");
    pb_json_add_null (b, "recording");
    pb_json_add_null (b, "start");
    return;
  }
  pb_session_get_stats (session, &stats);
  pb_json_add_text (b, "session_id", pb_session_get_id (session));
  add_video (b, driver, live, &stats);
  add_telemetry (b, driver, live, &stats);
  add_link (b, &stats.link);
  add_recording (b, &stats.recorder, stats.index_trouble);
  add_start (b, &stats.start);
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
  add_values (b, row, race_values, G_N_ELEMENTS (race_values));
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
add_others (
    JsonBuilder *b, PbRequest *request, PbDriver *driver, GPtrArray *readers)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  if (request->principal->kind == PB_PRINCIPAL_SHARE) {
    pb_json_add_null (b, "contest");
    readers = none;
  } else {
    add_contest (b, driver);
  }
  add_readers (b, pb_driver_get_id (driver), readers);
}

static void
add_driver (
    JsonBuilder *b, PbRequest *request, PbDriver *driver, GPtrArray *readers)
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
  pb_json_add_int (b, "viewers", live.viewers);
  add_others (b, request, driver, readers);
  json_builder_end_object (b);
}

static void
get_drivers (PbRequest *request)
{
  g_autoptr (GPtrArray) drivers = pb_registry_list (request->config->registry);
  g_autoptr (GPtrArray) readers =
      pb_ingest_list_readers (request->config->ingest);
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_begin_array (b, "drivers");
  for (guint i = 0; i < drivers->len; i++)
    if (sees (request, g_ptr_array_index (drivers, i)))
      add_driver (b, request, g_ptr_array_index (drivers, i), readers);
  json_builder_end_array (b);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
get_driver (PbRequest *request)
{
  g_autoptr (PbDriver) driver = find_driver (request);
  g_autoptr (GPtrArray) readers = NULL;
  g_autoptr (JsonBuilder) b = NULL;

  if (!driver)
    return;
  readers = pb_ingest_list_readers (request->config->ingest);
  b = json_builder_new ();
  add_driver (b, request, driver, readers);
  pb_reply_json (request, b);
}

static void
reply_no_telemetry (PbRequest *request)
{
  pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "no_telemetry",
      "This driver has sent no telemetry since the server started");
}

static void
get_live (PbRequest *request)
{
  g_autoptr (PbDriver) driver = find_driver (request);
  g_autoptr (GstPitboxSample) row = NULL;
  g_autoptr (JsonBuilder) b = NULL;
  PbLiveStats stats;

  if (!driver)
    return;
  row = pb_live_dup_row (pb_driver_get_live (driver));
  if (!row) {
    reply_no_telemetry (request);
    return;
  }
  pb_live_get_stats (pb_driver_get_live (driver), &stats);
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_add_text (b, "driver", pb_driver_get_id (driver));
  if (row->tick != GST_BUFFER_OFFSET_NONE)
    pb_json_add_int (b, "tick", row->tick);
  else
    pb_json_add_null (b, "tick");
  pb_json_add_int (b, "utc_ms", row->utc_us / 1000);
  pb_json_add_int (b, "age_ms", stats.row_age_ms);
  pb_json_add_int (b, "schema_id", gst_pitbox_schema_get_id (row->schema));
  pb_json_begin_object (b, "values");
  add_values (b, row, live_values, G_N_ELEMENTS (live_values));
  json_builder_end_object (b);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
add_var (JsonBuilder *b, const GstPitboxVar *var)
{
  static const gchar *const types[] = { "char", "bool", "int", "bitfield",
    "float", "double" };

  json_builder_begin_object (b);
  pb_json_add_text (b, "name", var->name);
  pb_json_add_text (b, "unit", var->unit);
  pb_json_add_text (b, "desc", var->desc);
  pb_json_add_text (b, "type", types[var->type]);
  pb_json_add_int (b, "count", var->count);
  pb_json_add_bool (b, "count_as_time", var->count_as_time);
  pb_json_add_int (b, "offset", var->offset);
  json_builder_end_object (b);
}

static void
get_schema (PbRequest *request)
{
  g_autoptr (PbDriver) driver = find_driver (request);
  g_autoptr (GstPitboxSample) row = NULL;
  g_autoptr (JsonBuilder) b = NULL;
  GstPitboxSchema *schema;

  if (!driver)
    return;
  row = pb_live_dup_row (pb_driver_get_live (driver));
  if (!row) {
    reply_no_telemetry (request);
    return;
  }
  schema = row->schema;
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_add_int (b, "schema_id", gst_pitbox_schema_get_id (schema));
  pb_json_add_text (b, "sim", gst_pitbox_schema_get_sim (schema));
  pb_json_add_int (b, "rate_hz", gst_pitbox_schema_get_tick_rate (schema));
  pb_json_add_int (b, "row_bytes", gst_pitbox_schema_get_row_bytes (schema));
  pb_json_begin_array (b, "vars");
  for (guint i = 0; i < gst_pitbox_schema_get_n_vars (schema); i++)
    add_var (b, gst_pitbox_schema_get_var (schema, i));
  json_builder_end_array (b);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
get_session_info (PbRequest *request)
{
  g_autoptr (PbDriver) driver = find_driver (request);
  g_autoptr (GBytes) text = NULL;
  guint update;

  if (!driver)
    return;
  text = pb_live_dup_session_text (pb_driver_get_live (driver), &update);
  if (!text) {
    reply_no_telemetry (request);
    return;
  }
  pb_reply_node (request, pb_session_info_to_json (text, update));
}

static void
get_track (PbRequest *request)
{
  g_autoptr (PbDriver) driver = find_driver (request);

  if (driver)
    pb_reply_node (
        request, pb_lap_book_track_to_json (pb_driver_get_lap_book (driver)));
}

static void
get_laps (PbRequest *request)
{
  g_autoptr (PbDriver) driver = find_driver (request);

  if (driver)
    pb_reply_node (
        request, pb_lap_book_laps_to_json (pb_driver_get_lap_book (driver)));
}

static void
get_trace (PbRequest *request)
{
  g_autoptr (PbDriver) driver = find_driver (request);
  const gchar *text = request->args[1];
  JsonNode *node = NULL;

  if (!driver)
    return;
  if (strlen (text) > 6 || text[strspn (text, "0123456789")] != '\0') {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_lap",
        "A lap is a whole number");
    return;
  }
  node = pb_lap_book_trace_to_json (
      pb_driver_get_lap_book (driver), (gint) g_ascii_strtoll (text, NULL, 10));
  if (node)
    pb_reply_node (request, node);
  else
    pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "unknown_lap",
        "There is no trace of that lap; /laps lists those that have one");
}

const PbRoute pb_driver_routes[] = {
  { "GET", "/api/v1/drivers", PB_MAY_SEE_LIVE, get_drivers },
  { "GET", "/api/v1/drivers/{}", PB_MAY_SEE_LIVE, get_driver },
  { "GET", "/api/v1/drivers/{}/live", PB_MAY_SEE_LIVE, get_live },
  { "GET", "/api/v1/drivers/{}/schema", PB_MAY_SEE_LIVE, get_schema },
  { "GET", "/api/v1/drivers/{}/session-info", PB_MAY_SEE_LIVE,
      get_session_info },
  { "GET", "/api/v1/drivers/{}/track", PB_MAY_SEE_LIVE, get_track },
  { "GET", "/api/v1/drivers/{}/laps", PB_MAY_SEE_LIVE, get_laps },
  { "GET", "/api/v1/drivers/{}/laps/{}/trace", PB_MAY_SEE_LIVE, get_trace },
  { NULL },
};
