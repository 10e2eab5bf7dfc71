/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbIngestGraph: what no encoder should send does not stop what follows it. */
#include <mpegts/mpegts-pes.h>
#include <string.h>

#include "../lib/pb-test-ingest.h"
#include "../lib/pb-test-ts.h"
#include "../lib/pb-test-units.h"

#define FRAME 1500
/* More than a busy machine takes for anything here. */
#define LIMIT_US (30 * G_USEC_PER_SEC)

/* With the programme's clock, which a demultiplexer waits for. */
static void
put_picture (PbTestTs *ts, guint n, const guint8 *data, gsize size)
{
  const guint64 pts = 90000 + n * FRAME;
  const MpegtsPes pes = { PB_TEST_TS_VIDEO_PID, MPEGTS_STREAM_ID_VIDEO, FALSE,
    pts, pts - 9000 };

  mpegts_pes_write (
      &pes, ts->out, &ts->continuity[PB_TEST_TS_VIDEO_PID], data, size);
}

static void
put_row (PbTestTs *ts, PbTestUnits *units, guint n)
{
  g_autoptr (GBytes) unit = pb_test_units_encode_bytes (units, n);
  gsize size;
  const guint8 *data = g_bytes_get_data (unit, &size);

  pb_test_ts_put_pes (
      ts, PB_TEST_TS_KLV_PID, 90000 + n * FRAME, FALSE, data, size);
}

static void
wait_for_row (PbTestIngest *rig)
{
  const gint64 limit_us = g_get_monotonic_time () + LIMIT_US;
  PbIngestStart start;

  do {
    g_assert_cmpint (g_get_monotonic_time (), <, limit_us);
    g_usleep (1000);
    pb_ingest_graph_get_start (rig->graph, &start);
  } while (start.row_ms < 0);
}

static void
assert_is_of_new_parser (const gchar *failure)
{
  guint major, minor, micro, nano;

  gst_version (&major, &minor, &micro, &nano);
  g_assert_true (major > 1 || minor >= 24);
  g_assert_cmpstr (
      failure, ==, "the stream cannot be read: parse: No caps set");
}

/* Units of a picture that say nothing of it: an access unit delimiter alone, one
 * with filler, SEI, an end of sequence. From 1.26 on h264parse takes some of them
 * for an error: the session ends, and says so. */
static void
test_picture_without_parameters (void)
{
  static const struct {
    guint8 data[16];
    gsize size;
  } cases[] = {
    { { 0, 0, 0, 1, 9, 0x10 }, 6 },
    { { 0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 12, 0xff, 0x80 }, 13 },
    { { 0, 0, 0, 1, 6, 5, 1, 0, 0x80 }, 9 },
    { { 0, 0, 0, 1, 9, 0x10, 0, 0, 0, 0, 0, 0, 0, 0 }, 14 },
    { { 0, 0, 1, 10, 0, 0, 1, 11 }, 8 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    PbTestUnits units;
    PbTestIngest rig;
    PbTestTs ts;

    pb_test_units_set_up (&units, GUINT_TO_POINTER (GST_PITBOX_CODEC_DEFAULT));
    pb_test_ingest_init (&rig);
    pb_test_ts_init (&ts, TRUE, TRUE);
    pb_test_ts_put_tables (&ts);
    for (guint n = 0; n < 4; n++) {
      put_picture (&ts, n, cases[i].data, cases[i].size);
      put_row (&ts, &units, n);
    }
    pb_test_ingest_push (&rig, ts.out->data, ts.out->len);
    g_assert_true (pb_test_ingest_drain (&rig, LIMIT_US));
    if (rig.failure == NULL)
      wait_for_row (&rig);
    else
      assert_is_of_new_parser (rig.failure);
    pb_test_ts_clear (&ts);
    pb_test_ingest_clear (&rig);
    pb_test_units_tear_down (&units, NULL);
  }
}

/* Bytes that no demultiplexer has to keep. */
static void
test_unit_without_end (void)
{
  guint8 packet[188] = { 0x47, 0, PB_TEST_TS_VIDEO_PID, 0x10 };
  PbTestIngest rig;
  PbTestTs ts;

  pb_test_ingest_init (&rig);
  pb_test_ts_init (&ts, TRUE, FALSE);
  pb_test_ts_put_tables (&ts);
  pb_test_ts_put_picture (&ts, 90000, TRUE, TRUE, 1000);
  pb_test_ingest_push (&rig, ts.out->data, ts.out->len);
  for (guint i = 0; i < 17 * 1024 * 1024 / 184 && !rig.failure; i++) {
    packet[3] = 0x10 | (ts.continuity[PB_TEST_TS_VIDEO_PID]++ & 0x0f);
    pb_test_ingest_push (&rig, packet, sizeof packet);
    /* What waits is bounded, too, and what is dropped then counts for nothing. */
    if (i % 10000 == 0)
      g_assert_true (pb_test_ingest_drain (&rig, LIMIT_US));
  }
  g_assert_nonnull (rig.failure);
  g_assert_nonnull (strstr (rig.failure, "without an end"));
  pb_test_ts_clear (&ts);
  pb_test_ingest_clear (&rig);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ingest-graph/picture-without-parameters",
      test_picture_without_parameters);
  g_test_add_func ("/ingest-graph/unit-without-end", test_unit_without_end);
  return g_test_run ();
}
