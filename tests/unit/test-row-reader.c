/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Rows that are read again: what is not read is said, and who asks on gets on. */
#include <glib/gstdio.h>
#include <string.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-units.h"
#include "../lib/pb-test-wait.h"
#include "ingest/pb-units.h"
#include "recording/pb-row-jobs.h"
#include "recording/pb-row-reader.h"
#include "recording/pb-segment-file.h"

#define RUN 77
/* As pb_test_rows have it. */
#define ZERO_US G_GINT64_CONSTANT (1700000000000000)
#define MS 1000
#define AHEAD_BYTES (1024 * 1024)

/* From the second one on: no segment begins with a millisecond. */
static void
record_rows (PbRecorder *recorder, guint n_rows)
{
  const PbUnitsPlace nothing = { 0 };
  g_autoptr (PbUnits) units = pb_units_new (&nothing);
  PbTestUnits u;
  guint64 n_bytes = 0;

  pb_test_units_set_up (&u, GUINT_TO_POINTER (GST_PITBOX_CODEC_DEFAULT));
  for (guint n = 0; n < n_rows; n++) {
    g_autoptr (GByteArray) ts = g_byte_array_new ();
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (&u, n + 1);
    const GstPitboxUnitsHead head = { RUN, n, 0, PB_TEST_ROW_NS (n + 1) };
    const gsize size = GST_PITBOX_UNITS_HEAD_BYTES + g_bytes_get_size (unit);
    g_autofree guint8 *message = g_malloc (size);
    guint64 time_ns;
    guint n_units;

    gst_pitbox_units_head_write (&head, message);
    memcpy (message + GST_PITBOX_UNITS_HEAD_BYTES,
        g_bytes_get_data (unit, NULL), g_bytes_get_size (unit));
    g_assert_cmpint (pb_units_take (units, message, size, GST_SECOND, ts,
                         &time_ns, &n_units, NULL),
        ==, PB_UNITS_TAKEN);
    pb_test_recording_push (recorder, ts);
    n_bytes += ts->len;
    /* A disk that is too slow for it would lose some. */
    pb_test_wait_until (
        pb_recorder_get_settled_bytes (recorder) + AHEAD_BYTES > n_bytes);
  }
  pb_test_units_tear_down (&u, NULL);
}

static PbRows *
read_rows (
    PbTestRecording *f, gint64 from_utc_us, gint64 to_utc_us, GError **error)
{
  const gchar *names[] = { "Speed", NULL };
  const PbRowsQuery query = { from_utc_us, to_utc_us, (gchar **) names, 1,
    PB_ROWS_ALL };

  return pb_row_reader_read (
      f->data->store, f->data->recordings, "car07", &query, error);
}

/* Behind its rows comes what takes no room on the disk, and must be read. */
static void
make_large (PbTestRecording *f, guint n, gint64 bytes)
{
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  g_autofree gchar *path = pb_segment_file_dup_path (folder, n);
  FILE *file = g_fopen (path, "r+b");

  g_assert_nonnull (file);
  g_assert_cmpint (fseek (file, bytes - 1, SEEK_SET), ==, 0);
  g_assert_cmpint (fputc (0, file), ==, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* As a page does that asks on: in milliseconds. Segments of 40 MB are those of
 * 32 Mbit/s. */
static void
test_large_segments (PbTestRecording *f, gconstpointer unused)
{
  const gint64 to_us = ZERO_US + 40 * G_USEC_PER_SEC;
  PbRecorder *recorder = pb_test_recording_start (f, NULL);
  gint64 from_us = ZERO_US;
  guint64 next_tick = 0;
  guint n_rows = 0, n_pages = 0;

  record_rows (recorder, 2000);
  pb_test_recording_close (f, recorder);
  for (guint n = 0; n < 3; n++)
    make_large (f, n, 40 * 1000 * 1000);
  while (from_us != 0) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PbRows) rows = read_rows (f, from_us, to_us, &error);

    g_assert_no_error (error);
    for (guint i = 0; i < rows->rows->len; i++) {
      const PbRowsRow *row = &g_array_index (rows->rows, PbRowsRow, i);

      g_assert_true (n_rows == 0 || row->tick == next_tick);
      next_tick = row->tick + 1;
      n_rows++;
    }
    g_assert_cmpint (rows->next_utc_us % MS, ==, 0);
    g_assert_true (rows->next_utc_us == 0 || rows->next_utc_us > from_us);
    from_us = rows->next_utc_us;
    g_assert_cmpuint (++n_pages, <, 10);
  }
  g_assert_cmpuint (n_rows, ==, 2000);
  g_assert_cmpuint (n_pages, >, 1);
}

/* A sender may say of hours that they were one moment: that is an error, and
 * not hours of reading. */
static void
test_too_much_of_one_moment (PbTestRecording *f, gconstpointer unused)
{
  PbRecorder *recorder = pb_test_recording_start (f, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbRows) rows = NULL;

  record_rows (recorder, 700);
  pb_test_recording_close (f, recorder);
  make_large (f, 0, G_GINT64_CONSTANT (1100) * 1024 * 1024);
  rows = read_rows (f, ZERO_US, ZERO_US + G_USEC_PER_SEC, &error);
  g_assert_null (rows);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
}

static PbRows *
make_rows (const gint64 *utc_us, guint n)
{
  PbRows *rows = g_new0 (PbRows, 1);

  rows->n_fields = 1;
  rows->rows = g_array_new (FALSE, FALSE, sizeof (PbRowsRow));
  rows->values = g_array_new (FALSE, FALSE, sizeof (gdouble));
  for (guint i = 0; i < n; i++) {
    const PbRowsRow row = { utc_us[i], i, RUN, 1, FALSE, FALSE, i };

    g_array_append_val (rows->rows, row);
  }
  return rows;
}

/* An answer ends with a millisecond, and never where it began. */
static void
test_pages_end_with_a_millisecond (void)
{
  static const struct {
    gint64 utc_us[4];
    guint n_left;
    gint64 next_us;
  } table[] = {
    { { 5000, 5500, 7900, 9100 }, 3, 9000 },
    { { 5000, 5500, 9050, 9100 }, 2, 9000 },
    { { 5000, 5500, 5600, 9000 }, 3, 9000 },
    /* More within one than an answer has. */
    { { 5100, 5100, 5100, 5100 }, 3, 6000 },
    { { 5100, 5200, 5300, 5999 }, 3, 6000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (PbRows) rows = make_rows (table[i].utc_us, 4);

    pb_rows_put_in_order (rows, 1, 3);
    g_assert_cmpuint (rows->rows->len, ==, table[i].n_left);
    g_assert_cmpint (rows->next_utc_us, ==, table[i].next_us);
  }
}

/* More rows than are read at once, in one segment: what is left out is said. */
static void
test_more_rows_than_are_read (PbTestRecording *f, gconstpointer unused)
{
  const PbRecorderOptions options = { .segment_ms = 100 * 60 * 1000 };
  const guint n_rows = 100100;
  PbRecorder *recorder = pb_test_recording_start (f, &options);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbRows) rows = NULL;

  record_rows (recorder, n_rows);
  pb_test_recording_close (f, recorder);
  rows = read_rows (
      f, ZERO_US, ZERO_US + G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->rows->len, <, n_rows);
  g_assert_cmpint (rows->next_utc_us, >,
      ZERO_US + (gint64) PB_TEST_ROW_NS (n_rows - 200) / 1000);
  g_assert_cmpint (
      rows->next_utc_us, <, ZERO_US + (gint64) PB_TEST_ROW_NS (n_rows) / 1000);
}

static GBytes *
format (const PbRowsQuery *query, const PbRows *rows)
{
  return g_bytes_new (NULL, 0);
}

static void
count_answer (GBytes *bytes, const GError *error, gpointer user_data)
{
  g_assert_no_error (error);
  (*(guint *) user_data)++;
}

/* Who asks much waits himself; the others get in. */
static void
test_one_who_asks_much (PbTestRecording *f, gconstpointer unused)
{
  const gchar *names[] = { "Speed", NULL };
  const PbRowsQuery query = { ZERO_US, ZERO_US + MS, (gchar **) names, 1,
    PB_ROWS_ALL };
  PbRowJobs *jobs = pb_row_jobs_new (f->data->store, f->data->recordings);
  guint n_answers = 0, n_taken = 0;

  for (guint i = 0; i < 2 * PB_ROW_JOBS_MAX_WAITING; i++)
    n_taken += pb_row_jobs_push (
        jobs, "much", "car07", &query, format, count_answer, &n_answers, NULL);
  g_assert_cmpuint (n_taken, ==, PB_ROW_JOBS_MAX_OF_ONE);
  n_taken += pb_row_jobs_push (
      jobs, "little", "car07", &query, format, count_answer, &n_answers, NULL);
  g_assert_cmpuint (n_taken, ==, PB_ROW_JOBS_MAX_OF_ONE + 1);
  pb_test_wait_until (
      (g_main_context_iteration (NULL, FALSE), n_answers == n_taken));
  g_assert_true (pb_row_jobs_push (
      jobs, "much", "car07", &query, format, count_answer, &n_answers, NULL));
  pb_test_wait_until (
      (g_main_context_iteration (NULL, FALSE), n_answers == n_taken + 1));
  pb_row_jobs_free (jobs);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func (
      "/row-reader/pages-end-with-a-ms", test_pages_end_with_a_millisecond);
  g_test_add ("/row-reader/large-segments", PbTestRecording, NULL,
      pb_test_recording_set_up, test_large_segments,
      pb_test_recording_tear_down);
  g_test_add ("/row-reader/too-much-of-one-moment", PbTestRecording, NULL,
      pb_test_recording_set_up, test_too_much_of_one_moment,
      pb_test_recording_tear_down);
  g_test_add ("/row-reader/more-rows-than-are-read", PbTestRecording, NULL,
      pb_test_recording_set_up, test_more_rows_than_are_read,
      pb_test_recording_tear_down);
  g_test_add ("/row-reader/one-who-asks-much", PbTestRecording, NULL,
      pb_test_recording_set_up, test_one_who_asks_much,
      pb_test_recording_tear_down);
  return g_test_run ();
}
