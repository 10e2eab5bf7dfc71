/* SPDX-License-Identifier: LGPL-2.1-or-later
 * /api/v1/drivers/{driver}/coverage: which rows are on disk, and which are
 * missing. */
#include "http/pb-request.h"
#include "store/pb-coverage.h"
#include "store/pb-row-ranges.h"

#define HOUR_MS (G_GINT64_CONSTANT (3600) * 1000)
#define MAX_HOURS 48
/* Stretches that one answer is made of; while a session runs they have ten
 * seconds each. What is behind them is another question's. */
#define MAX_RANGES 1000

static gboolean
sees (PbRequest *request, const gchar *id)
{
  g_autoptr (PbDriver) driver =
      pb_registry_find (request->config->registry, id);

  if (driver
      && pb_principal_sees_driver (request->principal, id,
          pb_directory_get_driver_team (
              pb_guard_get_directory (request->config->guard), id)))
    return TRUE;
  pb_reply_error (request->message, SOUP_STATUS_NOT_FOUND, "unknown_driver",
      "There is no driver of that name; /api/v1/drivers lists all");
  return FALSE;
}

/* The last hour, where nothing else is asked for. */
static gboolean
read_time (PbRequest *request, gint64 *from_ms, gint64 *to_ms)
{
  *to_ms = g_get_real_time () / 1000;
  if (!pb_request_read_number (
          request, "to_utc_ms", 0, G_MAXINT64 / 1000, to_ms))
    return FALSE;
  *from_ms = MAX (*to_ms - HOUR_MS, 0);
  if (!pb_request_read_number (
          request, "from_utc_ms", 0, G_MAXINT64 / 1000, from_ms))
    return FALSE;
  if (*from_ms <= *to_ms && *to_ms - *from_ms <= MAX_HOURS * HOUR_MS)
    return TRUE;
  pb_reply_error (request->message, SOUP_STATUS_BAD_REQUEST, "bad_query",
      "from_utc_ms must be before to_utc_ms, by %d hours at most", MAX_HOURS);
  return FALSE;
}

/* One of no time belongs to the next answer. */
static void
add_interval (JsonBuilder *b, const PbCoverageSpan *span, gboolean is_last)
{
  if (!is_last && span->from_utc_us / 1000 == span->to_utc_us / 1000)
    return;
  json_builder_begin_object (b);
  pb_json_add_text (b, "state", pb_coverage_kind_to_string (span->kind));
  pb_json_add_int (b, "from_utc_ms", span->from_utc_us / 1000);
  pb_json_add_int (b, "to_utc_ms", span->to_utc_us / 1000);
  json_builder_end_object (b);
}

/* Up to where nothing is left out: where the last stretch that was read
 * begins, and some progress. */
static gint64
find_end_ms (const GArray *ranges, gint64 from_ms, gint64 to_ms)
{
  const PbRowRange *last;

  if (ranges->len < MAX_RANGES)
    return to_ms;
  last = &g_array_index (ranges, PbRowRange, ranges->len - 1);
  return CLAMP ((last->start_utc_us + 999) / 1000, from_ms + 1, to_ms);
}

static void
get_coverage (PbRequest *request)
{
  const gchar *id = request->args[0];
  g_autoptr (GArray) ranges = NULL;
  g_autoptr (GArray) spans = NULL;
  g_autoptr (JsonBuilder) b = NULL;
  g_autoptr (GError) error = NULL;
  gint64 from_ms, to_ms, end_ms;

  if (!sees (request, id) || !read_time (request, &from_ms, &to_ms))
    return;
  ranges = pb_store_list_rows_between (request->config->store, id,
      from_ms * 1000, to_ms * 1000, MAX_RANGES, &error);
  if (!ranges) {
    pb_reply_failure (request, error);
    return;
  }
  end_ms = find_end_ms (ranges, from_ms, to_ms);
  spans = pb_coverage_new (ranges, from_ms * 1000, end_ms * 1000);
  b = json_builder_new ();
  json_builder_begin_object (b);
  pb_json_begin_array (b, "intervals");
  for (guint i = 0; i < spans->len; i++)
    add_interval (
        b, &g_array_index (spans, PbCoverageSpan, i), end_ms == to_ms);
  json_builder_end_array (b);
  pb_json_add_known_int (b, "next_from_utc_ms", end_ms < to_ms ? end_ms : -1);
  json_builder_end_object (b);
  pb_reply_json (request, b);
}

const PbRoute pb_coverage_routes[] = {
  { "GET", "/api/v1/drivers/{}/coverage", PB_MAY_SEE_LIVE, get_coverage },
  { NULL },
};
