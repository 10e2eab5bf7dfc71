/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/sessions: what was recorded; and /api/v1/time. */
#include <string.h>

#include "http/pb-request.h"
#include "store/pb-index.h"
#include "store/pb-recordings.h"

#define DEFAULT_LIMIT 50
#define MAX_LIMIT 500

static void
add_session (JsonBuilder *b, const PbSessionRow *row)
{
  pb_json_add_text (b, "id", row->id);
  pb_json_add_text (b, "driver", row->driver);
  pb_json_add_text (b, "device", row->device);
  pb_json_add_int (b, "started_utc_ms", row->started_utc_us / 1000);
  if (row->ended_utc_us != 0)
    pb_json_add_int (b, "ended_utc_ms", row->ended_utc_us / 1000);
  else
    pb_json_add_null (b, "ended_utc_ms");
  if (row->end_reason)
    pb_json_add_text (b, "end_reason", row->end_reason);
  else
    pb_json_add_null (b, "end_reason");
  if (row->mode)
    pb_json_add_text (b, "mode", row->mode);
  else
    pb_json_add_null (b, "mode");
  pb_json_add_text (b, "kind", row->kind);
  pb_json_add_text (b, "car", row->car);
  pb_json_add_text (b, "car_number", row->car_number);
  pb_json_add_text (b, "track", row->track);
  pb_json_add_known_text (b, "part_of", row->part_of);
  pb_json_add_int (b, "bytes", row->bytes);
  pb_json_add_double (b, "seconds", row->duration_ms / 1e3);
}

/* A link to one recording shows that one alone. */
static GPtrArray *
list_sessions (PbRequest *request, const gchar *driver, gint64 before_utc_us,
    guint limit, GError **error)
{
  const PbPrincipal *principal = request->principal;
  PbStore *store = request->config->store;
  GPtrArray *rows;
  PbSessionRow *row;

  if (principal->kind != PB_PRINCIPAL_SHARE)
    return pb_store_list_sessions (store,
        principal->kind == PB_PRINCIPAL_LOCAL ? NULL : principal->team, driver,
        before_utc_us, limit, error);
  row = pb_store_find_session (store, principal->session, error);
  if (!row)
    return NULL;
  rows = g_ptr_array_new_with_free_func ((GDestroyNotify) pb_session_row_free);
  if ((!driver || g_str_equal (row->driver, driver))
      && row->started_utc_us < before_utc_us)
    g_ptr_array_add (rows, row);
  else
    pb_session_row_free (row);
  return rows;
}

static PbSessionRow *
find_session (PbRequest *request, GError **error)
{
  const gchar *id = request->args[0];
  g_autoptr (PbSessionRow) row =
      pb_store_find_session (request->config->store, id, error);

  if (!row || pb_principal_sees_session (request->principal, row->id, row->team)
      || (row->part_of
          && pb_principal_sees_session (
              request->principal, row->part_of, row->team)))
    return g_steal_pointer (&row);
  g_set_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND,
      "there is no session '%s'", id);
  return NULL;
}

static void
get_sessions (PbRequest *request)
{
  gint64 limit = DEFAULT_LIMIT;
  gint64 before_utc_ms = G_MAXINT64 / 1000;
  const gchar *driver =
      request->query ? g_hash_table_lookup (request->query, "driver") : NULL;
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (JsonBuilder) b = NULL;
  g_autoptr (GError) error = NULL;

  if (!pb_request_read_number (request, "limit", 1, MAX_LIMIT, &limit)
      || !pb_request_read_number (
          request, "before_utc_ms", 0, G_MAXINT64 / 1000, &before_utc_ms))
    return;
  rows = list_sessions (
      request, driver, before_utc_ms * 1000, (guint) limit, &error);
  if (!rows) {
    pb_reply_failure (request, error);
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_begin_array (b, "sessions");
  for (guint i = 0; i < rows->len; i++) {
    json_builder_begin_object (b);
    add_session (b, g_ptr_array_index (rows, i));
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
add_segments (JsonBuilder *b, GArray *segments)
{
  pb_json_begin_array (b, "segments");
  for (guint i = 0; i < segments->len; i++) {
    const PbSegmentRow *row = &g_array_index (segments, PbSegmentRow, i);

    json_builder_begin_object (b);
    pb_json_add_int (b, "n", row->n);
    pb_json_add_int (b, "start_utc_ms", row->start_utc_us / 1000);
    pb_json_add_int (b, "end_utc_ms", row->end_utc_us / 1000);
    if (row->has_pts) {
      pb_json_add_int (b, "start_pts", row->start_pts);
      pb_json_add_int (b, "end_pts", row->end_pts);
    }
    pb_json_add_int (b, "bytes", row->bytes);
    pb_json_add_bool (b, "closed", row->closed);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
add_laps (JsonBuilder *b, GArray *laps)
{
  pb_json_begin_array (b, "laps");
  for (guint i = 0; i < laps->len; i++) {
    const PbLapRow *row = &g_array_index (laps, PbLapRow, i);

    json_builder_begin_object (b);
    pb_json_add_int (b, "lap", row->lap);
    pb_json_add_double (b, "time_s", row->time_s);
    pb_json_add_bool (b, "valid", row->valid);
    pb_json_add_int (b, "start_utc_ms", row->start_utc_us / 1000);
    pb_json_add_double (b, "fuel_used_l", row->fuel_used_l);
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
add_parts (JsonBuilder *b, GPtrArray *parts)
{
  pb_json_begin_array (b, "parts");
  for (guint i = 0; i < parts->len; i++) {
    json_builder_begin_object (b);
    add_session (b, g_ptr_array_index (parts, i));
    json_builder_end_object (b);
  }
  json_builder_end_array (b);
}

static void
get_session (PbRequest *request)
{
  PbStore *store = request->config->store;
  g_autoptr (GError) error = NULL;
  g_autoptr (PbSessionRow) row = find_session (request, &error);
  g_autoptr (GArray) segments = NULL;
  g_autoptr (GArray) laps = NULL;
  g_autoptr (GPtrArray) parts = NULL;
  g_autoptr (JsonBuilder) b = NULL;

  if (!row || !(segments = pb_store_list_segments (store, row->pk, &error))
      || !(laps = pb_store_list_laps (store, row->pk, &error))
      || !(parts = pb_store_list_parts (store, row->id, &error))) {
    pb_reply_failure (request, error);
    return;
  }
  b = json_builder_new ();
  json_builder_begin_object (b);
  add_session (b, row);
  add_segments (b, segments);
  add_laps (b, laps);
  add_parts (b, parts);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

static void
get_time (PbRequest *request)
{
  g_autoptr (JsonBuilder) b = json_builder_new ();

  json_builder_begin_object (b);
  pb_json_add_int (b, "utc_us", g_get_real_time ());
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

const PbRoute pb_session_routes[] = {
  { "GET", "/api/v1/sessions", PB_MAY_SEE_RECORDINGS, get_sessions },
  { "GET", "/api/v1/sessions/{}", PB_MAY_SEE_RECORDINGS, get_session },
  { "GET", "/api/v1/time", PB_ROUTE_ANYBODY, get_time },
  { NULL },
};
