/* SPDX-License-Identifier: LGPL-2.1-or-later
 * ibt-dump as a person runs it: test-ibt-dump PROGRAM [--tap]. */
#include "../lib/pb-test-sim.h"

#include <glib/gstdio.h>
#include <string.h>

static const gchar *program;

/* Runs it on a file of @rows rows; @args may be NULL. */
static gint
run (guint rows, gsize cut, const gchar *args, gchar **out, gchar **err)
{
  g_autoptr (GByteArray) file = pb_test_sim_file (rows, cut == 0);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = NULL;
  g_auto (GStrv) words = NULL;
  g_autofree gchar *line = NULL;
  gint fd = g_file_open_tmp ("pitbox-XXXXXX.ibt", &path, &error);
  gint status;

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (
      path, (const gchar *) file->data, (gssize) (file->len - cut), NULL));
  line = g_strdup_printf ("%s %s %s", program, args, path);
  g_assert_true (g_spawn_command_line_sync (line, out, err, &status, &error));
  g_assert_no_error (error);
  g_unlink (path);
  return g_spawn_check_wait_status (status, NULL) ? 0 : 1;
}

static void
expect (guint rows, gsize cut, const gchar *args, gint code,
    const gchar *on_out, const gchar *on_err)
{
  g_autofree gchar *out = NULL, *err = NULL;

  g_assert_cmpint (run (rows, cut, args, &out, &err), ==, code);
  if (strstr (out, on_out) == NULL || strstr (err, on_err) == NULL)
    g_error ("%s: '%s' or '%s' not in '%s' and '%s'", args, on_out, on_err, out,
        err);
}

static void
says_what_a_file_is (void)
{
  expect (7, 0, "", 0, "rows            7 of 340 bytes at 60 Hz", "");
  expect (7, 0, "", 0, "started         2025-01-30T16:09:29Z", "");
  expect (7, 5, "", 0, "not finished    the header says 0 rows; 335", "");
  expect (0, 0, "", 0, "rows            0 of", "");
  expect (7, 0, "--vars", 0, "N\xc3\xbcrburg", "");
  expect (7, 0, "--session", 0, " TrackName: ring\n", "");
  expect (7, 0, "--help", 0, "--fields", "");
}

static void
prints_rows (void)
{
  expect (7, 0, "--fields SessionTick,Lat", 0,
      "row,SessionTick,Lat\n0,1000,1000\n1,1001,1001\n", "");
  expect (7, 0, "--fields SessionTick --from 2 --every 3", 0,
      "row,SessionTick\n2,1002\n5,1005\n", "");
  expect (7, 0, "--fields Probe,IsOnTrack --json -n 1", 0,
      "{\"row\":0,\"Probe\":[1000,1000],\"IsOnTrack\":true}\n", "");
  expect (7, 0, "--fields LatAccel_ST -n 0", 0, "row,LatAccel_ST.0,", "");
  expect (7, 0, "--fields SessionTick --from 99", 0, "SessionTick\n", "");
}

static void
refuses_in_words (void)
{
  expect (7, 0, "--fields Nope", 1, "", "no variable Nope");
  expect (7, 0, "--every 0", 1, "", "see --help");
  expect (7, 0, "/nonexistent", 1, "", "one FILE");
  expect (1, 2000, "", 1, "", "ends too early");
}

int
main (int argc, char **argv)
{
  g_assert_cmpint (argc, >, 1);
  program = argv[1];
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ibt-dump/summary", says_what_a_file_is);
  g_test_add_func ("/ibt-dump/rows", prints_rows);
  g_test_add_func ("/ibt-dump/refuses", refuses_in_words);
  return g_test_run ();
}
