/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the database missed, from the files: sessions that were left open get
 * their end, those that it never heard of get in, and the bytes that the index
 * has not seen get their lines. */
#include "recording/pb-recovery.h"

#include <string.h>

#include <gio/gio.h>
#include <gstpitbox/gstpitboxstreamid.h>

#include "recording/pb-row-index.h"
#include "recording/pb-segment-file.h"
#include "recording/pb-segmenter.h"
#include "store/pb-row-ranges.h"

/* Less than what PbRowIndex holds: 10 s of telemetry alone. */
#define READ_BYTES (32 * 1024)
/* A running numbering has no gap; this bounds the search for files. */
#define MAX_SEGMENTS 1000000

typedef struct {
  PbSegmentRow row;
  GArray *points;
  PbRowIndex *rows;
  guint resolved; /* points that have their row, or have none */
  gint64 written_utc_us;
} Scan;

static void
scan_begin (guint n, gpointer user_data)
{
}

static void
scan_write (const guint8 *data, gsize size, gpointer user_data)
{
}

static void
scan_point (const PbPoint *point, gpointer user_data)
{
  Scan *scan = user_data;
  PbPoint line = *point;

  line.segment = scan->row.n;
  if (!scan->row.has_pts) {
    scan->row.has_pts = TRUE;
    scan->row.start_pts = scan->row.end_pts = line.pts;
  }
  line.utc_us = 0;
  g_array_append_val (scan->points, line);
}

static void
scan_klv (const guint8 *data, gsize size, gboolean starts, gint64 pts,
    gpointer user_data)
{
  Scan *scan = user_data;

  pb_row_index_push (scan->rows, data, size, starts, pts);
}

/* Nothing was decoded: the key units' UTC is what there is. The newest two
 * lines wait for the telemetry beside them. */
static void
scan_resolve (Scan *scan, gboolean all)
{
  guint end = all ? scan->points->len : MAX (scan->points->len, 2) - 2;

  for (; scan->resolved < end; scan->resolved++)
    pb_row_index_resolve (scan->rows,
        &g_array_index (scan->points, PbPoint, scan->resolved), TRUE);
}

static void
date_points (Scan *scan)
{
  for (guint i = 0; i < scan->points->len; i++) {
    PbPoint *point = &g_array_index (scan->points, PbPoint, i);

    /* A stream that tells no UTC: its own clock, back from the moment the file
     * was written last, is right to its delay. */
    if (point->utc_us != 0)
      continue;
    point->utc_us =
        scan->written_utc_us - (scan->row.end_pts - point->pts) * 100 / 9;
  }
  if (scan->row.start_utc_us == 0)
    scan->row.start_utc_us =
        scan->points->len > 0 ? g_array_index (scan->points, PbPoint, 0).utc_us
                              : scan->written_utc_us;
  scan->row.end_utc_us = MAX (scan->row.start_utc_us, scan->written_utc_us);
}

/* A segment holds its own tables, so it is read like a stream of its own; the
 * target is never reached, so it is never cut. */
static gboolean
scan_file (const gchar *path, Scan *scan, GError **error)
{
  const PbSegmenterFuncs funcs = { scan_begin, scan_write, scan_point,
    scan_klv };
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, error);
  g_autoptr (PbSegmenter) segmenter = NULL;
  g_autofree guint8 *buffer = NULL;
  gssize got;
  gint64 pts;

  if (!in)
    return FALSE;
  segmenter = pb_segmenter_new (G_MAXINT32, &funcs, scan);
  buffer = g_malloc (READ_BYTES);
  scan->row.bytes = 0;
  while ((got = g_input_stream_read (
              G_INPUT_STREAM (in), buffer, READ_BYTES, NULL, error))
         > 0) {
    pb_segmenter_push (segmenter, buffer, got, 0, -1);
    scan_resolve (scan, FALSE);
    scan->row.bytes += got;
  }
  if (got < 0)
    return FALSE;
  pb_segmenter_finish (segmenter);
  pb_row_index_push (scan->rows, NULL, 0, FALSE, 0);
  scan_resolve (scan, TRUE);
  if (scan->row.has_pts && pb_segmenter_get_last_pts (segmenter, &pts)
      && pts > scan->row.end_pts)
    scan->row.end_pts = pts;
  return TRUE;
}

static gint64
get_modified_utc_us (const gchar *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (file,
      G_FILE_ATTRIBUTE_TIME_MODIFIED "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC,
      G_FILE_QUERY_INFO_NONE, NULL, NULL);
  g_autoptr (GDateTime) date = NULL;

  if (!info || !(date = g_file_info_get_modification_date_time (info)))
    return g_get_real_time ();
  return g_date_time_to_unix (date) * G_USEC_PER_SEC
         + g_date_time_get_microsecond (date);
}

/* The 33-bit clock may have wrapped since the session began: the index counts
 * on, a file read alone does not. */
static void
align_pts (Scan *scan, const PbSegmentRow *known)
{
  const gint64 wrap = G_GINT64_CONSTANT (1) << 33;
  gint64 shift;

  if (!known->has_pts || !scan->row.has_pts)
    return;
  shift = (known->start_pts - scan->row.start_pts) / wrap * wrap;
  scan->row.start_pts += shift;
  scan->row.end_pts += shift;
  for (guint i = 0; i < scan->points->len; i++)
    g_array_index (scan->points, PbPoint, i).pts += shift;
}

/* Lines that were committed know their arrival and their lap: keep them. */
static gboolean
drop_known (
    PbStore *store, gint64 pk, guint segment, GArray *points, GError **error)
{
  g_autoptr (GArray) have = pb_store_list_points (store, pk, segment, error);
  const PbPoint *last;
  guint i = 0;

  if (!have || have->len == 0)
    return have != NULL;
  last = &g_array_index (have, PbPoint, have->len - 1);
  while (i < points->len
         && g_array_index (points, PbPoint, i).offset <= last->offset)
    i++;
  g_array_remove_range (points, 0, i);
  for (i = 0; i < points->len; i++)
    g_array_index (points, PbPoint, i).lap = last->lap;
  return TRUE;
}

/* A file that follows on another one may need its last key unit. */
static void
read_before (const gchar *folder, guint n, PbRowIndex *rows)
{
  g_autofree gchar *path = pb_segment_file_dup_path (folder, n - 1);
  g_auto (PbIndexPart) part = { 0 };
  Scan scan = { .rows = rows };

  pb_index_part_init (&part);
  scan.points = part.points;
  pb_row_index_begin_segment (rows, n - 1);
  if (scan_file (path, &scan, NULL))
    pb_row_index_settle (rows, TRUE);
  pb_row_index_take_ranges (rows, part.ranges);
}

static gboolean
recover_segment (PbStore *store, const PbSessionRow *session,
    const gchar *folder, const PbSegmentRow *known, PbRowIndex *rows,
    gint64 *end_utc_us, GError **error)
{
  g_autofree gchar *path = pb_segment_file_dup_path (folder, known->n);
  g_auto (PbIndexPart) part = { 0 };
  Scan scan = { .row = { .n = known->n, .start_utc_us = known->start_utc_us },
    .rows = rows };

  pb_index_part_init (&part);
  scan.points = part.points;
  pb_row_index_begin_segment (rows, known->n);
  if (!scan_file (path, &scan, error))
    return FALSE;
  pb_row_index_settle (rows, TRUE);
  pb_row_index_take_ranges (rows, part.ranges);
  scan.written_utc_us = get_modified_utc_us (path);
  align_pts (&scan, known);
  date_points (&scan);
  if (known->closed)
    scan.row.end_utc_us = known->end_utc_us;
  scan.row.closed = TRUE;
  *end_utc_us = MAX (*end_utc_us, scan.row.end_utc_us);
  if (!drop_known (store, session->pk, known->n, part.points, error)
      || !pb_store_forget_row_ranges (store, session->pk, known->n, error))
    return FALSE;
  g_array_append_val (part.segments, scan.row);
  return pb_store_commit_index (store, session->pk, &part, error);
}

static gboolean
recover_session (PbStore *store, const PbSessionRow *session,
    const gchar *recordings, const gchar *reason, GError **error)
{
  g_autofree gchar *folder =
      g_build_filename (recordings, session->driver, session->id, NULL);
  g_autoptr (GArray) segments =
      pb_store_list_segments (store, session->pk, error);
  g_autoptr (PbRowIndex) rows = pb_row_index_new ();
  gint64 end_utc_us = session->started_utc_us;
  guint next = 0;

  if (!segments)
    return FALSE;
  for (guint i = 0; i < segments->len; i++) {
    const PbSegmentRow *row = &g_array_index (segments, PbSegmentRow, i);
    g_autoptr (GError) local = NULL;

    next = row->n + 1;
    end_utc_us = MAX (end_utc_us, row->end_utc_us);
    if (i > 0 && i + 2 == segments->len)
      read_before (folder, row->n, rows);
    /* The last lines of a closed segment may have been waiting for their rows
     * when the next one was begun already. */
    if ((!row->closed || i + 2 >= segments->len)
        && !recover_segment (
            store, session, folder, row, rows, &end_utc_us, &local))
      g_warning ("session %s, segment %u cannot be read: %s", session->id,
          row->n, local->message);
  }
  /* Files begun after the last commit. */
  for (; next < MAX_SEGMENTS; next++) {
    g_autofree gchar *path = pb_segment_file_dup_path (folder, next);
    PbSegmentRow row = { .n = next };
    g_autoptr (GError) local = NULL;

    if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
      break;
    if (!recover_segment (
            store, session, folder, &row, rows, &end_utc_us, &local))
      g_warning ("session %s, segment %u cannot be read: %s", session->id, next,
          local->message);
  }
  return pb_store_close_session (store, session->pk, end_utc_us, reason, error);
}

/* Names of sessions begin with when they began. */
static gint64
read_start_utc_us (const gchar *id, const gchar *path)
{
  g_autofree gchar *date = g_strndup (id, strcspn (id, "-"));
  g_autoptr (GDateTime) start = g_date_time_new_from_iso8601 (date, NULL);

  return start ? g_date_time_to_unix (start) * G_USEC_PER_SEC
               : get_modified_utc_us (path);
}

/* A folder that the database knows nothing of: it took nothing at the time, or
 * it is another one now. */
static gboolean
adopt_session (PbStore *store, const gchar *recordings, const gchar *driver,
    const gchar *id, guint *n_sessions, GError **error)
{
  g_autofree gchar *folder = g_build_filename (recordings, driver, id, NULL);
  g_autofree gchar *first = pb_segment_file_dup_path (folder, 0);
  PbSessionRow row = { .id = (gchar *) id, .driver = (gchar *) driver };
  gboolean has;

  if (!gst_pitbox_id_is_valid (id)
      || !g_file_test (first, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (!pb_store_has_session (store, id, &has, error))
    return FALSE;
  if (has)
    return TRUE;
  row.started_utc_us = read_start_utc_us (id, first);
  row.pk =
      pb_store_open_session (store, id, driver, "", row.started_utc_us, error);
  if (row.pk == 0)
    return FALSE;
  (*n_sessions)++;
  return recover_session (store, &row, recordings,
      "the database did not have it; found among the recordings", error);
}

static gboolean
adopt_driver (PbStore *store, const gchar *recordings, const gchar *driver,
    guint *n_sessions, GError **error)
{
  g_autofree gchar *path = g_build_filename (recordings, driver, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *id;

  while (dir && (id = g_dir_read_name (dir)))
    if (!adopt_session (store, recordings, driver, id, n_sessions, error))
      return FALSE;
  return TRUE;
}

static gboolean
adopt_all (
    PbStore *store, const gchar *recordings, guint *n_sessions, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (recordings, 0, NULL);
  const gchar *driver;

  while (dir && (driver = g_dir_read_name (dir)))
    if (gst_pitbox_id_is_valid (driver)
        && !adopt_driver (store, recordings, driver, n_sessions, error))
      return FALSE;
  return TRUE;
}

/**
 * pb_recovery_run:
 * @store: a store that nobody records into yet
 * @recordings: folder of all recordings
 * @n_open: (out): sessions that had been left open
 * @n_unknown: (out): sessions that only the folder knew of
 *
 * Any thread.
 *
 * Returns: %FALSE with @error set if the database cannot be used; a file that
 *   cannot be read is only a warning
 */
gboolean
pb_recovery_run (PbStore *store, const gchar *recordings, guint *n_open,
    guint *n_unknown, GError **error)
{
  g_autoptr (GPtrArray) sessions = pb_store_list_open_sessions (store, error);

  *n_open = *n_unknown = 0;
  if (!sessions)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++) {
    if (!recover_session (store, g_ptr_array_index (sessions, i), recordings,
            "the server stopped while it was recording", error))
      return FALSE;
  }
  *n_open = sessions->len;
  return adopt_all (store, recordings, n_unknown, error);
}
