/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Store, recorder and recovery: what a crash, a full disk and a foreign
 * database leave. */
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <sqlite3.h>
#include <string.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-wait.h"
#include "recording/pb-recovery.h"
#include "recording/pb-segment-file.h"
#include "store/pb-devices.h"

static void
test_records (PbTestRecording *f, gconstpointer unused)
{
  gint64 pk;
  PbRecorder *recorder = pb_test_recording_start (f, NULL);
  g_autoptr (PbSessionRow) row = NULL;
  g_autoptr (GError) error = NULL;
  PbTestTs ts;

  pb_test_recording_make_stream (&ts, 25);
  pb_test_recording_push (recorder, ts.out);
  pk = pb_test_recording_close (f, recorder);
  /* 25 pictures, and the telemetry unit in front of the first one. */
  pb_test_recording_assert_index (f, pk, 3, 26);
  row = pb_store_find_session (f->data->store, "s1", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (row->bytes, ==, ts.out->len + 2 * 376);
  g_assert_cmpint (row->duration_ms, >=, 24900);
  g_assert_cmpint (row->duration_ms, <=, 25000);
  pb_test_ts_clear (&ts);
}

/* What kill -9 leaves: files that are longer than the index says, one that it
 * does not know, half a packet at the end, sessions without an end. */
static void
test_recovers (PbTestRecording *f, gconstpointer unused)
{
  const PbSegmentRow known = { .n = 0,
    .has_pts = TRUE,
    .start_utc_us = 5000000,
    .end_utc_us = 6000000,
    .bytes = 3760 };
  const PbPoint first = {
    .offset = 376, .is_key = TRUE, .utc_us = 42, .lap = 7
  };
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  gint64 pk = pb_test_recording_open_session (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbSessionRow) row = NULL;
  g_autoptr (GArray) points = NULL;
  g_auto (PbIndexPart) part = { 0 };
  guint n_open, n_unknown;
  PbTestTs ts;

  pb_test_recording_make_stream (&ts, 10);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint n = 0; n < 2; n++) {
    g_autofree gchar *path = pb_segment_file_dup_path (folder, n);

    g_assert_true (g_file_set_contents (
        path, (gchar *) ts.out->data, ts.out->len - 100, &error));
  }
  pb_index_part_init (&part);
  g_array_append_val (part.segments, known);
  g_array_append_val (part.points, first);
  g_assert_true (pb_store_commit_index (f->data->store, pk, &part, &error));

  g_assert_true (pb_recovery_run (
      f->data->store, f->data->recordings, &n_open, &n_unknown, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_open, ==, 1);
  pb_test_recording_assert_index (f, pk, 2, 2 * 11);
  points = pb_store_list_points (f->data->store, pk, 0, &error);
  /* The line that was committed keeps its arrival; the rest keep its lap. */
  g_assert_cmpint (g_array_index (points, PbPoint, 0).utc_us, ==, 42);
  g_assert_cmpint (g_array_index (points, PbPoint, 5).lap, ==, 7);
  row = pb_store_find_session (f->data->store, "s1", &error);
  g_assert_cmpint (row->ended_utc_us, >, row->started_utc_us - 1);
  g_assert_nonnull (row->end_reason);

  g_assert_true (pb_recovery_run (
      f->data->store, f->data->recordings, &n_open, &n_unknown, &error));
  g_assert_cmpuint (n_open, ==, 0);
  pb_test_ts_clear (&ts);
}

static gint warnings; /* atomic */

/* Structured messages pass g_test_expect_message() by. */
static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  if (level & G_LOG_LEVEL_WARNING)
    g_atomic_int_inc (&warnings);
  return G_LOG_WRITER_HANDLED;
}

static gboolean
has_state (PbRecorder *recorder, gboolean recording, gchar **failure)
{
  PbRecorderStats stats = { 0 };

  pb_recorder_get_stats (recorder, &stats);
  g_free (*failure);
  *failure = stats.failure;
  return stats.recording == recording;
}

static void
expect_failure (PbTestRecording *f, const PbRecorderOptions *options)
{
  g_autofree gchar *failure = NULL;
  PbRecorder *recorder;
  PbTestTs ts;

  pb_test_recording_make_stream (&ts, 3);
  g_atomic_int_set (&warnings, 0);
  recorder = pb_test_recording_start (f, options);
  pb_test_recording_push (recorder, ts.out);
  pb_test_wait_until (has_state (recorder, FALSE, &failure));
  g_assert_nonnull (failure);
  /* The stream goes on. */
  pb_test_recording_push (recorder, ts.out);
  pb_test_recording_close (f, recorder);
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, 1);
  pb_test_ts_clear (&ts);
}

static void
test_no_folder (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *driver =
      g_build_filename (f->data->recordings, "car07", NULL);

  g_assert_true (g_file_set_contents (driver, "a file", -1, NULL));
  expect_failure (f, NULL);
}

static void
test_disk_full (PbTestRecording *f, gconstpointer unused)
{
  const PbRecorderOptions options = { .reserve_bytes = G_MAXUINT64 / 2 };

  expect_failure (f, &options);
}

static gint free_mb; /* atomic */

static gboolean
tell_free (const gchar *folder, guint64 *free_bytes)
{
  *free_bytes = g_atomic_int_get (&free_mb) * G_GUINT64_CONSTANT (1000000);
  return TRUE;
}

static PbRecorderStats
look (PbRecorder *recorder)
{
  PbRecorderStats stats = { 0 };

  pb_recorder_get_stats (recorder, &stats);
  g_clear_pointer (&stats.failure, g_free);
  return stats;
}

/* One more second of the stream. */
static void
record_second (PbRecorder *recorder, PbTestTs *ts, guint second)
{
  g_byte_array_set_size (ts->out, 0);
  for (guint i = second * 60; i < (second + 1) * 60; i++) {
    if (i % 6 == 0)
      pb_test_ts_put_tables (ts);
    pb_test_ts_put_klv (ts, i * FRAME, 100);
    pb_test_ts_put_picture (ts, i * FRAME, i % 60 == 0, TRUE, 300);
  }
  pb_test_recording_push (recorder, ts->out);
}

/* The same, once the recorder has seen it. FALSE: it was missed. */
static gboolean
record_second_again (
    PbRecorder *recorder, PbTestTs *ts, guint second, gchar **failure)
{
  const guint64 missed = look (recorder).missed_bytes;

  record_second (recorder, ts, second);
  pb_test_wait_until (has_state (recorder, TRUE, failure)
                      || look (recorder).missed_bytes > missed);
  return has_state (recorder, TRUE, failure);
}

/* The disk runs full and has room again: the recording goes on at a key frame
 * in a new segment, and the index knows nothing that is not there. */
static void
test_disk_full_and_again (PbTestRecording *f, gconstpointer unused)
{
  const PbRecorderOptions options = {
    .segment_ms = 100000000, .reserve_bytes = 50000000, .get_free = tell_free
  };
  g_autofree gchar *failure = NULL;
  g_autoptr (PbSessionRow) row = NULL;
  g_autoptr (GArray) points = NULL;
  g_autoptr (GError) error = NULL;
  gint64 pk;
  PbRecorder *recorder;
  guint second = 0;
  gint64 first_of_second_file;
  PbTestTs ts;

  pb_test_ts_init (&ts, TRUE, TRUE);
  g_atomic_int_set (&free_mb, 100);
  g_atomic_int_set (&warnings, 0);
  recorder = pb_test_recording_start (f, &options);
  while (second < 10)
    record_second (recorder, &ts, second++);
  pb_test_wait_until (look (recorder).bytes >= 9 * ts.out->len);
  g_atomic_int_set (&free_mb, 50);
  pb_test_wait_until (has_state (recorder, FALSE, &failure));
  g_assert_nonnull (strstr (failure, "the disk is full"));
  g_assert_nonnull (strstr (failure, "goes on by itself"));
  /* Not quite enough to begin again. */
  g_atomic_int_set (&free_mb, 55);
  while (second < 20)
    record_second (recorder, &ts, second++);
  pb_test_wait_until (look (recorder).missed_bytes >= 9 * ts.out->len);
  g_assert_false (look (recorder).recording);
  g_assert_cmpint (look (recorder).duration_ms, <=, 10000);
  g_atomic_int_set (&free_mb, 100);
  pb_test_wait_until (record_second_again (recorder, &ts, second++, &failure));
  g_assert_null (failure);
  pk = pb_test_recording_close (f, recorder);
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, 1);
  row = pb_store_find_session (f->data->store, "s1", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (row->segments, ==, 2);
  /* What was not recorded does not count. */
  g_assert_cmpint (row->duration_ms, <, ((gint64) second - 9) * 1000);
  pb_test_recording_assert_index (f, pk, 2, 0);
  points = pb_store_list_points (f->data->store, pk, 1, &error);
  first_of_second_file = g_array_index (points, PbPoint, 0).pts;
  g_assert_true (g_array_index (points, PbPoint, 0).is_key);
  g_assert_cmpint (first_of_second_file, >=, 20 * 60 * FRAME);
  g_assert_cmpint (first_of_second_file % (60 * FRAME), ==, 0);
  pb_test_ts_clear (&ts);
}

#define ROW_UTC(n) (1700000000000000 + (n) *G_GINT64_CONSTANT (1000000) / 60)
#define ROW_LAP(n) ((gint) (n) / 200)

/* Telemetry of real units, a key unit each 2 s; what the decoder would say of
 * each row is said to @recorder, unless that is NULL. */
static void
make_telemetry (
    PbTestTs *ts, guint n_rows, gboolean pictures, PbRecorder *recorder)
{
  const GstPitboxEncoderConfig config = { .codec = 2,
    .key_interval = 2 * GST_SECOND,
    .rows_per_unit = 1,
    .run_id = 77,
    .rate_divisor = 1 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  GstPitboxEncoder *encoder = gst_pitbox_encoder_new (&config);
  g_autofree guint8 *data =
      g_malloc0 (gst_pitbox_schema_get_row_bytes (schema));

  g_assert_true (gst_pitbox_encoder_set_schema (encoder, schema, &error));
  pb_test_ts_init (ts, pictures, TRUE);
  for (guint n = 0; n < n_rows; n++) {
    GstPitboxEncoderRow row = { data, 6000 + n,
      gst_util_uint64_scale (n, GST_SECOND, 60), ROW_UTC (n),
      GST_PITBOX_CLOCK_LOCAL, FALSE };
    g_autoptr (GstBuffer) unit = NULL;
    GstMapInfo map;

    pb_test_row_fill (schema, n, data);
    unit = gst_pitbox_encoder_push (encoder, &row);
    if (n % 6 == 0)
      pb_test_ts_put_tables (ts);
    g_assert_true (gst_buffer_map (unit, &map, GST_MAP_READ));
    pb_test_ts_put_pes (
        ts, PB_TEST_TS_KLV_PID, n * FRAME, FALSE, map.data, map.size);
    gst_buffer_unmap (unit, &map);
    if (pictures)
      pb_test_ts_put_picture (ts, n * FRAME, n % 60 == 0, TRUE, 300);
    if (recorder)
      pb_recorder_note_row (recorder, 6000 + n, ROW_UTC (n), ROW_LAP (n));
  }
  gst_pitbox_encoder_free (encoder);
}

/* Each line of the index has UTC and lap of its own row, not of the moment its
 * bytes came; a segment of telemetry alone begins where decoding can. */
static void
assert_rows (PbTestRecording *f, gint64 pk, guint n_segments, gboolean decoded)
{
  for (guint n = 0; n < n_segments; n++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GArray) points =
        pb_store_list_points (f->data->store, pk, n, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (points->len, >, 3);
    g_assert_true (g_array_index (points, PbPoint, 0).is_key);
    for (guint i = 0; i < points->len; i++) {
      const PbPoint *point = &g_array_index (points, PbPoint, i);
      gint64 row = point->pts / FRAME;

      g_assert_cmpint (point->pts % FRAME, ==, 0);
      g_assert_cmpint (ABS (point->utc_us - ROW_UTC (row)), <=, !decoded);
      if (decoded)
        g_assert_cmpint (point->lap, ==, ROW_LAP (row));
    }
  }
}

static void
test_rows (PbTestRecording *f, gconstpointer pictures)
{
  gint64 pk;
  PbRecorder *recorder = pb_test_recording_start (f, NULL);
  PbTestTs ts;

  /* 15 s: the second segment begins at 10 s, where a key unit is. */
  make_telemetry (&ts, 900, pictures != NULL, recorder);
  pb_test_recording_push (recorder, ts.out);
  pk = pb_test_recording_close (f, recorder);
  assert_rows (f, pk, 2, TRUE);
  pb_test_ts_clear (&ts);
}

/* 11 s is no key unit's place: the cut waits for the one at 12 s. */
static void
test_cut_at_key_unit (PbTestRecording *f, gconstpointer unused)
{
  const PbRecorderOptions options = { .segment_ms = 11000 };
  gint64 pk;
  PbRecorder *recorder = pb_test_recording_start (f, &options);
  g_autoptr (GArray) points = NULL;
  PbTestTs ts;

  make_telemetry (&ts, 1000, FALSE, recorder);
  pb_test_recording_push (recorder, ts.out);
  pk = pb_test_recording_close (f, recorder);
  assert_rows (f, pk, 2, TRUE);
  points = pb_store_list_points (f->data->store, pk, 1, NULL);
  g_assert_cmpint (g_array_index (points, PbPoint, 0).pts, ==, 12 * 60 * FRAME);
  pb_test_ts_clear (&ts);
}

/* After a crash UTC is that of the rows, too, by the key units. */
static void
test_recovers_utc (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  g_autofree gchar *path = pb_segment_file_dup_path (folder, 0);
  g_autoptr (GError) error = NULL;
  gint64 pk = pb_test_recording_open_session (f);
  guint n_open, n_unknown;
  PbTestTs ts;

  make_telemetry (&ts, 1800, FALSE, NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (
      g_file_set_contents (path, (gchar *) ts.out->data, ts.out->len, &error));
  g_assert_true (pb_recovery_run (
      f->data->store, f->data->recordings, &n_open, &n_unknown, &error));
  assert_rows (f, pk, 1, FALSE);
  pb_test_ts_clear (&ts);
}

static void
test_devices (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  PbSeal *seal = f->data->seal;
  static const gchar *const bad[] = { "", ".", "..", "../x", "a/b", "a b",
    "a,b", "é", "a%2e", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) devices = NULL;
  const PbDevice *device;
  gchar *passphrase =
      pb_store_add_device (store, seal, "pc", "car07", PB_TEAM_DEFAULT, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (passphrase), ==, 32);
  g_assert_null (pb_store_add_device (
      store, seal, "pc", "car08", PB_TEAM_DEFAULT, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  for (guint i = 0; bad[i]; i++) {
    g_assert_null (pb_store_add_device (
        store, seal, bad[i], "car07", PB_TEAM_DEFAULT, &error));
    g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID);
    g_clear_error (&error);
    g_assert_null (pb_store_add_device (
        store, seal, "x", bad[i], PB_TEAM_DEFAULT, &error));
    g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_INVALID);
    g_clear_error (&error);
  }

  devices = pb_store_list_devices (store, seal, &error);
  g_assert_cmpuint (devices->len, ==, 1);
  device = g_ptr_array_index (devices, 0);
  g_assert_cmpstr (device->driver, ==, "car07");
  g_assert_cmpstr (device->passphrase, ==, passphrase);
  pb_secret_free (passphrase);

  g_assert_true (pb_store_remove_device (store, "pc", NULL, &error));
  g_assert_false (pb_store_remove_device (store, "pc", NULL, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NOT_FOUND);
}

/* The passphrases lie on disk in no readable form. */
static void
test_sealed (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *other_key = g_build_filename (f->folder, "other", NULL);
  g_autoptr (PbSeal) other = pb_seal_new (other_key, &error);
  g_autoptr (GBytes) sealed = pb_seal_close (f->data->seal, "a passphrase");
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (sealed, 0, 20);
  gchar *opened = pb_seal_open (f->data->seal, sealed, &error);
  GStatBuf status;

  g_assert_cmpstr (opened, ==, "a passphrase");
  pb_secret_free (opened);
  g_assert_null (g_strstr_len (g_bytes_get_data (sealed, NULL),
      g_bytes_get_size (sealed), "a passphrase"));
  g_assert_null (pb_seal_open (other, sealed, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
  g_clear_error (&error);
  g_assert_null (pb_seal_open (f->data->seal, cut, &error));
  g_clear_error (&error);
  g_assert_cmpint (g_stat (other_key, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_true (g_file_set_contents (other_key, "short", -1, NULL));
  g_assert_null (pb_seal_new (other_key, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
}

static void
test_second_server (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PbData) other = pb_data_open (f->folder, &error);

  g_assert_no_error (error);
  g_assert_true (pb_data_lock (f->data, &error));
  g_assert_false (pb_data_lock (other, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
}

static void
test_migrations (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *path = g_build_filename (f->folder, "new.db", NULL);
  g_autoptr (GError) error = NULL;
  PbStore *store = pb_store_new (path, &error);
  gint version;
  sqlite3 *db;

  g_assert_no_error (error);
  version = pb_store_get_version (store);
  g_assert_cmpint (version, >=, 1);
  pb_store_unref (store);
  /* Again: nothing to do. */
  store = pb_store_new (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pb_store_get_version (store), ==, version);
  pb_store_unref (store);

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db, "PRAGMA user_version = 9999", NULL, NULL, NULL), ==,
      SQLITE_OK);
  sqlite3_close (db);
  g_assert_null (pb_store_new (path, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_NEWER);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path,
      "this is no database, but it is long enough to be taken for one", -1,
      NULL));
  g_assert_null (pb_store_new (path, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_DATABASE);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
#define ADD(path, func) \
  g_test_add (path, PbTestRecording, NULL, pb_test_recording_set_up, func, \
      pb_test_recording_tear_down)
  ADD ("/recorder/segments-and-index", test_records);
  ADD ("/recorder/recovers-after-a-crash", test_recovers);
  ADD ("/recorder/says-that-it-has-no-folder", test_no_folder);
  ADD ("/recorder/says-that-the-disk-is-full", test_disk_full);
  ADD ("/recorder/index-has-the-rows-utc-and-lap", test_rows);
  g_test_add ("/recorder/index-has-the-pictures-rows", PbTestRecording,
      GINT_TO_POINTER (1), pb_test_recording_set_up, test_rows,
      pb_test_recording_tear_down);
  ADD ("/recorder/telemetry-is-cut-at-key-units", test_cut_at_key_unit);
  ADD ("/recorder/recovers-the-rows-utc", test_recovers_utc);
  ADD ("/recorder/goes-on-when-there-is-room-again", test_disk_full_and_again);
  ADD ("/store/devices", test_devices);
  ADD ("/store/passphrases-are-sealed", test_sealed);
  ADD ("/store/one-server-a-folder", test_second_server);
  ADD ("/store/migrations", test_migrations);
  return g_test_run ();
}
