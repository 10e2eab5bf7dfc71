/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Which rows are on disk, which are missing, and when that was. */
#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <string.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-units.h"
#include "auth/pb-principal.h"
#include "ingest/pb-backfill-lack.h"
#include "ingest/pb-backfill-quota.h"
#include "ingest/pb-backfill-record.h"
#include "ingest/pb-holds.h"
#include "recording/pb-recovery.h"
#include "recording/pb-row-reader.h"
#include "recording/pb-segment-file.h"
#include "store/pb-coverage.h"
#include "store/pb-recordings.h"
#include "store/pb-row-ranges.h"

#define RUN 77

static GArray *
new_ranges (void)
{
  return g_array_new (FALSE, FALSE, sizeof (GstPitboxRowRange));
}

static void
assert_ranges (const GArray *lack, const guint32 (*expected)[2], guint n)
{
  g_assert_cmpuint (lack->len, ==, n);
  for (guint i = 0; i < n; i++) {
    const GstPitboxRowRange *r = &g_array_index (lack, GstPitboxRowRange, i);

    g_assert_cmpuint (r->first, ==, expected[i][0]);
    g_assert_cmpuint (r->n_rows, ==, expected[i][1]);
  }
}

static void
test_what_is_missing (void)
{
  const PbRowRange known[] = { { .first = 5, .n_rows = 5 },
    { .first = 8, .n_rows = 10 }, { .first = 30, .n_rows = 1 },
    { .first = G_MAXUINT32 - 1, .n_rows = 2 } };
  const GstPitboxRowRange asks[] = { { 0, 6 }, { 7, 1 }, { 9, 91 },
    { G_MAXUINT32 - 9, 10 } };
  const guint32 expected[][2] = { { 0, 5 }, { 18, 12 }, { 31, 69 },
    { G_MAXUINT32 - 9, 8 } };
  g_autoptr (GArray) have = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  g_autoptr (GArray) asked = new_ranges ();
  g_autoptr (GArray) lack = new_ranges ();

  g_array_append_vals (have, known, G_N_ELEMENTS (known));
  g_array_append_vals (asked, asks, G_N_ELEMENTS (asks));
  pb_backfill_lack_add (lack, asked, have);
  assert_ranges (lack, expected, G_N_ELEMENTS (expected));
  g_assert_cmpuint (pb_backfill_lack_count (lack), ==, 94);
}

static void
test_what_comes_is_missing_no_more (void)
{
  const GstPitboxRowRange first = { 10, 10 };
  const guint32 after[][2] = { { 14, 6 } };
  g_autoptr (GArray) lack = new_ranges ();

  g_array_append_val (lack, first);
  g_assert_cmpint (pb_backfill_lack_find (lack, 8, 2), ==, PB_UNITS_DUPLICATE);
  g_assert_cmpint (pb_backfill_lack_find (lack, 9, 2), ==, PB_UNITS_BAD);
  g_assert_cmpint (pb_backfill_lack_find (lack, 19, 2), ==, PB_UNITS_BAD);
  g_assert_cmpint (pb_backfill_lack_find (lack, 20, 2), ==, PB_UNITS_DUPLICATE);
  g_assert_cmpint (pb_backfill_lack_find (lack, 12, 2), ==, PB_UNITS_TAKEN);
  pb_backfill_lack_remove (lack, 12, 2);
  assert_ranges (lack, after, 1);
  g_assert_cmpint (pb_backfill_lack_find (lack, 12, 2), ==, PB_UNITS_DUPLICATE);
  g_assert_cmpint (pb_backfill_lack_find (lack, 10, 2), ==, PB_UNITS_DUPLICATE);
  pb_backfill_lack_remove (lack, 14, 6);
  g_assert_cmpuint (lack->len, ==, 0);
}

/* Who leaves out each other row makes the server keep nothing of it. */
static void
test_gaps_are_not_kept (void)
{
  const GstPitboxRowRange all[] = { { 0, 100000 }, { 200000, G_MAXUINT32 } };
  g_autoptr (GArray) lack = new_ranges ();

  g_array_append_vals (lack, all, 2);
  for (guint32 n = 1; n < 100000; n += 2) {
    g_assert_cmpint (pb_backfill_lack_find (lack, n, 1), ==, PB_UNITS_TAKEN);
    pb_backfill_lack_remove (lack, n, 1);
    g_assert_cmpuint (lack->len, <=, 2);
  }
  g_assert_cmpuint (lack->len, ==, 1);
}

/* In whatever order they come, what is known of them stays sorted and merged. */
static void
test_what_came_is_noted (void)
{
  static const guint32 order[] = { 40, 10, 20, 30, 90, 0, 50 };
  const GstPitboxRowRange all = { 0, 120 };
  const guint32 missing[][2] = { { 60, 30 }, { 100, 20 } };
  g_autoptr (GArray) came = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  g_autoptr (GArray) asked = new_ranges ();
  g_autoptr (GArray) lack = new_ranges ();

  for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
    pb_backfill_lack_note (came, order[i], 5);
    pb_backfill_lack_note (came, order[i] + 5, 5);
    for (guint k = 1; k < came->len; k++)
      g_assert_cmpuint (g_array_index (came, PbRowRange, k - 1).first, <,
          g_array_index (came, PbRowRange, k).first);
  }
  g_assert_cmpuint (came->len, <=, G_N_ELEMENTS (order));
  g_array_append_val (asked, all);
  pb_backfill_lack_add (lack, asked, came);
  assert_ranges (lack, missing, G_N_ELEMENTS (missing));
}

typedef gboolean (*Take) (PbBackfillQuota *quota, gint64 now_us);

/* A burst at once, then one at a time, and the burst again after a rest. */
static void
test_quota (void)
{
  static const struct {
    Take take;
    guint burst;
    gint64 each_us;
  } table[] = {
    { pb_backfill_quota_take_ask, PB_BACKFILL_ASKS_BURST,
        G_USEC_PER_SEC / PB_BACKFILL_ASKS_PER_S },
    { pb_backfill_quota_take_session, PB_BACKFILL_SESSIONS_BURST,
        PB_BACKFILL_SESSION_S * G_USEC_PER_SEC },
    { pb_backfill_quota_take_stretch, PB_BACKFILL_STRETCHES_BURST,
        G_USEC_PER_SEC / PB_BACKFILL_STRETCHES_PER_S },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    PbBackfillQuota quota = { 0 };
    gint64 now_us = G_USEC_PER_SEC;

    for (guint n = 0; n < table[i].burst; n++)
      g_assert_true (table[i].take (&quota, now_us));
    g_assert_false (table[i].take (&quota, now_us));
    now_us += table[i].each_us;
    g_assert_true (table[i].take (&quota, now_us));
    g_assert_false (table[i].take (&quota, now_us));
    now_us += table[i].burst * table[i].each_us;
    for (guint n = 0; n < table[i].burst; n++)
      g_assert_true (table[i].take (&quota, now_us));
    g_assert_false (table[i].take (&quota, now_us));
  }
}

static void
test_holds (void)
{
  const PbPrincipal device = { .kind = PB_PRINCIPAL_DEVICE,
    .id = (gchar *) "a" };
  const PbPrincipal key = { .kind = PB_PRINCIPAL_API_KEY, .id = (gchar *) "a" };
  g_autofree gchar *a = pb_principal_dup_device (&device);
  g_autofree gchar *b = pb_principal_dup_device (&key);
  g_autoptr (PbHolds) holds = pb_holds_new (30);

  g_assert_cmpuint (pb_holds_get_s (holds, a, 5), ==, 0);
  pb_holds_add (holds, a, 5);
  g_assert_cmpuint (pb_holds_get_s (holds, a, 6), ==, 30);
  g_assert_cmpuint (pb_holds_get_s (holds, b, 6), ==, 0);
  g_assert_cmpuint (pb_holds_get_s (holds, a, 29 * G_USEC_PER_SEC + 6), ==, 1);
  g_assert_cmpuint (pb_holds_get_s (holds, a, 30 * G_USEC_PER_SEC + 5), ==, 0);
}

static gint room_mb; /* atomic */

static gboolean
get_room (const gchar *folder, guint64 *free_bytes)
{
  *free_bytes = (guint64) g_atomic_int_get (&room_mb) * 1000 * 1000;
  return TRUE;
}

static void
push_stream (PbBackfillRecord *record)
{
  PbTestTs stream;

  pb_test_recording_make_stream (&stream, 3);
  pb_backfill_record_push (record, stream.out, G_USEC_PER_SEC);
  pb_test_ts_clear (&stream);
  while (pb_backfill_record_get_settled_bytes (record)
         < pb_backfill_record_get_pushed_bytes (record))
    g_usleep (1000);
}

/* It says so, and that is meant. */
static GLogWriterOutput
say_nothing (GLogLevelFlags level, const GLogField *fields, gsize n_fields,
    gpointer user_data)
{
  return G_LOG_WRITER_HANDLED;
}

/* Rows that a full disk did not take are not acknowledged once it takes others
 * again. */
static void
test_a_disk_that_was_full (PbTestRecording *f, gconstpointer unused)
{
  const PbRecorderOptions options = { .get_free = get_room };
  PbBackfillRecord *record = pb_backfill_record_new (f->data->store,
      f->data->recordings, &options, "car07", "pc", G_USEC_PER_SEC);
  gboolean is_full = TRUE;

  g_atomic_int_set (&room_mb, 1);
  push_stream (record);
  g_atomic_int_set (&room_mb, 100000);
  while (is_full) {
    g_autofree gchar *failure = NULL;

    push_stream (record);
    failure = pb_backfill_record_dup_failure (record);
    g_assert_nonnull (failure);
    is_full = strstr (failure, "the disk is full") != NULL;
  }
  pb_backfill_record_close (record);
}

static void
test_bad_ranges_are_refused (void)
{
  static const GstPitboxRowRange bad[][2] = {
    { { 0, 0 }, { 5, 1 } },
    { { 0, 6 }, { 5, 1 } },
    { { 9, 1 }, { 5, 1 } },
    { { 0, 1 }, { G_MAXUINT32, 2 } },
  };
  const GstPitboxRowRange good[] = { { 0, 5 }, { 5, 1 }, { G_MAXUINT32, 1 } };
  g_autoptr (GBytes) bytes = gst_pitbox_ranges_write (RUN, good, 3);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint32 run_id;

  for (gsize n = 0; n <= size; n++) {
    g_autoptr (GArray) got = gst_pitbox_ranges_parse (data, n, &run_id);

    g_assert_cmpint (got != NULL, ==, n == size);
  }
  g_assert_cmpuint (run_id, ==, RUN);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GBytes) b = gst_pitbox_ranges_write (RUN, bad[i], 2);

    data = g_bytes_get_data (b, &size);
    g_assert_null (gst_pitbox_ranges_parse (data, size, &run_id));
  }
}

/* Times in seconds. */
static void
test_coverage (void)
{
  static const struct {
    guint32 first, n_rows;
    gint from, to;
    gboolean is_backfill;
  } rows[] = {
    { 0, 600, 100, 110, FALSE }, { 600, 600, 110, 120, FALSE },
    { 1200, 600, 120, 130, TRUE }, { 1800, 600, 130, 140, FALSE },
    { 3000, 600, 150, 160, FALSE }, /* 600 rows are not there */
    { 0, 600, 161, 170, FALSE }, /* another run, a second later */
  };
  static const struct {
    PbCoverageKind kind;
    gint from, to;
  } expected[] = {
    { PB_COVERAGE_MEASURED, 105, 120 },
    { PB_COVERAGE_BACKFILLED, 120, 130 },
    { PB_COVERAGE_MEASURED, 130, 140 },
    { PB_COVERAGE_MISSING, 140, 150 },
    { PB_COVERAGE_MEASURED, 150, 160 },
    { PB_COVERAGE_MISSING, 160, 161 },
    { PB_COVERAGE_MEASURED, 161, 165 },
  };
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (PbRowRange));
  g_autoptr (GArray) spans = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const PbRowRange range = { 0, i < 5 ? 1 : 2, rows[i].first, rows[i].n_rows,
      rows[i].from * G_USEC_PER_SEC, rows[i].to * G_USEC_PER_SEC,
      rows[i].is_backfill };

    g_array_append_val (ranges, range);
  }
  spans = pb_coverage_new (ranges, 105 * G_USEC_PER_SEC, 165 * G_USEC_PER_SEC);
  g_assert_cmpuint (spans->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < spans->len; i++) {
    const PbCoverageSpan *span = &g_array_index (spans, PbCoverageSpan, i);

    g_assert_cmpint (span->kind, ==, expected[i].kind);
    g_assert_cmpint (span->from_utc_us, ==, expected[i].from * G_USEC_PER_SEC);
    g_assert_cmpint (span->to_utc_us, ==, expected[i].to * G_USEC_PER_SEC);
  }
}

/* Rows as they come over a WebSocket, without those of @lost. */
static GByteArray *
make_rows (guint n_rows, guint lost)
{
  const PbUnitsPlace nothing = { 0 };
  g_autoptr (PbUnits) units = pb_units_new (&nothing);
  g_autoptr (GByteArray) ts = g_byte_array_new ();
  PbTestUnits u;

  pb_test_units_set_up (&u, GUINT_TO_POINTER (GST_PITBOX_CODEC_DEFAULT));
  for (guint n = 0; n < n_rows; n++) {
    g_autoptr (GBytes) unit = pb_test_units_encode_bytes (&u, n);
    const GstPitboxUnitsHead head = { RUN, n, 0, PB_TEST_ROW_NS (n) };
    g_autofree guint8 *message =
        g_malloc (GST_PITBOX_UNITS_HEAD_BYTES + g_bytes_get_size (unit));
    guint64 time_ns;
    guint n_units;

    gst_pitbox_units_head_write (&head, message);
    memcpy (message + GST_PITBOX_UNITS_HEAD_BYTES,
        g_bytes_get_data (unit, NULL), g_bytes_get_size (unit));
    if (n != lost)
      g_assert_cmpint (
          pb_units_take (units, message,
              GST_PITBOX_UNITS_HEAD_BYTES + g_bytes_get_size (unit), GST_SECOND,
              ts, &time_ns, &n_units, NULL),
          ==, PB_UNITS_TAKEN);
  }
  pb_test_units_tear_down (&u, NULL);
  return g_steal_pointer (&ts);
}

static void
record_rows (PbRecorder *recorder, guint n_rows, guint lost)
{
  g_autoptr (GByteArray) ts = make_rows (n_rows, lost);

  pb_test_recording_push (recorder, ts);
}

static void
assert_stored (PbTestRecording *f, const guint32 (*expected)[2], guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) have = pb_store_list_row_ranges (
      f->data->store, "car07", RUN, 0, G_GINT64_CONSTANT (1) << 32, &error);
  g_autoptr (GArray) lack = new_ranges ();
  g_autoptr (GArray) asked = new_ranges ();
  const GstPitboxRowRange all = { 0, 2000 };

  g_assert_no_error (error);
  g_array_append_val (asked, all);
  pb_backfill_lack_add (lack, asked, have);
  assert_ranges (lack, expected, n);
}

/* A row that is lost takes those with it that cannot be decoded without it:
 * they may come again. Both ways to the same lines: while it is recorded, and
 * from the files after a kill. */
static void
test_rows_on_disk (PbTestRecording *f, gconstpointer unused)
{
  /* Key units at each 30th row. */
  const guint32 expected[][2] = { { 700, 20 }, { 1500, 500 } };
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = NULL;
  PbRecorder *recorder = pb_test_recording_start (f, NULL);
  gint64 pk;
  guint n_open, n_unknown;
  sqlite3 *db;
  g_autofree gchar *path = pb_test_recording_dup_db_path (f);

  record_rows (recorder, 1500, 700);
  pk = pb_test_recording_close (f, recorder);
  assert_stored (f, expected, 2);
  times = pb_store_list_rows_between (
      f->data->store, "car07", 0, G_MAXINT64, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_array_index (times, PbRowRange, 0).start_utc_us, ==,
      G_GINT64_CONSTANT (1700000000000000));
  g_assert_false (g_array_index (times, PbRowRange, 0).is_backfill);
  g_assert_cmpuint (times->len, <=, 5);

  /* As if it had been killed before the index was written. */
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db,
                       "DELETE FROM row_ranges; UPDATE sessions SET "
                       "ended_utc_us = NULL; UPDATE segments SET closed = 0",
                       NULL, NULL, NULL),
      ==, SQLITE_OK);
  sqlite3_close (db);
  g_assert_true (pb_recovery_run (
      f->data->store, f->data->recordings, &n_open, &n_unknown, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_open, ==, 1);
  assert_stored (f, expected, 2);
  g_assert_cmpint (pk, >, 0);
}

/* A session that is over has a line for each half hour without a gap, not for
 * each segment; times in seconds. */
static void
test_stretches_are_merged (PbTestRecording *f, gconstpointer unused)
{
  static const struct {
    guint32 run_id, first, n_rows;
    gint64 from, to;
  } rows[] = {
    { 1, 0, 600, 100, 110 }, { 1, 600, 600, 110, 120 },
    { 1, 1300, 500, 121, 130 }, /* 100 rows are missing */
    { 1, 1800, 600, 130, 140 }, { 1, 2400, 600, 139, 149 }, /* a clock's step */
    { 2, 3000, 600, 150, 160 }, { 2, 3600, 60000, 160, 1160 },
    { 2, 63600, 60000, 1160, 2160 }, /* more than half an hour */
  };
  static const guint32 expected[][2] = { { 0, 1200 }, { 1300, 1100 },
    { 2400, 600 } };
  const gint64 pk = pb_test_recording_open_session (f);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) first = NULL;
  g_autoptr (GArray) second = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const PbRowRange range = { i, rows[i].run_id, rows[i].first, rows[i].n_rows,
      rows[i].from * G_USEC_PER_SEC, rows[i].to * G_USEC_PER_SEC, FALSE };

    g_assert_true (pb_store_put_row_range (f->data->store, pk, &range, &error));
  }
  g_assert_true (
      pb_store_close_session (f->data->store, pk, 1, "the test ends", &error));
  g_assert_no_error (error);
  first = pb_store_list_row_ranges (
      f->data->store, "car07", 1, 0, G_GINT64_CONSTANT (1) << 32, &error);
  g_assert_cmpuint (first->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < first->len; i++) {
    const PbRowRange *r = &g_array_index (first, PbRowRange, i);

    g_assert_cmpuint (r->first, ==, expected[i][0]);
    g_assert_cmpuint (r->n_rows, ==, expected[i][1]);
  }
  g_assert_cmpint (g_array_index (first, PbRowRange, 0).end_utc_us, ==,
      120 * G_USEC_PER_SEC);
  second = pb_store_list_rows_between (f->data->store, "car07",
      G_GINT64_CONSTANT (1200000000), G_GINT64_CONSTANT (9999000000), 10,
      &error);
  g_assert_cmpuint (second->len, ==, 1);
  g_assert_cmpuint (g_array_index (second, PbRowRange, 0).first, ==, 63600);
}

/* A connection may begin between two tables; its file does not. */
static void
test_rows_before_the_tables (PbTestRecording *f, gconstpointer unused)
{
  const guint32 expected[][2] = { { 300, 1700 } };
  g_autoptr (GByteArray) ts = make_rows (300, G_MAXUINT);
  g_autoptr (GByteArray) late = g_byte_array_new ();
  PbRecorder *recorder = pb_test_recording_start (f, NULL);
  guint at = 0;

  /* Tables have payload that begins anew and no PES packet's start code. */
  while (memcmp (ts->data + at + 4, "\0\0\1", 3) != 0 && at < 4 * 188
         && ((ts->data[at + 1] & 31) << 8 | ts->data[at + 2]) != 0x42)
    at += 188;
  g_assert_cmpuint (at, ==, 2 * 188);
  g_byte_array_append (late, ts->data + at, 20 * 188);
  g_byte_array_append (late, ts->data, at);
  g_byte_array_append (late, ts->data + at + 20 * 188, ts->len - at - 20 * 188);
  pb_test_recording_push (recorder, late);
  pb_test_recording_close (f, recorder);
  assert_stored (f, expected, 1);
}

/* Ticks of seconds, runs and kinds; {begins, tick} of what is left. */
static void
test_rows_in_order (void)
{
  static const struct {
    gint64 utc_ms;
    guint64 tick;
    guint32 run_id;
    guint divisor;
    gboolean is_backfill;
  } read[] = {
    { 1100, 66, 1, 6, FALSE }, /* thinned to 10 Hz, read last of all */
    { 1000, 60, 1, 1, FALSE }, { 1017, 61, 1, 1, FALSE },
    { 1050, 63, 1, 1, TRUE }, { 1033, 62, 1, 1, TRUE },
    { 1050, 63, 1, 1, FALSE }, /* stored twice */
    { 1300, 78, 1, 6, FALSE }, /* one of ten a second is not there */
    { 1317, 79, 2, 1, FALSE }, /* another agent */
    { 1333, 80, 2, 1, FALSE }, { 1350, 5, 2, 1, FALSE }, /* it is elsewhere */
  };
  static const struct {
    gboolean begins;
    guint64 tick;
    guint at;
  } expected[] = { { TRUE, 60, 1 }, { FALSE, 61, 2 }, { FALSE, 62, 4 },
    { FALSE, 63, 3 }, { FALSE, 66, 0 }, { TRUE, 78, 6 }, { TRUE, 79, 7 },
    { FALSE, 80, 8 }, { TRUE, 5, 9 } };

  for (guint max = 18; max > 0; max = max == 18 ? 8 : 0) {
    g_autoptr (PbRows) rows = g_new0 (PbRows, 1);

    rows->n_fields = 2;
    rows->rows = g_array_new (FALSE, FALSE, sizeof (PbRowsRow));
    rows->values = g_array_new (FALSE, FALSE, sizeof (gdouble));
    for (guint i = 0; i < G_N_ELEMENTS (read); i++) {
      const PbRowsRow row = { read[i].utc_ms * 1000, read[i].tick,
        read[i].run_id, read[i].divisor, read[i].is_backfill, FALSE, i };

      g_array_append_val (rows->rows, row);
    }
    pb_rows_put_in_order (rows, 1, max);
    g_assert_cmpint (rows->next_utc_us, ==, max == 18 ? 0 : 1100000);
    g_assert_cmpuint (rows->rows->len, ==, max / 2);
    for (guint i = 0; i < rows->rows->len; i++) {
      const PbRowsRow *row = &g_array_index (rows->rows, PbRowsRow, i);

      g_assert_cmpuint (row->tick, ==, expected[i].tick);
      g_assert_cmpint (row->begins, ==, expected[i].begins);
      if (row->tick != 63)
        g_assert_cmpuint (row->at, ==, expected[i].at);
    }
  }
}

/* Each stretch from its own first row on, with its last. */
static void
test_rows_are_thinned (void)
{
  static const guint64 ticks[] = { 0, 4, 8, 9, 20, 24, 27, 28, 29 };
  g_autoptr (PbRows) rows = g_new0 (PbRows, 1);

  rows->rows = g_array_new (FALSE, FALSE, sizeof (PbRowsRow));
  rows->values = g_array_new (FALSE, FALSE, sizeof (gdouble));
  for (guint i = 0; i < 30; i++) {
    const PbRowsRow row = { i * 16667, i, 1, 1, i >= 28, FALSE, i };

    if (i < 10 || i >= 20)
      g_array_append_val (rows->rows, row);
  }
  pb_rows_put_in_order (rows, 4, 1000);
  g_assert_cmpuint (rows->rows->len, ==, G_N_ELEMENTS (ticks));
  for (guint i = 0; i < rows->rows->len; i++)
    g_assert_cmpuint (
        g_array_index (rows->rows, PbRowsRow, i).tick, ==, ticks[i]);
}

static PbRows *
read_rows (PbTestRecording *f, guint from, guint to, const gchar *fields,
    PbRowKinds kinds)
{
  const gint64 zero_us = G_GINT64_CONSTANT (1700000000000000);
  g_auto (GStrv) names = g_strsplit (fields, ",", -1);
  const PbRowsQuery query = { zero_us + (gint64) PB_TEST_ROW_NS (from) / 1000,
    zero_us + (gint64) PB_TEST_ROW_NS (to) / 1000, names, 1, kinds };
  g_autoptr (GError) error = NULL;
  PbRows *rows = pb_row_reader_read (
      f->data->store, f->data->recordings, "car07", &query, &error);

  g_assert_no_error (error);
  g_assert_cmpint (rows->next_utc_us, ==, 0);
  return rows;
}

/* Out of the middle of three segments, with a hole, as they were written. */
static void
test_rows_are_read_again (PbTestRecording *f, gconstpointer unused)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  const GstPitboxVar *var = gst_pitbox_schema_get_var (schema, 1);
  g_autofree gchar *fields = g_strdup_printf ("Nonsense,%s", var->name);
  g_autofree guint8 *bytes =
      g_malloc0 (gst_pitbox_schema_get_row_bytes (schema));
  PbRecorder *recorder = pb_test_recording_start (f, NULL);
  g_autoptr (PbRows) rows = NULL;
  g_autoptr (PbRows) none = NULL;
  g_autoptr (PbRows) nobody = NULL;

  record_rows (recorder, 1500, 700);
  pb_test_recording_close (f, recorder);
  rows = read_rows (f, 650, 1300, fields, PB_ROWS_ALL);
  g_assert_cmpuint (rows->rows->len, ==, 650 - 20);
  for (guint i = 0; i < rows->rows->len; i++) {
    const PbRowsRow *row = &g_array_index (rows->rows, PbRowsRow, i);
    const guint n = 650 + i + (i >= 50 ? 20 : 0);

    g_assert_cmpint (row->begins, ==, i == 0 || i == 50);
    g_assert_false (row->is_backfill);
    pb_test_row_fill (schema, n, bytes);
    g_assert_true (isnan (g_array_index (rows->values, gdouble, 2 * i)));
    g_assert_cmpfloat (g_array_index (rows->values, gdouble, 2 * i + 1), ==,
        gst_pitbox_row_get_newest (bytes, var));
  }
  none = read_rows (f, 650, 1300, fields, PB_ROWS_BACKFILLED);
  g_assert_cmpuint (none->rows->len, ==, 0);
  nobody = read_rows (f, 5000, 6000, fields, PB_ROWS_ALL);
  g_assert_cmpuint (nobody->rows->len, ==, 0);
}

/* What is gone is gone; what cannot be read is no answer of what is left. */
static void
test_rows_that_cannot_be_read (PbTestRecording *f, gconstpointer unused)
{
  const gint64 zero_us = G_GINT64_CONSTANT (1700000000000000);
  const gchar *names[] = { "Speed", NULL };
  const PbRowsQuery query = { zero_us, zero_us + 60 * G_USEC_PER_SEC,
    (gchar **) names, 1, PB_ROWS_ALL };
  g_autofree gchar *folder = pb_test_recording_dup_folder (f);
  g_autofree gchar *path = pb_segment_file_dup_path (folder, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (PbRows) whole = NULL;
  g_autoptr (PbRows) rest = NULL;
  g_autoptr (PbRows) bad = NULL;
  PbRecorder *recorder = pb_test_recording_start (f, NULL);

  record_rows (recorder, 1500, 700);
  pb_test_recording_close (f, recorder);
  whole = pb_row_reader_read (
      f->data->store, f->data->recordings, "car07", &query, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_remove (path), ==, 0);
  rest = pb_row_reader_read (
      f->data->store, f->data->recordings, "car07", &query, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rest->rows->len, >, 0);
  g_assert_cmpuint (rest->rows->len, <, whole->rows->len);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  bad = pb_row_reader_read (
      f->data->store, f->data->recordings, "car07", &query, &error);
  g_assert_null (bad);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY);
  g_assert_cmpint (g_remove (path), ==, 0);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_log_set_writer_func (say_nothing, NULL, NULL);
  g_test_add_func ("/backfill/what-is-missing", test_what_is_missing);
  g_test_add_func ("/backfill/what-comes-is-missing-no-more",
      test_what_comes_is_missing_no_more);
  g_test_add_func ("/backfill/gaps-are-not-kept", test_gaps_are_not_kept);
  g_test_add_func (
      "/backfill/bad-ranges-are-refused", test_bad_ranges_are_refused);
  g_test_add_func ("/backfill/coverage", test_coverage);
  g_test_add_func ("/backfill/what-came-is-noted", test_what_came_is_noted);
  g_test_add_func ("/backfill/quota", test_quota);
  g_test_add_func ("/backfill/holds", test_holds);
  g_test_add ("/backfill/a-disk-that-was-full", PbTestRecording, NULL,
      pb_test_recording_set_up, test_a_disk_that_was_full,
      pb_test_recording_tear_down);
  g_test_add ("/backfill/rows-on-disk", PbTestRecording, NULL,
      pb_test_recording_set_up, test_rows_on_disk, pb_test_recording_tear_down);
  g_test_add ("/backfill/stretches-are-merged", PbTestRecording, NULL,
      pb_test_recording_set_up, test_stretches_are_merged,
      pb_test_recording_tear_down);
  g_test_add ("/backfill/rows-before-the-tables", PbTestRecording, NULL,
      pb_test_recording_set_up, test_rows_before_the_tables,
      pb_test_recording_tear_down);
  g_test_add_func ("/backfill/rows-in-order", test_rows_in_order);
  g_test_add_func ("/backfill/rows-are-thinned", test_rows_are_thinned);
  g_test_add ("/backfill/rows-are-read-again", PbTestRecording, NULL,
      pb_test_recording_set_up, test_rows_are_read_again,
      pb_test_recording_tear_down);
  g_test_add ("/backfill/rows-that-cannot-be-read", PbTestRecording, NULL,
      pb_test_recording_set_up, test_rows_that_cannot_be_read,
      pb_test_recording_tear_down);
  return g_test_run ();
}
