/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A server's folder, a recorder of one session in it, and what must be there
 * afterwards. */
#include "pb-test-recording.h"

#include <glib/gstdio.h>

#include "pb-test-wait.h"
#include "recording/pb-segment-file.h"

void
pb_test_recording_set_up (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("pitbox-test-XXXXXX", &error);
  g_assert_no_error (error);
  f->data = pb_data_open (f->folder, &error);
  g_assert_no_error (error);
}

static void
remove_all (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree gchar *child = g_build_filename (path, name, NULL);

    remove_all (child);
  }
  g_remove (path);
}

void
pb_test_recording_tear_down (PbTestRecording *f, gconstpointer unused)
{
  pb_data_close (f->data);
  remove_all (f->folder);
  g_free (f->folder);
}

void
pb_test_recording_make_stream (PbTestTs *ts, guint seconds)
{
  pb_test_ts_init (ts, TRUE, TRUE);
  for (guint i = 0; i < seconds * 60; i++) {
    if (i % 6 == 0)
      pb_test_ts_put_tables (ts);
    pb_test_ts_put_klv (ts, i * FRAME, 100);
    pb_test_ts_put_picture (ts, i * FRAME, i % 60 == 0, TRUE, 300);
  }
}

gchar *
pb_test_recording_dup_db_path (PbTestRecording *f)
{
  return g_build_filename (f->folder, "pitbox.db", NULL);
}

gchar *
pb_test_recording_dup_folder (PbTestRecording *f)
{
  return g_build_filename (f->data->recordings, "car07", "s1", NULL);
}

gint64
pb_test_recording_open_session (PbTestRecording *f)
{
  g_autoptr (GError) error = NULL;
  gint64 pk = pb_store_open_session (
      f->data->store, "s1", "car07", "pc", g_get_real_time (), &error);

  g_assert_no_error (error);
  g_assert_cmpint (pk, !=, 0);
  return pk;
}

/* Whose session is opened by the store's own writer. */
PbRecorder *
pb_test_recording_start (PbTestRecording *f, const PbRecorderOptions *options)
{
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  g_autoptr (PbSessionLog) log = pb_session_log_new (
      f->data->store, "s1", "car07", "pc", g_get_real_time ());

  return pb_recorder_new (log, folder, options);
}

void
pb_test_recording_wait_for_store (PbTestRecording *f)
{
  pb_test_wait_until (pb_store_get_waiting (f->data->store) == 0);
}

/* Returns: the session in the database once all of it is there */
gint64
pb_test_recording_close (PbTestRecording *f, PbRecorder *recorder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PbSessionRow) row = NULL;

  pb_recorder_close (recorder);
  pb_test_recording_wait_for_store (f);
  row = pb_store_find_session (f->data->store, "s1", &error);
  g_assert_no_error (error);
  return row->pk;
}

void
pb_test_recording_push (PbRecorder *recorder, const GByteArray *bytes)
{
  for (gsize pos = 0; pos < bytes->len; pos += 1316) {
    gsize size = MIN (1316, bytes->len - pos);
    GstBuffer *buffer = gst_buffer_new_memdup (bytes->data + pos, size);

    pb_recorder_push (recorder, buffer, 1000000 + pos);
    gst_buffer_unref (buffer);
  }
}

/* Every line of the index names a byte where a unit starts, in a file that is
 * as long as the index says. */
void
pb_test_recording_assert_index (
    PbTestRecording *f, gint64 pk, guint n_segments, guint n_keys)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  g_autoptr (GArray) segments =
      pb_store_list_segments (f->data->store, pk, &error);
  guint keys = 0;

  g_assert_no_error (error);
  g_assert_cmpuint (segments->len, ==, n_segments);
  for (guint i = 0; i < segments->len; i++) {
    const PbSegmentRow *row = &g_array_index (segments, PbSegmentRow, i);
    g_autofree gchar *path = pb_segment_file_dup_path (folder, row->n);
    g_autoptr (GArray) points = NULL;
    g_autofree gchar *content = NULL;
    gsize size;

    g_assert_true (g_file_get_contents (path, &content, &size, &error));
    g_assert_cmpuint (size, ==, row->bytes);
    g_assert_true (row->closed);
    g_assert_true (row->has_pts);
    points = pb_store_list_points (f->data->store, pk, row->n, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (points->len, >, 0);
    for (guint p = 0; p < points->len; p++) {
      const PbPoint *point = &g_array_index (points, PbPoint, p);

      g_assert_cmpuint (point->offset, <, size);
      g_assert_cmpint (content[point->offset], ==, 0x47);
      g_assert_cmpint (point->pts, >=, row->start_pts);
      g_assert_cmpint (point->pts, <=, row->end_pts);
      keys += point->is_key;
    }
  }
  if (n_keys > 0)
    g_assert_cmpuint (keys, ==, n_keys);
}
