/* SPDX-License-Identifier: LGPL-2.1-or-later
 * When the agent is started again; log files that keep their limit. */
#include "keeper/pb-keeper.h"
#include "keeper/pb-pulse.h"
#include "keeper/pb-watch.h"
#include "pb-log-file.h"

#include <glib/gstdio.h>
#include <string.h>

#ifdef G_OS_UNIX
#include <unistd.h>
#endif

#define CRASHED 0xc0000005u

static void
test_an_end_that_is_meant_is_one (void)
{
  PbKeeperState state = { 0 };
  guint delay_ms;

  g_assert_false (pb_keeper_decide (&state, 0, 10, 0.5, &delay_ms));
  g_assert_false (pb_keeper_decide (&state, 2, 10, 0.5, &delay_ms));
  g_assert_cmpuint (state.failures, ==, 0);
}

static void
test_a_crash_is_followed_by_a_start (void)
{
  static const guint expected[] = { 250, 500, 1000, 2000, 4000, 8000, 16000,
    30000, 30000 };
  PbKeeperState state = { 0 };
  guint delay_ms;

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    g_assert_true (pb_keeper_decide (
        &state, i % 2 != 0 ? CRASHED : 1, 59999, 0.5, &delay_ms));
    g_assert_cmpuint (delay_ms, ==, expected[i]);
  }
  g_assert_true (pb_keeper_decide (&state, CRASHED, 60000, 0.5, &delay_ms));
  g_assert_cmpuint (delay_ms, ==, 250);
}

#define LIMIT_S 60

/* Looks until it hangs, each @interval_s after the one before. */
static guint
count_silent_looks (PbWatch *watch, gint64 *now_us, gint64 interval_s)
{
  for (guint n = 1; n <= 100; n++) {
    *now_us += interval_s * (gint64) G_USEC_PER_SEC;
    if (pb_watch_look (watch, watch->beats, *now_us, LIMIT_S))
      return n;
  }
  return 0;
}

static void
test_an_agent_that_says_nothing_hangs (void)
{
  PbWatch watch = { 0 };
  gint64 now_us = 5 * G_USEC_PER_SEC;

  g_assert_cmpuint (pb_watch_get_interval_ms (LIMIT_S), ==, 10000);
  g_assert_cmpuint (pb_watch_get_interval_ms (10), ==, 1666);
  g_assert_cmpuint (pb_watch_get_interval_ms (3600), ==, 10000);
  for (guint i = 1; i <= 20; i++, now_us += 10 * G_USEC_PER_SEC)
    g_assert_false (pb_watch_look (&watch, i, now_us, LIMIT_S));
  now_us -= 10 * G_USEC_PER_SEC;
  g_assert_cmpuint (count_silent_looks (&watch, &now_us, 10), ==, 6);
}

static void
test_a_first_start_has_longer (void)
{
  PbWatch watch = { 0 };
  gint64 now_us = 5 * G_USEC_PER_SEC;

  /* The first look knows no time before it. */
  g_assert_cmpuint (count_silent_looks (&watch, &now_us, 10), ==, 31);
}

static void
test_a_pc_that_sleeps_is_no_agent_that_hangs (void)
{
  PbWatch watch = { 0 };
  gint64 now_us = 5 * G_USEC_PER_SEC;

  g_assert_false (pb_watch_look (&watch, 1, now_us, LIMIT_S));
  for (guint i = 0; i < 5; i++)
    g_assert_false (
        pb_watch_look (&watch, 1, now_us += 10 * G_USEC_PER_SEC, LIMIT_S));
  /* Eight hours; what was silent before counts no more. */
  g_assert_false (pb_watch_look (
      &watch, 1, now_us += (gint64) 8 * 3600 * G_USEC_PER_SEC, LIMIT_S));
  g_assert_cmpuint (count_silent_looks (&watch, &now_us, 10), ==, 6);
  /* This process stood still itself, again and again. */
  g_assert_cmpuint (count_silent_looks (&watch, &now_us, 21), ==, 0);
}

static void
test_a_pulse_is_felt (void)
{
  g_autoptr (GError) error = NULL;
  PbPulse *pulse = pb_pulse_new (&error);
  guint before;

  g_assert_no_error (error);
  g_assert_cmpuint (pb_pulse_get_beats (pulse), ==, 0);
  pb_pulse_beat (); /* nobody's yet */
  g_assert_cmpuint (pb_pulse_get_beats (pulse), ==, 0);
#ifdef G_OS_UNIX
  pb_pulse_join (dup ((gint) pb_pulse_get_handle (pulse)));
  pb_pulse_beat ();
  before = pb_pulse_get_beats (pulse);
  g_assert_cmpuint (before, !=, 0);
  pb_pulse_beat ();
  g_assert_cmpuint (pb_pulse_get_beats (pulse), !=, before);
  pb_pulse_set_icon (7, 1);
  pb_pulse_begin_anew (pulse);
#else
  before = 0;
#endif
  g_assert_cmpuint (pb_pulse_get_beats (pulse), ==, 0);
  pb_pulse_free (pulse);
}

static gchar *
make_folder (void)
{
  g_autoptr (GError) error = NULL;
  gchar *folder = g_dir_make_tmp ("pb-keeper-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static void
remove_folder (const gchar *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);

    g_assert_cmpint (g_remove (path), ==, 0);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static gsize
count_bytes (const gchar *folder, guint *n_files)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const gchar *name;
  gsize bytes = 0;

  *n_files = 0;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (folder, name, NULL);
    GStatBuf about;

    g_assert_cmpint (g_stat (path, &about), ==, 0);
    bytes += (gsize) about.st_size;
    ++*n_files;
  }
  return bytes;
}

static void
test_a_log_keeps_its_limit (void)
{
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "a.log", NULL);
  g_autofree gchar *before = g_strconcat (path, ".1", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  guint n_files;

  for (guint run = 0; run < 3; run++) {
    PbLogFile *log = pb_log_file_new (path, 4000, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < 500; i++) {
      g_autofree gchar *line = g_strdup_printf ("run %u line %u", run, i);

      pb_log_file_write (log, line);
      g_assert_cmpuint (count_bytes (folder, &n_files), <=, 4000);
    }
    pb_log_file_free (log);
  }
  g_assert_cmpuint (n_files, ==, 4);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_suffix (text, "\nrun 2 line 499\n"));
  g_assert_true (g_file_test (before, G_FILE_TEST_EXISTS));
  remove_folder (folder);
}

static void
test_a_long_line_is_one_line (void)
{
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "sub", NULL);
  g_autofree gchar *name = g_build_filename (path, "a.log", NULL);
  g_autofree gchar *line = g_strnfill (5000, 'x');
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  PbLogFile *log = pb_log_file_new (name, 4000, &error);

  g_assert_no_error (error);
  pb_log_file_write (log, "first");
  pb_log_file_write (log, line);
  pb_log_file_write (log, "last");
  pb_log_file_free (log);
  g_assert_true (g_file_get_contents (name, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "last\n");
  remove_folder (path);
  remove_folder (folder);
}

#ifdef G_OS_UNIX
/* Each write to /dev/full fails as on a full disk. */
static void
test_a_full_disk_costs_lines (void)
{
  g_autofree gchar *folder = make_folder ();
  g_autofree gchar *path = g_build_filename (folder, "a.log", NULL);
  g_autofree gchar *text = NULL;
  g_autoptr (GError) error = NULL;
  PbLogFile *log;

  if (!g_file_test ("/dev/full", G_FILE_TEST_EXISTS)) {
    g_test_skip ("there is no /dev/full");
    remove_folder (folder);
    return;
  }
  g_assert_cmpint (symlink ("/dev/full", path), ==, 0);
  log = pb_log_file_new (path, 4000, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 3; i++)
    pb_log_file_write (log, "lost");
  g_assert_cmpint (g_remove (path), ==, 0);
  pb_log_file_write (log, "kept");
  pb_log_file_free (log);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (
      text, ==, "(3 lines before this one could not be written)\nkept\n");
  remove_folder (folder);
}
#endif

static void
test_no_folder_no_log (void)
{
  g_autoptr (GError) error = NULL;
  PbLogFile *log = pb_log_file_new ("/dev/null/a.log", 4000, &error);

  g_assert_null (log);
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "/dev/null/a.log"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keeper/meant-ends", test_an_end_that_is_meant_is_one);
  g_test_add_func ("/keeper/starts-again", test_a_crash_is_followed_by_a_start);
  g_test_add_func ("/watch/hangs", test_an_agent_that_says_nothing_hangs);
  g_test_add_func ("/watch/first", test_a_first_start_has_longer);
  g_test_add_func (
      "/watch/sleeps", test_a_pc_that_sleeps_is_no_agent_that_hangs);
  g_test_add_func ("/watch/pulse", test_a_pulse_is_felt);
  g_test_add_func ("/log-file/limit", test_a_log_keeps_its_limit);
  g_test_add_func ("/log-file/long-line", test_a_long_line_is_one_line);
#ifdef G_OS_UNIX
  g_test_add_func ("/log-file/full-disk", test_a_full_disk_costs_lines);
#endif
  g_test_add_func ("/log-file/no-folder", test_no_folder_no_log);
  return g_test_run ();
}
