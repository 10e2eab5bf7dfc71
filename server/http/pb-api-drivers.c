/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/drivers and what is below it. */
#include <string.h>

#include <gstpitbox/gstpitbox.h>

#include "http/pb-driver-json.h"
#include "http/pb-request.h"
#include "http/pb-row-values.h"

static gboolean
sees (PbRequest *request, PbDriver *driver)
{
  const gchar *id = pb_driver_get_id (driver);

  return pb_principal_sees_driver (request->principal, id,
      pb_directory_get_driver_team (
          pb_guard_get_directory (request->config->guard), id));
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
      pb_driver_json_add (b, request->principal, g_ptr_array_index (drivers, i),
          readers, request->config->backfill);
  json_builder_end_array (b);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
get_driver (PbRequest *request)
{
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);
  g_autoptr (GPtrArray) readers = NULL;
  g_autoptr (JsonBuilder) b = NULL;

  if (!driver)
    return;
  readers = pb_ingest_list_readers (request->config->ingest);
  b = json_builder_new ();
  pb_driver_json_add (
      b, request->principal, driver, readers, request->config->backfill);
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
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);
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
  pb_row_values_add_live (b, row);
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
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);
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
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);
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
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);

  if (driver)
    pb_reply_node (
        request, pb_lap_book_track_to_json (pb_driver_get_lap_book (driver)));
}

static void
get_laps (PbRequest *request)
{
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);

  if (driver)
    pb_reply_node (
        request, pb_lap_book_laps_to_json (pb_driver_get_lap_book (driver)));
}

static void
get_trace (PbRequest *request)
{
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);
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
