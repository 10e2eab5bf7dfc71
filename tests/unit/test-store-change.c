/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Changes wait for nobody for long; tables of older versions are brought to
 * this one. */
#include <sqlite3.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-wait.h"
#include "store/pb-devices.h"
#include "store/pb-people.h"
#include "store/pb-readers.h"

enum { QUEUED, WRITING, LET_GO };

static gboolean
write_until_let_go (PbStore *store, gpointer stage, GError **error)
{
  g_atomic_int_set ((gint *) stage, WRITING);
  pb_test_wait_until (g_atomic_int_get ((gint *) stage) == LET_GO);
  return TRUE;
}

static void
keep (gpointer stage)
{
}

/* Another process has the database for itself: the main thread is told so
 * soon. */
static void
test_change_does_not_wait (PbTestRecording *f, gconstpointer unused)
{
  PbStore *store = f->data->store;
  g_autofree gchar *path = pb_test_recording_dup_db_path (f);
  g_autoptr (GError) error = NULL;
  gint stage = QUEUED;
  sqlite3 *db;

  /* The writer's thread has the store's lock in its hand. */
  pb_store_queue (store, write_until_let_go, &stage, keep);
  pb_test_wait_until (g_atomic_int_get (&stage) == WRITING);
  g_assert_false (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_atomic_int_set (&stage, LET_GO);
  pb_test_wait_until (pb_store_get_waiting (store) == 0);
  /* Nobody has it, but another process the file. */
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_false (pb_store_begin_change (store, PB_STORE_BRIEFLY_MS, &error));
  g_assert_error (error, PB_STORE_ERROR, PB_STORE_ERROR_BUSY);
  sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  sqlite3_close (db);
}

/* What a server of version 2 left behind. */
static void
test_migration (PbTestRecording *f, gconstpointer unused)
{
  g_autofree gchar *path = g_build_filename (f->folder, "old.db", NULL);
  g_autofree gchar *one = NULL, *two = NULL;
  g_autoptr (GPtrArray) devices = NULL, readers = NULL, sessions = NULL;
  g_autoptr (GPtrArray) teams = NULL;
  g_autoptr (PbStore) store = NULL;
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  g_assert_true (
      g_file_get_contents (MIGRATIONS_DIR "/001-base.sql", &one, NULL, &error));
  g_assert_true (g_file_get_contents (
      MIGRATIONS_DIR "/002-readers.sql", &two, NULL, &error));
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, one, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, two, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_exec (db,
          "INSERT INTO drivers VALUES ('car07', 'car07', 5);"
          "INSERT INTO devices VALUES ('pc', 'car07', x'00', 6);"
          "INSERT INTO readers VALUES ('tv', '', x'00', 7);"
          "INSERT INTO sessions (id, driver_id, device, started_utc_us) "
          "VALUES ('s1', 'car07', 'pc', 8);"
          "PRAGMA user_version = 2",
          NULL, NULL, NULL),
      ==, SQLITE_OK);
  sqlite3_close (db);
  store = pb_store_new (path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (pb_store_get_version (store), >=, 3);
  devices = pb_store_list_devices (store, NULL, &error);
  g_assert_cmpuint (devices->len, ==, 1);
  g_assert_cmpstr (((PbDevice *) devices->pdata[0])->team, ==, "default");
  readers = pb_store_list_readers (store, NULL, &error);
  g_assert_cmpstr (((PbReader *) readers->pdata[0])->team, ==, "default");
  sessions =
      pb_store_list_sessions (store, "default", NULL, G_MAXINT64, 9, &error);
  g_assert_cmpuint (sessions->len, ==, 1);
  g_ptr_array_unref (sessions);
  sessions = pb_store_list_sessions (store, "red", NULL, G_MAXINT64, 9, &error);
  g_assert_cmpuint (sessions->len, ==, 0);
  teams = pb_store_list_teams (store, &error);
  g_assert_cmpuint (teams->len, ==, 1);
  g_assert_cmpint (((PbTeam *) teams->pdata[0])->created_utc_us, >,
      G_GINT64_CONSTANT (1600000000000000));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) \
  g_test_add (path, PbTestRecording, NULL, pb_test_recording_set_up, func, \
      pb_test_recording_tear_down)
  ADD ("/identity/change-does-not-wait", test_change_does_not_wait);
  ADD ("/identity/migration-from-2", test_migration);
  return g_test_run ();
}
