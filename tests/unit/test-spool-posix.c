/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the agent keeps on its disk where the system refuses it: a write, a
 * descriptor; and where the PC's clock is set. */
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../lib/pb-test-spool.h"

#define NO_LIMIT \
  { \
    G_MAXUINT64, G_MAXINT64 / 2, NULL \
  }

/* It says so, and that is meant. */
static GLogWriterOutput
be_quiet (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  return G_LOG_WRITER_HANDLED;
}

/* Hours: how far the PC's clock was set, and how much time has passed. */
static gint clock_h, past_h; /* atomic */

static gint64
get_time (clockid_t clock, gint plus_h)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000
         + plus_h * G_TIME_SPAN_HOUR;
}

/* In place of GLib's, for all that is in this program. */
gint64
g_get_real_time (void)
{
  return get_time (
      CLOCK_REALTIME, g_atomic_int_get (&clock_h) + g_atomic_int_get (&past_h));
}

gint64
g_get_monotonic_time (void)
{
  return get_time (CLOCK_MONOTONIC, g_atomic_int_get (&past_h));
}

static void
set_limit (int what, rlim_t most)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (what, &limit), ==, 0);
  limit.rlim_cur = most;
  g_assert_cmpint (setrlimit (what, &limit), ==, 0);
}

static guint64
count_listed (PbSpool *spool)
{
  g_autoptr (GPtrArray) files = pb_spool_list (spool, 0);
  guint64 n = 0;

  for (guint i = 0; i < files->len; i++)
    n += pb_spool_ranges_count (((PbSpoolFile *) files->pdata[i])->rows);
  return n;
}

/* What the disk did not take is not listed, and counted as lost. */
static void
test_a_write_fails (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = NO_LIMIT;
  g_autoptr (PbSpool) spool = pb_spool_new (f->folder, &limits);
  PbSpoolStats stats;
  PbTestUnits u;

  pb_test_spool_set_up_run (&u, 1, 0);
  pb_test_spool_push_rows (spool, &u, 0, 60);
  pb_spool_flush (spool);
  pb_spool_get_stats (spool, &stats);
  set_limit (RLIMIT_FSIZE, stats.counts.bytes + 100);
  pb_test_spool_push_rows (spool, &u, 60, 120);
  pb_spool_flush (spool);
  pb_spool_get_stats (spool, &stats);
  g_assert_nonnull (stats.trouble);
  g_free (stats.trouble);
  g_assert_cmpuint (count_listed (spool), ==, 60);
  g_assert_cmpuint (stats.counts.rows, ==, 60);
  g_assert_cmpuint (stats.counts.written_rows, ==, 60);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, 60);
  /* Not even the beginning of a file. */
  set_limit (RLIMIT_FSIZE, 10);
  pb_test_spool_push_rows (spool, &u, 120, 180);
  pb_spool_flush (spool);
  g_assert_cmpuint (pb_test_spool_count_files (f), ==, 1);
  set_limit (RLIMIT_FSIZE, RLIM_INFINITY);
  pb_test_spool_push_rows (spool, &u, 180, 240);
  pb_spool_flush (spool);
  pb_spool_get_stats (spool, &stats);
  g_assert_null (stats.trouble);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, 120);
  g_assert_cmpuint (count_listed (spool), ==, 120);
  pb_test_units_tear_down (&u, NULL);
}

/* Leaves two descriptors: for the folder and its claim, and none for a file. */
static GArray *
take_descriptors (void)
{
  GArray *taken = g_array_new (FALSE, FALSE, sizeof (int));
  int fd;

  set_limit (RLIMIT_NOFILE, 64);
  while ((fd = dup (0)) >= 0)
    g_array_append_val (taken, fd);
  for (guint i = 0; i < 2; i++) {
    close (g_array_index (taken, int, taken->len - 1));
    g_array_set_size (taken, taken->len - 1);
  }
  return taken;
}

static void
give_descriptors (GArray *taken)
{
  for (guint i = 0; i < taken->len; i++)
    close (g_array_index (taken, int, i));
  g_array_unref (taken);
}

/* A file that cannot be opened now is nothing that may go. */
static void
test_a_file_that_cannot_be_opened (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = NO_LIMIT;
  g_autoptr (GByteArray) file = NULL;
  g_autofree gchar *path =
      g_build_filename (f->folder, "0000000000000001-00000001.spool", NULL);
  GArray *taken;
  PbSpool *spool;
  PbSpoolStats stats;
  PbTestUnits u;

  pb_test_spool_set_up_run (&u, 1, 0);
  file = pb_test_spool_make_file (&u, 0, 60);
  g_assert_true (
      g_file_set_contents (path, (gchar *) file->data, file->len, NULL));
  taken = take_descriptors ();
  spool = pb_spool_new (f->folder, &limits);
  pb_spool_flush (spool);
  give_descriptors (taken);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_listed (spool), ==, 0);
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.bytes, ==, file->len);
  pb_spool_free (spool);
  spool = pb_spool_new (f->folder, &limits);
  pb_spool_flush (spool);
  g_assert_cmpuint (count_listed (spool), ==, 60);
  pb_spool_free (spool);
  pb_test_units_tear_down (&u, NULL);
}

static void
push_run (PbSpool *spool, guint32 run_id)
{
  PbTestUnits u;

  pb_test_spool_set_up_run (&u, run_id, 0);
  pb_test_spool_push_rows (spool, &u, 0, 60);
  pb_spool_flush (spool);
  pb_test_units_tear_down (&u, NULL);
}

static void
assert_rows (PbSpool *spool, guint64 rows, guint64 dropped_rows)
{
  PbSpoolStats stats;

  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.rows, ==, rows);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, dropped_rows);
}

/* How old a file is the PC's clock says at the start alone: set forward it takes
 * nothing, set back it keeps nothing. */
static void
test_the_clock_is_set (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = { G_MAXUINT64, 2 * G_TIME_SPAN_HOUR, NULL };

  for (gint set_h = -24; set_h <= 24; set_h += 48) {
    PbSpool *spool = pb_spool_new (f->folder, &limits);

    pb_spool_flush (spool);
    push_run (spool, 1);
    push_run (spool, 2);
    g_atomic_int_set (&clock_h, set_h);
    push_run (spool, 3);
    assert_rows (spool, 180, 0);
    pb_spool_free (spool);
    if (set_h > 0)
      g_atomic_int_set (&clock_h, 0);
    /* Finds names of a time to come. */
    spool = pb_spool_new (f->folder, &limits);
    pb_spool_flush (spool);
    assert_rows (spool, 180, 0);
    g_atomic_int_add (&past_h, 1);
    push_run (spool, 4);
    assert_rows (spool, 240, 0);
    g_atomic_int_add (&past_h, 2);
    push_run (spool, 5);
    assert_rows (spool, 60, 240);
    g_atomic_int_set (&clock_h, 0);
    pb_spool_free (spool);
    pb_test_spool_tear_down (f, NULL);
    pb_test_spool_set_up (f, NULL);
  }
}

static gboolean
has_trouble (PbSpool *spool)
{
  PbSpoolStats stats;

  pb_spool_get_stats (spool, &stats);
  g_free (stats.trouble);
  return stats.trouble != NULL;
}

/* Two agents as one device: the second one neither sends nor removes what the
 * first one writes, and goes on with it once that one has ended. */
static void
test_two_agents (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = NO_LIMIT;
  PbSpool *first = pb_spool_new (f->folder, &limits);
  PbSpool *second;
  PbTestUnits u;

  pb_test_spool_set_up_run (&u, 1, 0);
  pb_test_spool_push_rows (first, &u, 0, 60);
  pb_spool_flush (first);
  second = pb_spool_new (f->folder, &limits);
  pb_spool_flush (second);
  g_assert_true (has_trouble (second));
  g_assert_cmpuint (count_listed (second), ==, 0);
  push_run (second, 2);
  g_assert_cmpuint (count_listed (second), ==, 0);
  pb_test_spool_push_rows (first, &u, 60, 120);
  pb_spool_flush (first);
  g_assert_cmpuint (count_listed (first), ==, 120);
  pb_spool_free (first);
  pb_spool_flush (second);
  g_assert_false (has_trouble (second));
  g_assert_cmpuint (count_listed (second), ==, 180);
  pb_spool_free (second);
  pb_test_units_tear_down (&u, NULL);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (be_quiet, NULL, NULL);
  signal (SIGXFSZ, SIG_IGN);
#define ADD(name, func) \
  g_test_add ("/spool-posix/" name, PbTestSpool, NULL, pb_test_spool_set_up, \
      func, pb_test_spool_tear_down)
  ADD ("a-write-fails", test_a_write_fails);
  ADD ("a-file-that-cannot-be-opened", test_a_file_that_cannot_be_opened);
  ADD ("the-clock-is-set", test_the_clock_is_set);
  ADD ("two-agents", test_two_agents);
  return g_test_run ();
}
