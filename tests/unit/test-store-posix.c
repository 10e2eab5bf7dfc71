/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The store's writer: another process holds the database up, its disk takes
 * nothing, its file is taken away. Nobody waits, and nothing recorded is lost. */
#include <glib/gstdio.h>
#include <gst/gst.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-wait.h"
#include "recording/pb-recovery.h"
#include "recording/pb-segment-file.h"

/* Key pictures and the telemetry unit before the first, of make_stream(). */
#define N_SECONDS 25
#define N_KEYS 26
#define N_SEGMENTS 3

static GLogWriterOutput
be_quiet (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  return G_LOG_WRITER_HANDLED;
}

static gchar *
dup_db_path (PbTestRecording *f)
{
  return g_build_filename (f->folder, "pitbox.db", NULL);
}

/* As `sqlite3 pitbox.db "BEGIN EXCLUSIVE"` in another process. */
static sqlite3 *
hold_up (PbTestRecording *f)
{
  g_autofree gchar *path = dup_db_path (f);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
  return db;
}

static void
let_go (sqlite3 *db)
{
  g_assert_cmpint (
      sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static void
wait_for_trouble (PbTestRecording *f, const gchar *words)
{
  g_autofree gchar *trouble = NULL;

  pb_test_wait_until ((trouble = pb_store_dup_trouble (f->data->store)));
  g_assert_nonnull (strstr (trouble, words));
}

static PbSessionLog *
open_log (PbTestRecording *f, const gchar *id)
{
  return pb_session_log_new (
      f->data->store, id, "car07", "pc", g_get_real_time ());
}

/* All of a stream, as if it had come in one moment. */
static PbSessionLog *
record_all (PbTestRecording *f)
{
  PbSessionLog *log = open_log (f, "s1");
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  PbRecorder *recorder = pb_recorder_new (log, folder, NULL);
  PbTestTs ts;

  pb_test_recording_make_stream (&ts, N_SECONDS);
  pb_test_recording_push (recorder, ts.out);
  pb_recorder_close (recorder);
  pb_test_ts_clear (&ts);
  return log;
}

static PbSessionRow *
find_session (PbTestRecording *f, const gchar *id)
{
  g_autoptr (GError) error = NULL;
  PbSessionRow *row = pb_store_find_session (f->data->store, id, &error);

  g_assert_no_error (error);
  return row;
}

static void
open_again (PbTestRecording *f)
{
  g_autoptr (GError) error = NULL;

  f->data = pb_data_open (f->folder, &error);
  g_assert_no_error (error);
}

static void
recover (PbTestRecording *f, guint n_open_wanted, guint n_unknown_wanted)
{
  g_autoptr (GError) error = NULL;
  guint n_open, n_unknown;

  g_assert_true (pb_recovery_run (
      f->data->store, f->data->recordings, &n_open, &n_unknown, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_open, ==, n_open_wanted);
  g_assert_cmpuint (n_unknown, ==, n_unknown_wanted);
}

/* A whole session while nothing can be written: no call waits, and all of it
 * stands there once the other process lets go. */
static void
test_held_up (PbTestRecording *f, gconstpointer unused)
{
  sqlite3 *other = hold_up (f);
  g_autoptr (PbSessionLog) log = record_all (f);
  const PbLapRow lap = {
    .lap = 3, .start_utc_us = 5, .time_s = 61.5, .valid = TRUE
  };
  g_autoptr (PbSessionRow) row = NULL;
  g_autoptr (GArray) laps = NULL;
  g_autofree gchar *trouble = NULL;

  pb_session_log_describe (log, "video", "a car", "7", "a track");
  pb_session_log_put_lap (log, &lap);
  pb_session_log_close (log, 9000000, "it has left");
  wait_for_trouble (f, "another process holds the database up");
  /* All five are waiting: whoever had called waited for none. */
  g_assert_cmpuint (pb_store_get_waiting (f->data->store), ==, 5);
  let_go (other);
  pb_test_recording_wait_for_store (f);
  trouble = pb_session_log_dup_trouble (log);
  g_assert_null (trouble);
  row = find_session (f, "s1");
  g_assert_cmpstr (row->end_reason, ==, "it has left");
  g_assert_cmpstr (row->track, ==, "a track");
  pb_test_recording_assert_index (f, row->pk, N_SEGMENTS, N_KEYS);
  laps = pb_store_list_laps (f->data->store, row->pk, NULL);
  g_assert_cmpuint (laps->len, ==, 1);
}

/* The disk takes no byte more: a session waits, and goes in when it does. */
static void
test_disk_takes_nothing (PbTestRecording *f, gconstpointer unused)
{
  struct rlimit limit, none = { 0 };
  g_autoptr (PbSessionLog) log = NULL;
  g_autoptr (PbSessionRow) row = NULL;

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  none.rlim_max = limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  log = open_log (f, "s1");
  pb_session_log_close (log, 9000000, "it has left");
  wait_for_trouble (f, "cannot be written");
  g_assert_cmpuint (pb_store_get_waiting (f->data->store), ==, 2);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  pb_test_recording_wait_for_store (f);
  row = find_session (f, "s1");
  g_assert_cmpstr (row->end_reason, ==, "it has left");
}

/* The server stops while the database is held up: it does not wait, and the
 * next start has the session from its files, every line of it. */
static void
test_stopped_while_held_up (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (PbSessionRow) row = NULL;
  sqlite3 *other = hold_up (f);
  PbSessionLog *log = record_all (f);
  gint64 began = g_get_monotonic_time ();

  pb_session_log_close (log, 9000000, "the server stops");
  pb_session_log_unref (log);
  pb_data_close (f->data);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 20 * G_USEC_PER_SEC);
  let_go (other);
  open_again (f);
  recover (f, 0, 1);
  row = find_session (f, "s1");
  g_assert_nonnull (strstr (row->end_reason, "found among the recordings"));
  g_assert_cmpint (row->ended_utc_us, !=, 0);
  pb_test_recording_assert_index (f, row->pk, N_SEGMENTS, N_KEYS);
  recover (f, 0, 0);
}

/* A whole index was never written, its opening was: the next start makes it. */
static void
test_index_given_up (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (PbSessionLog) log = open_log (f, "s1");
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  g_autofree gchar *trouble = NULL;
  g_autoptr (PbSessionRow) row = NULL;
  PbRecorder *recorder;
  PbTestTs ts;

  pb_test_recording_wait_for_store (f);
  pb_session_log_give_up (log);
  recorder = pb_recorder_new (log, folder, NULL);
  pb_test_recording_make_stream (&ts, N_SECONDS);
  pb_test_recording_push (recorder, ts.out);
  pb_recorder_close (recorder);
  pb_session_log_close (log, 9000000, "it has left");
  trouble = pb_session_log_dup_trouble (log);
  g_assert_nonnull (strstr (trouble, "next start"));
  pb_test_recording_wait_for_store (f);
  row = find_session (f, "s1");
  g_assert_cmpint (row->ended_utc_us, ==, 0);
  recover (f, 1, 0);
  pb_test_recording_assert_index (f, row->pk, N_SEGMENTS, N_KEYS);
  pb_test_ts_clear (&ts);
}

/* More waits than may: what is left out is not half written. */
static void
test_queue_overflows (PbTestRecording *f, gconstpointer unused)
{
  const PbLapRow lap = { .lap = 1, .start_utc_us = 5 };
  sqlite3 *other = hold_up (f);
  g_autoptr (PbSessionLog) log = record_all (f);
  g_autoptr (PbSessionRow) row = NULL;

  for (guint i = 0; i < 5000; i++)
    pb_session_log_put_lap (log, &lap);
  g_assert_cmpuint (pb_store_get_waiting (f->data->store), ==, 4096);
  pb_session_log_close (log, 9000000, "it has left");
  let_go (other);
  pb_test_recording_wait_for_store (f);
  row = find_session (f, "s1");
  g_assert_cmpint (row->ended_utc_us, ==, 0);
  recover (f, 1, 0);
  pb_test_recording_assert_index (f, row->pk, N_SEGMENTS, N_KEYS);
}

/* kill -9 between two commits: the segment before the newest is closed, its
 * last line was waiting for its row. */
static void
test_line_that_waited (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (PbSessionLog) log = record_all (f);
  g_autofree gchar *path = dup_db_path (f);
  g_autoptr (PbSessionRow) row = NULL;
  sqlite3 *db;

  pb_test_recording_wait_for_store (f);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db,
          "DELETE FROM points WHERE segment = 2; UPDATE segments SET closed = "
          "0 "
          "WHERE n = 2; DELETE FROM points WHERE segment = 1 AND byte = "
          "(SELECT max(byte) FROM points WHERE segment = 1)",
          NULL, NULL, NULL),
      ==, SQLITE_OK);
  sqlite3_close (db);
  recover (f, 1, 0);
  row = find_session (f, "s1");
  pb_test_recording_assert_index (f, row->pk, N_SEGMENTS, N_KEYS);
}

static void
test_file_deleted (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *path = dup_db_path (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbSessionRow) row = NULL;

  g_assert_cmpint (g_remove (path), ==, 0);
  /* Nobody writes: it looks by itself. */
  wait_for_trouble (f, "deleted or replaced");
  g_assert_null (pb_store_find_session (f->data->store, "s1", &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_GONE);
  pb_session_log_unref (record_all (f));
  pb_data_close (f->data);
  open_again (f);
  recover (f, 0, 1);
  row = find_session (f, "s1");
  pb_test_recording_assert_index (f, row->pk, N_SEGMENTS, N_KEYS);
}

static void
copy (const gchar *from, const gchar *to)
{
  g_autofree gchar *content = NULL;
  gsize size;
  FILE *out;

  g_assert_true (g_file_get_contents (from, &content, &size, NULL));
  /* As cp does: into the file that is there. */
  out = g_fopen (to, "wb");
  g_assert_cmpuint (fwrite (content, 1, size, out), ==, size);
  g_assert_cmpint (fclose (out), ==, 0);
}

static void
assert_sound (const gchar *path)
{
  sqlite3_stmt *stmt;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_prepare_v2 (db, "PRAGMA integrity_check", -1, &stmt, NULL), ==,
      SQLITE_OK);
  g_assert_cmpint (sqlite3_step (stmt), ==, SQLITE_ROW);
  g_assert_cmpstr ((const gchar *) sqlite3_column_text (stmt, 0), ==, "ok");
  sqlite3_finalize (stmt);
  sqlite3_close (db);
}

/* A backup is put in place of the database while the server runs: our log is
 * kept out of it, and the next start has both, what is in the backup and what
 * was recorded since. */
static void
test_file_overwritten (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *path = dup_db_path (f);
  g_autofree gchar *backup = g_build_filename (f->folder, "backup", NULL);
  g_autoptr (PbSessionRow) row = NULL, old = NULL;
  g_autoptr (PbSessionLog) early = open_log (f, "early");

  pb_session_log_close (early, 9000000, "of the backup");
  pb_data_close (f->data);
  copy (path, backup);
  open_again (f);
  pb_session_log_unref (record_all (f));
  pb_test_recording_wait_for_store (f);
  /* What was recorded is in the file itself, no longer in the log alone. */
  pb_data_close (f->data);
  open_again (f);
  pb_session_log_unref (open_log (f, "in-the-log"));
  pb_test_recording_wait_for_store (f);

  copy (backup, path);
  wait_for_trouble (f, "overwritten");
  pb_session_log_unref (open_log (f, "too-late"));
  pb_test_recording_wait_for_store (f);
  pb_data_close (f->data);
  assert_sound (path);
  open_again (f);
  recover (f, 0, 1);
  row = find_session (f, "s1");
  pb_test_recording_assert_index (f, row->pk, N_SEGMENTS, N_KEYS);
  old = find_session (f, "early");
  g_assert_cmpstr (old->end_reason, ==, "of the backup");
  assert_sound (path);
}

/* Another process that works with the database as one should is no reason. */
static void
test_others_may_write (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *path = dup_db_path (f);
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  for (guint i = 0; i < 20; i++) {
    g_autofree gchar *id = g_strdup_printf ("s-%u", i);
    g_autoptr (PbSessionLog) log = open_log (f, id);
    gchar *trouble;

    g_assert_cmpint (
        sqlite3_exec (db,
            i % 3 == 0   ? "INSERT INTO drivers (id, name, created_utc_us) "
                           "VALUES (hex(randomblob(9)), "
                           "zeroblob(20000), 1)"
            : i % 3 == 1 ? "DELETE FROM drivers"
                         : "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)",
            NULL, NULL, NULL),
        ==, SQLITE_OK);
    pb_test_recording_wait_for_store (f);
    trouble = pb_store_dup_trouble (f->data->store);
    g_assert_null (trouble);
  }
  sqlite3_close (db);
}

/* A sender that comes and goes and sends nothing. */
static void
test_empty_sessions_are_few (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (PbSessionLog) recorded = record_all (f);

  pb_session_log_close (recorded, 9000000, "it has left");
  for (guint i = 0; i < 100; i++) {
    g_autofree gchar *id = g_strdup_printf ("s-%u", i);
    g_autoptr (PbSessionLog) log =
        pb_session_log_new (f->data->store, id, "car07", "pc", 1000 + i);

    pb_session_log_close (log, 9000000 + i, "nothing came");
  }
  pb_test_recording_wait_for_store (f);
  rows = pb_store_list_sessions (
      f->data->store, NULL, "car07", G_MAXINT64, 500, NULL);
  g_assert_cmpuint (rows->len, ==, 21);
  g_assert_cmpstr (((PbSessionRow *) rows->pdata[0])->id, ==, "s1");
  g_assert_cmpstr (((PbSessionRow *) rows->pdata[1])->id, ==, "s-99");
  g_assert_cmpstr (((PbSessionRow *) rows->pdata[20])->id, ==, "s-80");
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (be_quiet, NULL, NULL);
#define ADD(path, func) \
  g_test_add (path, PbTestRecording, NULL, pb_test_recording_set_up, func, \
      pb_test_recording_tear_down)
  ADD ("/store/nobody-waits-while-it-is-held-up", test_held_up);
  ADD ("/store/goes-on-when-the-disk-takes-it", test_disk_takes_nothing);
  ADD ("/store/stopped-while-it-is-held-up", test_stopped_while_held_up);
  ADD ("/store/index-that-was-given-up", test_index_given_up);
  ADD ("/store/queue-overflows", test_queue_overflows);
  ADD ("/store/line-that-waited-for-its-row", test_line_that_waited);
  ADD ("/store/file-deleted", test_file_deleted);
  ADD ("/store/file-overwritten", test_file_overwritten);
  ADD ("/store/others-may-write", test_others_may_write);
  ADD ("/store/empty-sessions-are-few", test_empty_sessions_are_few);
  return g_test_run ();
}
