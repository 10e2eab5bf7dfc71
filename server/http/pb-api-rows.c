/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/drivers/{driver}/rows: rows of a time, from the disk, as columns. */
#include <math.h>
#include <string.h>

#include "http/pb-client.h"
#include "http/pb-request.h"
#include "recording/pb-row-jobs.h"
#include "store/pb-coverage.h"

/* What is asked for where nobody says it: what the page's traces show. */
#define DEFAULT_MS (12 * 1000)
#define DEFAULT_FIELDS \
  "Speed,RPM,Gear,Throttle,Brake,SteeringWheelAngle,Lap,LapDistPct"
/* iRacing's own names have 31 characters at most. */
#define MAX_NAME 31
/* Who may see what is live, and no recordings, looks so far back. */
#define LIVE_MS (10 * 60 * 1000)
/* In µs, and with what is added to it, a gint64. */
#define MAX_UTC_MS (G_MAXINT64 / 2000)

static void
add_number (GString *text, gdouble value)
{
  gchar buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (value))
    g_string_append (text, "null");
  else
    /* As many digits as a float has: that is what the simulator writes. */
    g_string_append (
        text, g_ascii_formatd (buffer, sizeof buffer, "%.9g", value));
}

static void
add_stretch (GString *text, const PbRows *rows, guint from, guint to)
{
  const PbRowsRow *all = (const PbRowsRow *) rows->rows->data;
  const gdouble *values = (const gdouble *) rows->values->data;

  g_string_append_printf (text, "{\"state\":\"%s\",\"follows\":%s,\"utc_ms\":[",
      pb_coverage_kind_to_string (all[from].is_backfill ? PB_COVERAGE_BACKFILLED
                                                        : PB_COVERAGE_MEASURED),
      all[from].begins ? "false" : "true");
  for (guint i = from; i < to; i++)
    g_string_append_printf (
        text, "%s%" G_GINT64_FORMAT, i > from ? "," : "", all[i].utc_us / 1000);
  g_string_append (text, "],\"tick\":[");
  for (guint i = from; i < to; i++)
    g_string_append_printf (
        text, "%s%" G_GUINT64_FORMAT, i > from ? "," : "", all[i].tick);
  g_string_append (text, "],\"values\":[");
  for (guint k = 0; k < rows->n_fields; k++) {
    g_string_append (text, k > 0 ? ",[" : "[");
    for (guint i = from; i < to; i++) {
      if (i > from)
        g_string_append_c (text, ',');
      add_number (text, values[(gsize) all[i].at * rows->n_fields + k]);
    }
    g_string_append_c (text, ']');
  }
  g_string_append (text, "]}");
}

/* Written as it goes: a tree of a hundred thousand nodes costs more than all
 * that was decoded. Names have no letter that JSON would escape. */
static GBytes *
format (const PbRowsQuery *query, const PbRows *rows)
{
  GString *text = g_string_new ("{\"fields\":[");
  const PbRowsRow *all = (const PbRowsRow *) rows->rows->data;
  const guint n = rows->rows->len;

  for (guint i = 0; query->fields[i]; i++)
    g_string_append_printf (
        text, "%s\"%s\"", i > 0 ? "," : "", query->fields[i]);
  g_string_append_printf (text, "],\"step\":%u,\"next_utc_ms\":", query->step);
  if (rows->next_utc_us != 0)
    g_string_append_printf (
        text, "%" G_GINT64_FORMAT, rows->next_utc_us / 1000);
  else
    g_string_append (text, "null");
  g_string_append (text, ",\"stretches\":[");
  for (guint from = 0, to; from < n; from = to) {
    for (to = from + 1; to < n && !all[to].begins
                        && all[to].is_backfill == all[from].is_backfill;)
      to++;
    if (from > 0)
      g_string_append_c (text, ',');
    add_stretch (text, rows, from, to);
  }
  g_string_append (text, "]}");
  return g_string_free_to_bytes (text);
}

static void
on_done (GBytes *bytes, const GError *error, gpointer user_data)
{
  SoupServerMessage *message = user_data;

  if (bytes)
    pb_reply_bytes (message, bytes, "private, no-cache");
  else
    pb_reply_store_error (message, error);
  soup_server_message_unpause (message);
}

static gboolean
is_name (const gchar *name)
{
  const gsize n = strlen (name);

  for (gsize i = 0; i < n; i++)
    if (!g_ascii_isalnum (name[i]) && name[i] != '_')
      return FALSE;
  return n >= 1 && n <= MAX_NAME;
}

/* Returns: (transfer full) (nullable): NULL if that was answered */
static gchar **
read_fields (PbRequest *request)
{
  const gchar *text =
      request->query ? g_hash_table_lookup (request->query, "fields") : NULL;
  g_auto (GStrv) names =
      g_strsplit (text ? text : DEFAULT_FIELDS, ",", PB_ROWS_MAX_FIELDS + 1);
  const guint n = g_strv_length (names);
  gboolean fine = n >= 1 && n <= PB_ROWS_MAX_FIELDS;

  for (guint i = 0; i < n && fine; i++)
    fine = is_name (names[i]);
  if (fine)
    return g_steal_pointer (&names);
  pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_query",
      "fields must be 1 to %d names of variables, with a comma between them",
      PB_ROWS_MAX_FIELDS);
  return NULL;
}

static gboolean
read_kinds (PbRequest *request, PbRowKinds *kinds)
{
  const gchar *text =
      request->query ? g_hash_table_lookup (request->query, "state") : NULL;

  *kinds = PB_ROWS_ALL;
  if (!text)
    return TRUE;
  *kinds = g_str_equal (text, "measured")     ? PB_ROWS_MEASURED
           : g_str_equal (text, "backfilled") ? PB_ROWS_BACKFILLED
                                              : 0;
  if (*kinds != 0)
    return TRUE;
  pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_query",
      "state must be measured or backfilled, or left out for both");
  return FALSE;
}

static gboolean
read_time (PbRequest *request, PbRowsQuery *query)
{
  const gint64 max_ms = PB_ROWS_MAX_US / 1000;
  const gint64 now_ms = g_get_real_time () / 1000;
  gint64 to_ms = now_ms, from_ms;

  if (!pb_request_read_number (request, "to_utc_ms", 0, MAX_UTC_MS, &to_ms))
    return FALSE;
  from_ms = MAX (to_ms - DEFAULT_MS, 0);
  if (!pb_request_read_number (request, "from_utc_ms", 0, MAX_UTC_MS, &from_ms))
    return FALSE;
  if (from_ms > to_ms || to_ms - from_ms > max_ms) {
    pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_query",
        "from_utc_ms must be before to_utc_ms, by %d s at most",
        (gint) (max_ms / 1000));
    return FALSE;
  }
  if (from_ms < now_ms - LIVE_MS
      && !pb_principal_may (request->principal, PB_MAY_SEE_RECORDINGS)) {
    pb_reply_error (request->message, SOUP_STATUS_FORBIDDEN, "forbidden",
        "Rows that are older than %d minutes are recordings, which this login "
        "may not see",
        LIVE_MS / 60000);
    return FALSE;
  }
  query->from_utc_us = from_ms * 1000;
  query->to_utc_us = to_ms * 1000;
  return TRUE;
}

/* Nobody takes the others' places, however many questions he has. */
static gchar *
dup_asker (PbRequest *request)
{
  const PbPrincipal *principal = request->principal;

  return g_strjoin ("/", pb_principal_kind_to_string (principal->kind),
      principal->id ? principal->id : "",
      pb_client_get_address (request->message), NULL);
}

static void
get_rows (PbRequest *request)
{
  g_autofree gchar *asker = dup_asker (request);
  g_autoptr (PbDriver) driver = pb_request_find_driver (request);
  g_auto (GStrv) fields = NULL;
  PbRowsQuery query = { 0 };
  gint64 step = 1;

  if (!driver || !read_time (request, &query)
      || !pb_request_read_number (request, "step", 1, PB_ROWS_MAX_STEP, &step)
      || !read_kinds (request, &query.kinds)
      || !(fields = read_fields (request)))
    return;
  query.fields = fields;
  query.step = (guint) step;
  if (pb_row_jobs_push (request->config->rows, asker, pb_driver_get_id (driver),
          &query, format, on_done, g_object_ref (request->message),
          g_object_unref)) {
    soup_server_message_pause (request->message);
    return;
  }
  soup_message_headers_replace (
      soup_server_message_get_response_headers (request->message),
      "Retry-After", "1");
  pb_reply_error (request->message, SOUP_STATUS_SERVICE_UNAVAILABLE,
      "rows_busy", "Too many ask for rows at this moment; try again");
}

const PbRoute pb_rows_routes[] = {
  { "GET", "/api/v1/drivers/{}/rows", PB_MAY_SEE_LIVE, get_rows },
  { NULL },
};
