/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the agent keeps on its disk: files, their limits, what is read of them,
 * and how fast it follows. */
#include <string.h>

#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-spool.h"
#include "spool/pb-pace.h"
#include "spool/pb-spool-rows.h"
#include "spool/pb-spool.h"

#define NO_LIMIT \
  { \
    G_MAXUINT64, G_MAXINT64 / 2, NULL \
  }

/* Where it was cut off, a reader ends with the last whole message. */
static void
test_cut_anywhere (void)
{
  PbTestUnits u;
  g_autoptr (GByteArray) file = NULL;
  guint rows = 0;

  pb_test_spool_set_up_run (&u, 7, 0);
  file = pb_test_spool_make_file (&u, 0, 40);
  for (gsize size = 0; size <= file->len; size++) {
    PbSpoolReader reader;
    PbSpoolRecord record;
    guint n = 0;

    g_assert_cmpint (
        pb_spool_reader_init (&reader, file->data, size), ==, size >= 8);
    if (size < 8)
      continue;
    while (pb_spool_reader_next (&reader, &record)) {
      g_assert_cmpuint (record.span.sequence, ==, n);
      g_assert_cmpuint (record.span.run_id, ==, 7);
      n += record.span.n_rows;
    }
    g_assert_cmpuint (n, >=, rows);
    rows = n;
  }
  g_assert_cmpuint (rows, ==, 40);
  pb_test_units_tear_down (&u, NULL);
}

/* Each stretch can be decoded by who has seen nothing before it. */
static void
check_messages (PbTestUnits *u, GPtrArray *messages, const GArray *wanted)
{
  guint at = 0;
  guint32 next = 0, row = 0;
  GstPitboxDecoderItem item;

  for (guint i = 0; i < messages->len; i++) {
    const PbSpoolMessage *m = messages->pdata[i];
    guint n = 0;

    if (i == 0 || m->sequence != next) {
      row = g_array_index (wanted, GstPitboxRowRange, at++).first;
      g_clear_pointer (&u->dec, gst_pitbox_decoder_free);
      u->dec = gst_pitbox_decoder_new ();
    }
    g_assert_cmpuint (m->sequence, ==, row);
    pb_test_units_push (u->dec, m->units);
    while (gst_pitbox_decoder_next (u->dec, &item)) {
      if (item.type != GST_PITBOX_DECODER_ROW)
        continue;
      pb_test_row_fill (u->schema, row, u->row);
      g_assert_cmpmem (item.row, u->row_bytes, u->row, u->row_bytes);
      g_assert_cmpuint (item.times.tick, ==, 6000 + row);
      n++;
      row++;
    }
    g_assert_cmpuint (n, ==, m->n_rows);
    next = m->sequence + m->n_rows;
    if (i + 1 == messages->len
        || ((PbSpoolMessage *) messages->pdata[i + 1])->sequence != next) {
      const GstPitboxRowRange *r =
          &g_array_index (wanted, GstPitboxRowRange, at - 1);

      g_assert_cmpuint (row, ==, r->first + r->n_rows);
    }
  }
  g_assert_cmpuint (at, ==, wanted->len);
}

static void
test_missing_rows_are_read (void)
{
  static const GstPitboxRowRange tables[][3] = {
    { { 0, 120 } },
    { { 31, 30 } },
    { { 4, 2 }, { 7, 1 }, { 9, 3 } },
    { { 0, 1 }, { 59, 2 }, { 119, 1 } },
    { { 60, 60 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++) {
    PbTestUnits u;
    g_autoptr (GByteArray) file = NULL;
    g_autoptr (GPtrArray) messages = NULL;
    g_autoptr (GArray) wanted =
        g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));

    for (guint r = 0; r < 3 && tables[i][r].n_rows > 0; r++)
      g_array_append_val (wanted, tables[i][r]);
    pb_test_spool_set_up_run (&u, 7, 0);
    file = pb_test_spool_make_file (&u, 0, 120);
    messages = pb_spool_rows_read (file->data, file->len, wanted);
    check_messages (&u, messages, wanted);
    pb_test_units_tear_down (&u, NULL);
  }
}

static void
test_numbers_wrap (void)
{
  g_autoptr (GArray) ranges =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  const GstPitboxRowRange *r;

  pb_spool_ranges_add (ranges, G_MAXUINT32 - 5, 4);
  pb_spool_ranges_add (ranges, G_MAXUINT32 - 1, 4);
  pb_spool_ranges_add (ranges, 2, 3);
  g_assert_cmpuint (ranges->len, ==, 2);
  r = &g_array_index (ranges, GstPitboxRowRange, 0);
  g_assert_cmpuint (r->first, ==, G_MAXUINT32 - 5);
  g_assert_cmpuint (r->n_rows, ==, 6);
  r = &g_array_index (ranges, GstPitboxRowRange, 1);
  g_assert_cmpuint (r->first, ==, 0);
  g_assert_cmpuint (r->n_rows, ==, 5);
  g_assert_cmpuint (pb_spool_ranges_count (ranges), ==, 11);
  g_assert_true (pb_spool_ranges_touch (ranges, G_MAXUINT32, 1));
  g_assert_false (pb_spool_ranges_touch (ranges, 5, 100));
}

/* The server lists so many gaps and no more: what is behind them is not let
 * go. */
static void
test_a_full_answer_is_not_all (void)
{
  g_autoptr (GArray) lack =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  g_autoptr (GArray) rows =
      g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
  const GstPitboxRowRange behind = { 10 * GST_PITBOX_BACKFILL_MAX_RANGES, 60 };

  g_array_append_val (rows, behind);
  for (guint n = 1; n < GST_PITBOX_BACKFILL_MAX_RANGES; n++) {
    const GstPitboxRowRange gap = { 10 * n, 5 };

    g_array_append_val (lack, gap);
  }
  g_assert_false (pb_spool_ranges_are_missed (rows, lack));
  g_array_prepend_val (lack, ((GstPitboxRowRange[]){ { 0, 5 } })[0]);
  g_assert_true (pb_spool_ranges_are_missed (rows, lack));
  g_array_index (rows, GstPitboxRowRange, 0) = (GstPitboxRowRange){ 25, 5 };
  g_assert_false (pb_spool_ranges_are_missed (rows, lack));
  g_array_index (rows, GstPitboxRowRange, 0) = (GstPitboxRowRange){ 25, 6 };
  g_assert_true (pb_spool_ranges_are_missed (rows, lack));
}

static void
copy_files (const gchar *from, const gchar *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (from, name, NULL);
    g_autofree gchar *copy = g_build_filename (to, name, NULL);
    g_autofree gchar *data = NULL;
    gsize size;

    g_assert_true (g_file_get_contents (path, &data, &size, NULL));
    g_assert_true (g_file_set_contents (copy, data, (gssize) size, NULL));
  }
}

/* Each run has files of its own; another spool finds them, with the rows of
 * one that was not closed. */
static void
test_finds_what_was_left (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = NO_LIMIT;
  PbSpool *killed = pb_spool_new (f->folder, &limits);
  PbTestSpool left;
  g_autoptr (PbSpool) spool = NULL;
  g_autoptr (GPtrArray) files = NULL;
  PbSpoolStats stats;

  pb_test_spool_set_up (&left, NULL);
  for (guint run = 1; run <= 3; run++) {
    PbTestUnits u;

    pb_test_spool_set_up_run (&u, run, 0);
    pb_test_spool_push_rows (killed, &u, 0, 60);
    pb_test_units_tear_down (&u, NULL);
  }
  pb_spool_flush (killed);
  copy_files (f->folder, left.folder);
  spool = pb_spool_new (left.folder, &limits);
  pb_spool_flush (spool);
  files = pb_spool_list (spool, 0);
  g_assert_cmpuint (files->len, ==, 3);
  for (guint i = 0; i < 3; i++) {
    const PbSpoolFile *file = files->pdata[i];

    g_assert_cmpuint (file->run_id, ==, i + 1);
    g_assert_cmpuint (pb_spool_ranges_count (file->rows), ==, 60);
    g_assert_false (file->is_open);
    pb_spool_forget (spool, file->path);
  }
  g_assert_cmpuint (pb_test_spool_count_files (&left), ==, 0);
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.files, ==, 0);
  g_assert_cmpuint (stats.counts.bytes, ==, 0);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, 0);
  g_clear_pointer (&spool, pb_spool_free);
  pb_test_spool_tear_down (&left, NULL);
  pb_spool_free (killed);
}

/* Rows that were just made may be on their way to the server. */
static void
test_young_rows_are_not_listed (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = NO_LIMIT;
  g_autoptr (PbSpool) spool = pb_spool_new (f->folder, &limits);
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) files = NULL;
  const PbSpoolFile *file;
  PbTestUnits u;

  pb_test_spool_set_up_run (&u, 1, 0);
  pb_test_spool_push_rows (spool, &u, 0, 40);
  pb_spool_flush (spool);
  none = pb_spool_list (spool, G_TIME_SPAN_HOUR);
  g_assert_cmpuint (none->len, ==, 0);
  files = pb_spool_list (spool, 0);
  g_assert_cmpuint (files->len, ==, 1);
  file = files->pdata[0];
  g_assert_true (file->is_open);
  g_assert_cmpuint (pb_spool_ranges_count (file->rows), ==, 40);
  /* The open one stays. */
  pb_spool_forget (spool, file->path);
  g_assert_cmpuint (pb_test_spool_count_files (f), ==, 1);
  pb_test_units_tear_down (&u, NULL);
}

static void
test_the_oldest_go (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = { 30000, G_MAXINT64 / 2, NULL };
  g_autoptr (PbSpool) spool = pb_spool_new (f->folder, &limits);
  g_autoptr (GPtrArray) files = NULL;
  PbSpoolStats stats;

  for (guint run = 1; run <= 8; run++) {
    PbTestUnits u;

    pb_test_spool_set_up_run (&u, run, 0);
    pb_test_spool_push_rows (spool, &u, 0, 60);
    pb_test_units_tear_down (&u, NULL);
    pb_spool_flush (spool);
  }
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.bytes, <=, 30000);
  g_assert_cmpuint (stats.counts.dropped_rows, >, 0);
  g_assert_cmpuint (stats.counts.dropped_rows + stats.counts.rows, ==, 8 * 60);
  g_assert_cmpuint (stats.counts.files, ==, pb_test_spool_count_files (f));
  files = pb_spool_list (spool, 0);
  g_assert_cmpuint (
      ((PbSpoolFile *) files->pdata[files->len - 1])->run_id, ==, 8);
}

static void
test_too_old_ones_go (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = { G_MAXUINT64, G_TIME_SPAN_HOUR, NULL };
  g_autofree gchar *old =
      g_build_filename (f->folder, "0000000000000001-00000001.spool", NULL);
  g_autofree gchar *garbage =
      g_build_filename (f->folder, "0000000000000002-00000001.spool", NULL);
  g_autoptr (PbSpool) spool = NULL;
  g_autoptr (GByteArray) file = NULL;
  PbSpoolStats stats;
  PbTestUnits u;

  pb_test_spool_set_up_run (&u, 1, 0);
  file = pb_test_spool_make_file (&u, 0, 60);
  g_assert_true (
      g_file_set_contents (old, (gchar *) file->data, file->len, NULL));
  g_assert_true (g_file_set_contents (garbage, "PBSPOOL1 no", -1, NULL));
  spool = pb_spool_new (f->folder, &limits);
  pb_test_spool_push_rows (spool, &u, 60, 120);
  pb_spool_flush (spool);
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, 60);
  g_assert_cmpuint (stats.counts.files, ==, 1);
  g_assert_cmpuint (pb_test_spool_count_files (f), ==, 1);
  pb_test_units_tear_down (&u, NULL);
}

static gint room_mb; /* atomic */
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
get_room (const gchar *folder, guint64 *free_bytes)
{
  *free_bytes = (guint64) g_atomic_int_get (&room_mb) * 1000 * 1000;
  return TRUE;
}

/* It says so once, and goes on by itself. */
static void
test_a_full_disk (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = { G_MAXUINT64, G_MAXINT64 / 2, get_room };
  g_autoptr (PbSpool) spool = NULL;
  PbSpoolStats stats;
  PbTestUnits u;

  g_atomic_int_set (&room_mb, 1);
  spool = pb_spool_new (f->folder, &limits);
  pb_test_spool_set_up_run (&u, 1, 0);
  pb_test_spool_push_rows (spool, &u, 0, 60);
  pb_spool_flush (spool);
  g_assert_cmpint (g_atomic_int_get (&warnings), ==, 1);
  pb_spool_get_stats (spool, &stats);
  g_assert_nonnull (stats.trouble);
  g_assert_cmpuint (stats.counts.dropped_rows, ==, 60);
  g_assert_cmpuint (pb_test_spool_count_files (f), ==, 0);
  g_free (stats.trouble);
  g_atomic_int_set (&room_mb, 1000);
  pb_test_spool_push_rows (spool, &u, 60, 120);
  pb_spool_flush (spool);
  pb_spool_get_stats (spool, &stats);
  g_assert_null (stats.trouble);
  g_assert_cmpuint (stats.counts.rows, ==, 60);
  pb_test_units_tear_down (&u, NULL);
}

static GMutex held; /* the spool's thread waits for it */
static gint is_held; /* atomic: it has come there */

static gboolean
wait_for_room (const gchar *folder, guint64 *free_bytes)
{
  g_atomic_int_set (&is_held, TRUE);
  g_mutex_lock (&held);
  g_mutex_unlock (&held);
  *free_bytes = G_MAXUINT64;
  return TRUE;
}

/* While the disk holds its thread up, more comes than waits: each row is kept
 * or counted. */
static void
test_lost_rows_are_counted (PbTestSpool *f, gconstpointer unused)
{
  const PbSpoolLimits limits = { G_MAXUINT64, G_MAXINT64 / 2, wait_for_room };
  const guint n_first = 60, n_rows = 10000;
  g_autoptr (PbSpool) spool = NULL;
  PbSpoolStats stats;
  PbTestUnits u;

  g_mutex_lock (&held);
  spool = pb_spool_new (f->folder, &limits);
  pb_test_spool_set_up_run (&u, 1, 0);
  pb_test_spool_push_rows (spool, &u, 0, n_first);
  /* On its way there it would take what waits, and there is room again. */
  while (!g_atomic_int_get (&is_held))
    g_usleep (1000);
  pb_test_spool_push_rows (spool, &u, n_first, n_rows);
  g_mutex_unlock (&held);
  pb_spool_flush (spool);
  pb_spool_get_stats (spool, &stats);
  g_assert_cmpuint (stats.counts.dropped_rows, >, 0);
  g_assert_cmpuint (stats.counts.dropped_rows + stats.counts.rows, ==, n_rows);
  pb_test_units_tear_down (&u, NULL);
}

static void
test_live_goes_first (void)
{
  static const struct {
    PbPaceLook look;
    guint n_looks;
    guint least, most; /* rows a second then */
  } table[] = {
    { { FALSE, FALSE, 0, 20 }, 1, 0, 0 },
    { { TRUE, FALSE, 200, 20 }, 1, 100, 150 },
    { { TRUE, FALSE, 200, 20 }, 20, 480, 480 }, /* eight times real time */
    { { TRUE, FALSE, 900, 20 }, 1, 60, 60 }, /* live is late */
    { { TRUE, FALSE, 1600, 20 }, 1, 0, 0 },
    { { TRUE, FALSE, 200, 20 }, 20, 480, 480 },
    { { TRUE, FALSE, 200, 150 }, 1, 60, 60 }, /* a queue in the network */
    { { TRUE, FALSE, 200, 20 }, 20, 480, 480 },
    { { TRUE, TRUE, 200, 20 }, 1, 0, 0 }, /* not even live fits whole */
    { { TRUE, FALSE, 200, 20 }, 1, 100, 150 },
    { { FALSE, FALSE, 0, 0 }, 1, 0, 0 },
  };
  PbPace pace = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    guint rows_s = 0;

    for (guint n = 0; n < table[i].n_looks; n++)
      rows_s = pb_pace_look (&pace, &table[i].look);
    g_assert_cmpuint (rows_s, >=, table[i].least);
    g_assert_cmpuint (rows_s, <=, table[i].most);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
#define ADD(name, func) \
  g_test_add ("/spool/" name, PbTestSpool, NULL, pb_test_spool_set_up, func, \
      pb_test_spool_tear_down)
  g_test_add_func ("/spool/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/spool/missing-rows-are-read", test_missing_rows_are_read);
  g_test_add_func ("/spool/numbers-wrap", test_numbers_wrap);
  g_test_add_func (
      "/spool/a-full-answer-is-not-all", test_a_full_answer_is_not_all);
  g_test_add_func ("/spool/live-goes-first", test_live_goes_first);
  ADD ("finds-what-was-left", test_finds_what_was_left);
  ADD ("young-rows-are-not-listed", test_young_rows_are_not_listed);
  ADD ("the-oldest-go", test_the_oldest_go);
  ADD ("too-old-ones-go", test_too_old_ones_go);
  ADD ("a-full-disk", test_a_full_disk);
  ADD ("lost-rows-are-counted", test_lost_rows_are_counted);
  return g_test_run ();
}
