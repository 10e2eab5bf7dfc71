/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A lap that was driven while the network was away: it is nowhere until its
 * rows have followed, and then it is like any other. */
#include <math.h>
#include <string.h>

#include "../lib/pb-test-recording.h"
#include "../lib/pb-test-wait.h"
#include "ingest/pb-backfill-record.h"
#include "ingest/pb-units.h"
#include "session/pb-lap-repair.h"
#include "store/pb-index.h"

#define DRIVER "car07"
#define RUN 77
/* Laps of 20 s from 2 s on: 5, 6, 7, 8, and a bit. */
#define N_ROWS (90 * 60)
/* In lap 7, from a key unit to a key unit, and longer than laps bear. */
#define HOLE_FROM (45 * 60)
#define HOLE_TO (57 * 60)
#define N_VARS 8
#define ROW_BYTES 40
#define STEP_BYTES ((gsize) 188 * 512)

static const GstPitboxVar vars[N_VARS] = {
  { "Lap", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 0 },
  { "LapDistPct", "%", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 4 },
  { "LapLastLapTime", "s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 8 },
  { "LapCurrentLapTime", "s", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 12 },
  { "FuelLevel", "l", "", GST_PITBOX_VAR_FLOAT, 1, FALSE, 16 },
  { "PlayerTrackSurface", "irsdk_TrkLoc", "", GST_PITBOX_VAR_INT, 1, FALSE,
      20 },
  { "SessionNum", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 24 },
  { "SessionTime", "s", "", GST_PITBOX_VAR_DOUBLE, 1, FALSE, 28 },
};

typedef struct {
  PbTestRecording recording;
  PbRegistry *registry;
  PbDriver *driver;
  GstPitboxSchema *schema;
  gint64 zero_utc_us;
  GByteArray *live; /* MPEG-TS of the rows outside the hole */
  GByteArray *late; /* of those within */
} Fixture;

/* Even speed; each lap takes some hundredths more, as the simulator says a
 * tenth of a second behind the line. */
static void
fill_row (guint n, guint8 *row)
{
  const gdouble s = n / 60.0, laps = 0.9 + s * 0.05;
  const gint lap = 4 + (gint) floor (laps);
  const gdouble since = s - 2 - (lap - 5) * 20;
  const gint told = since >= 0.1 ? lap - 1 : lap - 2;
  const gdouble values[N_VARS] = { lap, laps - floor (laps),
    told >= 5 ? 20 + told * 0.01 : -1, since >= 0.1 ? since : since + 20,
    30 - s * 0.01, 3, 0, s };

  for (guint i = 0; i < N_VARS; i++)
    gst_pitbox_row_set_double (row, &vars[i], 0, values[i]);
}

static gboolean
is_in_hole (guint n)
{
  return n >= HOLE_FROM && n < HOLE_TO;
}

static gint64
get_utc_us (Fixture *f, guint n)
{
  return f->zero_utc_us + n * G_GINT64_CONSTANT (1000000) / 60;
}

/* As its graph has it told. */
static void
push_live (Fixture *f, const guint8 *row, guint n)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (row, ROW_BYTES);

  gst_pitbox_buffer_set_utc (buffer, get_utc_us (f, n), GST_PITBOX_CLOCK_LOCAL);
  pb_lap_book_push (pb_driver_get_lap_book (f->driver), f->schema, 1, buffer,
      gst_util_uint64_scale (n, GST_SECOND, 60));
}

static void
make_rows (Fixture *f)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_DEFAULT,
    .key_interval = GST_SECOND,
    .rows_per_unit = 1,
    .run_id = RUN,
    .rate_divisor = 1 };
  const PbUnitsPlace nothing = { 0 };
  g_autoptr (PbUnits) live = pb_units_new (&nothing);
  g_autoptr (PbUnits) late = pb_units_new (&nothing);
  GstPitboxEncoder *enc = gst_pitbox_encoder_new (&config);

  g_assert_true (gst_pitbox_encoder_set_schema (enc, f->schema, NULL));
  for (guint n = 0; n < N_ROWS; n++) {
    guint8 bytes[ROW_BYTES], message[4096];
    const GstPitboxEncoderRow row = { bytes, 6000 + n,
      gst_util_uint64_scale (n, GST_SECOND, 60), get_utc_us (f, n),
      GST_PITBOX_CLOCK_LOCAL, FALSE };
    g_autoptr (GstBuffer) unit = NULL;
    guint64 time_ns;
    guint n_units;
    gsize size;

    memset (bytes, 0, sizeof bytes);
    fill_row (n, bytes);
    unit = gst_pitbox_encoder_push (enc, &row);
    size = gst_buffer_extract (unit, 0, message + GST_PITBOX_UNITS_HEAD_BYTES,
        sizeof message - GST_PITBOX_UNITS_HEAD_BYTES);
    gst_pitbox_units_head_write (
        &(GstPitboxUnitsHead){ RUN, n, 0, row.pts }, message);
    g_assert_cmpint (
        pb_units_take (is_in_hole (n) ? late : live, message,
            GST_PITBOX_UNITS_HEAD_BYTES + size, GST_SECOND,
            is_in_hole (n) ? f->late : f->live, &time_ns, &n_units, NULL),
        ==, PB_UNITS_TAKEN);
    if (!is_in_hole (n))
      push_live (f, bytes, n);
  }
  gst_pitbox_encoder_free (enc);
}

static void
record_live (Fixture *f)
{
  g_autofree gchar *folder =
      g_build_filename (f->recording.data->recordings, DRIVER, "live-1", NULL);
  PbSessionLog *log = pb_session_log_new (
      f->recording.data->store, "live-1", DRIVER, "pc", f->zero_utc_us);
  PbRecorder *recorder = pb_recorder_new (log, folder, NULL);

  /* No faster than the index can look at rows again. */
  for (gsize at = 0; at < f->live->len; at += STEP_BYTES) {
    const gsize n = MIN (STEP_BYTES, f->live->len - at);
    g_autoptr (GstBuffer) buffer =
        gst_buffer_new_memdup (f->live->data + at, n);

    pb_recorder_push (recorder, buffer, f->zero_utc_us);
    pb_test_wait_until (pb_recorder_get_settled_bytes (recorder) == at + n);
  }
  pb_recorder_close (recorder);
  pb_session_log_close (log, get_utc_us (f, N_ROWS), "the test ends");
  pb_session_log_unref (log);
}

static void
set_up (Fixture *f, gconstpointer unused)
{
  static const PbLiveLimits limits = { .max_viewers = 1 };

  pb_test_recording_set_up (&f->recording, NULL);
  f->registry = pb_registry_new (&limits);
  f->driver = pb_registry_ensure (f->registry, DRIVER);
  f->schema =
      gst_pitbox_schema_new ("iracing", 60, ROW_BYTES, vars, N_VARS, NULL);
  f->zero_utc_us = g_get_real_time () - 200 * G_USEC_PER_SEC;
  f->live = g_byte_array_new ();
  f->late = g_byte_array_new ();
  make_rows (f);
  record_live (f);
}

static void
tear_down (Fixture *f, gconstpointer unused)
{
  g_byte_array_unref (f->live);
  g_byte_array_unref (f->late);
  gst_pitbox_schema_unref (f->schema);
  pb_driver_unref (f->driver);
  pb_registry_free (f->registry);
  pb_test_recording_tear_down (&f->recording, NULL);
}

static guint
count_book (Fixture *f)
{
  g_autoptr (JsonNode) node =
      pb_lap_book_laps_to_json (pb_driver_get_lap_book (f->driver));

  return json_array_get_length (
      json_object_get_array_member (json_node_get_object (node), "laps"));
}

static GArray *
list_laps (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PbSessionRow) session =
      pb_store_find_session (f->recording.data->store, "live-1", &error);
  GArray *laps;

  g_assert_no_error (error);
  laps = pb_store_list_laps (f->recording.data->store, session->pk, &error);
  g_assert_no_error (error);
  return laps;
}

static void
backfill (Fixture *f, PbLapRepair *repair)
{
  PbBackfillRecord *record = pb_backfill_record_new (f->recording.data->store,
      f->recording.data->recordings, NULL, DRIVER, "pc",
      get_utc_us (f, HOLE_FROM));

  pb_backfill_record_push (record, f->late, get_utc_us (f, HOLE_FROM));
  pb_backfill_record_close (record);
  pb_lap_repair_note (
      repair, DRIVER, get_utc_us (f, HOLE_FROM), get_utc_us (f, HOLE_TO));
}

static void
test_a_lap_with_a_hole (Fixture *f, gconstpointer unused)
{
  PbLapRepair *repair = pb_lap_repair_new (
      f->recording.data->store, f->recording.data->recordings, f->registry);
  const gint64 began_us = g_get_monotonic_time ();
  g_autoptr (GArray) laps = NULL;
  g_autoptr (JsonNode) trace = NULL;

  pb_test_recording_wait_for_store (&f->recording);
  g_assert_cmpuint (count_book (f), ==, 3);
  backfill (f, repair);
  while (count_book (f) != 4) {
    g_main_context_iteration (NULL, FALSE);
    pb_test_wait_step (began_us, "the lap in the book", G_STRLOC);
  }
  pb_test_recording_wait_for_store (&f->recording);
  laps = list_laps (f);
  g_assert_cmpuint (laps->len, ==, 4);
  for (guint i = 0; i < 4; i++) {
    const PbLapRow *lap = &g_array_index (laps, PbLapRow, i);

    g_assert_cmpint (lap->lap, ==, 5 + (gint) i);
    g_assert_cmpfloat_with_epsilon (lap->time_s, 20.05 + i * 0.01, 1e-4);
    g_assert_true (lap->valid);
    g_assert_cmpint (
        ABS (lap->start_utc_us - get_utc_us (f, (2 + 20 * i) * 60)), <, 20000);
  }
  trace = pb_lap_book_trace_to_json (pb_driver_get_lap_book (f->driver), 7);
  g_assert_nonnull (trace);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
                        json_node_get_object (trace), "time_s")),
      ==, PB_LAPS_TRACE_POINTS);
  /* Once more changes nothing. */
  backfill (f, repair);
  pb_test_recording_wait_for_store (&f->recording);
  pb_lap_repair_free (repair);
  g_assert_cmpuint (count_book (f), ==, 4);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/lap-repair/a-lap-with-a-hole", Fixture, NULL, set_up,
      test_a_lap_with_a_hole, tear_down);
  return g_test_run ();
}
