/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The parts of the live hub: timeline, group of pictures, frames and their rows,
 * samples, percentiles. */
#include <string.h>

#include "../lib/pb-sample-decoder.h"
#include "../lib/pb-test-rows.h"
#include "live/pb-catchup.h"
#include "live/pb-gop.h"
#include "live/pb-sample.h"
#include "live/pb-timeline.h"
#include "live/pb-rate.h"

#define MS GST_MSECOND
#define TICK(n) gst_util_uint64_scale (n, GST_SECOND, 60)

static PbFrame *
make_frame (gboolean key, gsize bytes)
{
  GPtrArray *packets =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  guint8 *data = g_malloc0 (bytes);

  data[0] = 0x80;
  data[1] = 0x80 | 96;
  g_ptr_array_add (packets, gst_buffer_new_wrapped (data, bytes));
  return pb_frame_new (packets, key, 1000, 7, 0x12345678, 5 * MS);
}

static void
test_gop (void)
{
  /* k = key, d = delta; 100 bytes each, limits 350 bytes and 4 frames; n is
   * what is kept after each. */
  const struct {
    const gchar *frames;
    const gchar *kept;
  } table[] = {
    { "ddkdd", "00123" },
    { "kddd", "1230" },
    { "kdddd", "12300" },
    { "kdddkd", "123012" },
    { "kkkk", "1111" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (PbGop) gop = pb_gop_new (350, 4);

    for (guint n = 0; table[i].frames[n] != '\0'; n++) {
      g_autoptr (PbFrame) frame = make_frame (table[i].frames[n] == 'k', 100);
      g_autoptr (GPtrArray) copy = NULL;

      pb_gop_push (gop, frame);
      copy = pb_gop_copy (gop);
      g_assert_cmpuint (copy->len, ==, (guint) (table[i].kept[n] - '0'));
      g_assert_cmpuint (pb_gop_get_n_frames (gop), ==, copy->len);
      g_assert_cmpuint (pb_gop_get_bytes (gop), ==, 100 * copy->len);
      if (copy->len > 0)
        g_assert_true (((PbFrame *) copy->pdata[0])->key);
    }
  }
}

static void
test_gop_frames_limit (void)
{
  g_autoptr (PbGop) gop = pb_gop_new (1000000, 2);
  g_autoptr (PbFrame) key = make_frame (TRUE, 12);
  g_autoptr (PbFrame) delta = make_frame (FALSE, 12);

  pb_gop_push (gop, key);
  pb_gop_push (gop, delta);
  g_assert_cmpuint (pb_gop_get_n_frames (gop), ==, 2);
  pb_gop_push (gop, delta);
  g_assert_cmpuint (pb_gop_get_n_frames (gop), ==, 0);
}

static void
test_frame_rewrites_header (void)
{
  g_autoptr (PbFrame) frame = make_frame (TRUE, 20);
  g_autoptr (GstBufferList) a = pb_frame_get_list (frame, 109);
  g_autoptr (GstBufferList) b = pb_frame_get_list (frame, 109);
  g_autoptr (GstBufferList) c = pb_frame_get_list (frame, 35);
  guint8 header[12];

  /* Viewers with the same payload type share the same list. */
  g_assert_true (a == b);
  g_assert_true (a != c);
  gst_buffer_extract (gst_buffer_list_get (a, 0), 0, header, 12);
  g_assert_cmpuint (header[0], ==, 0x80);
  g_assert_cmpuint (header[1], ==, 0x80 | 109);
  g_assert_cmpuint (GST_READ_UINT16_BE (header + 2), ==, 7);
  g_assert_cmpuint (GST_READ_UINT32_BE (header + 4), ==, 1000);
  g_assert_cmpuint (GST_READ_UINT32_BE (header + 8), ==, 0x12345678);
  gst_buffer_extract (gst_buffer_list_get (c, 0), 0, header, 12);
  g_assert_cmpuint (header[1], ==, 0x80 | 35);
}

static void
test_key_detection (void)
{
  const struct {
    guint8 payload[8];
    gsize size;
    gboolean key;
  } table[] = {
    { { 0x65, 0x88 }, 2, TRUE },
    { { 0x41, 0x9a }, 2, FALSE },
    { { 0x67, 0x42 }, 2, FALSE },
    { { 0x7c, 0x85 }, 2, TRUE },
    { { 0x7c, 0x05 }, 2, TRUE },
    { { 0x7c, 0x81 }, 2, FALSE },
    { { 0x78, 0, 1, 0x67, 0, 1, 0x65 }, 7, TRUE },
    { { 0x78, 0, 1, 0x67, 0, 1, 0x41 }, 7, FALSE },
    { { 0x78, 0xff, 0xff, 0x41 }, 4, FALSE },
    { { 0x78, 0, 0 }, 3, FALSE },
    { { 0x65 }, 1, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    guint8 packet[20] = { 0x80, 0x80 | 96, 0, 1, 0, 0, 0, 9, 0, 0, 0, 1 };
    g_autoptr (GstBuffer) buffer = NULL;
    PbRtpInfo info;

    memcpy (packet + 12, table[i].payload, table[i].size);
    buffer = gst_buffer_new_memdup (packet, 12 + table[i].size);
    g_assert_true (pb_rtp_info_read (buffer, &info));
    g_assert_cmpuint (info.timestamp, ==, 9);
    g_assert_true (info.marker);
    g_assert_cmpint (info.key, ==, table[i].key);
  }
}

static void
test_timeline (void)
{
  PbTimeline line;
  GstClockTime t0, t1, now = 1000 * GST_SECOND;
  guint32 r0, r1;

  pb_timeline_init (&line, 0xfffffff0);
  t0 = pb_timeline_map_time (&line, 7 * GST_SECOND, now);
  g_assert_cmpuint (t0, ==, now);
  r0 = pb_timeline_map_rtp (&line, 12345, t0);
  g_assert_cmpuint (r0, ==, pb_timeline_rtp_of_time (&line, t0));

  /* The stream's own differences, not the jitter of arrival. */
  t1 = pb_timeline_map_time (&line, 7 * GST_SECOND + TICK (1), now + 40 * MS);
  g_assert_cmpuint (t1 - t0, ==, TICK (1));
  r1 = pb_timeline_map_rtp (&line, 12345 + 1500, t1);
  g_assert_cmpuint (r1 - r0, ==, 1500);

  /* A new stream goes on at the present, whatever its own times are. */
  pb_timeline_reset (&line);
  now += 3 * GST_SECOND;
  t1 = pb_timeline_map_time (&line, 99 * GST_SECOND, now);
  g_assert_cmpuint (t1, ==, now);
  r1 = pb_timeline_map_rtp (&line, 4000000000u, t1);
  g_assert_cmpuint (r1 - r0, ==, 3 * 90000);

  /* Also without a word: a jump of more than 10 s is a new stream. */
  now += GST_SECOND;
  t1 = pb_timeline_map_time (&line, 5 * GST_SECOND, now);
  g_assert_cmpuint (t1, ==, now);
  r1 = pb_timeline_map_rtp (&line, 1, t1);
  g_assert_cmpuint (r1 - r0, ==, 4 * 90000);
}

/* A restart must never run backwards, even right after frames that came
 * early. */
static void
test_timeline_goes_on (void)
{
  PbTimeline line;
  GstClockTime now = GST_SECOND, before, after;

  pb_timeline_init (&line, 0);
  pb_timeline_map_time (&line, 0, now);
  before = pb_timeline_map_time (&line, 400 * MS, now + 10 * MS);
  pb_timeline_reset (&line);
  after = pb_timeline_map_time (&line, 0, now + 20 * MS);
  g_assert_cmpuint (after, >, before);
}

static void
test_window (void)
{
  GstPitboxWindow window = { 0 };
  gint64 p50, p99;

  g_assert_cmpuint (
      gst_pitbox_window_get_percentiles (&window, &p50, &p99), ==, 0);
  for (gint i = 1; i <= 100; i++)
    gst_pitbox_window_push (&window, i);
  g_assert_cmpuint (
      gst_pitbox_window_get_percentiles (&window, &p50, &p99), ==, 100);
  g_assert_cmpint (p50, ==, 50);
  g_assert_cmpint (p99, ==, 99);
  for (guint i = 0; i < 5 * GST_PITBOX_WINDOW_SIZE; i++)
    gst_pitbox_window_push (&window, 7);
  g_assert_cmpuint (gst_pitbox_window_get_percentiles (&window, &p50, &p99), ==,
      GST_PITBOX_WINDOW_SIZE);
  g_assert_cmpint (p50, ==, 7);
  g_assert_cmpint (p99, ==, 7);
}

static void
test_rate (void)
{
  PbRate rate = { 0 };
  gint64 now_us = 100 * G_USEC_PER_SEC;

  for (guint i = 0; i <= 60; i++)
    pb_rate_add (&rate, 1, now_us + i * G_USEC_PER_SEC / 60);
  now_us += G_USEC_PER_SEC;
  g_assert_cmpfloat_with_epsilon (pb_rate_get (&rate, now_us), 60.0, 0.1);
  g_assert_cmpfloat (pb_rate_get (&rate, now_us + 4 * G_USEC_PER_SEC), ==, 0);
}

/* Rows and pictures as letters, in order of arrival: "r16" is a row of 16 ms,
 * "f16" a picture of 16 ms, "w100" lets 100 ms go by, "b0" says that pictures begin. Out comes for each
 * picture its time and its own row's, "-" for none, with "+n" where n rows came
 * before it; for a row alone "a" and its time. */
static const struct {
  const gchar *what;
  const gchar *in;
  const gchar *out;
} frame_rows_table[] = {
  { "own row first", "r0 f0 r17 f17 r33 f33", "f0:0 f17:17 f33:33" },
  { "picture first", "f0 r0 f17 r17", "f0:0 f17:17" },
  { "two rows a picture", "r0 f0 r17 r33 f33 r50 r67 f67",
      "f0:0 f33:33+1 f67:67+1" },
  { "rounded a little late", "r0 f0 r1001u f1", "f0:0 f1:1" },
  { "picture between rows waits for none", "r0 f0 r17 f22 r33 f39",
      "f0:0 f22:17 f39:33" },
  { "row of the future is not taken", "r0 f0 r17 r33 f17 f33",
      "f0:0 f17:17 f33:33" },
  { "row does not come", "r0 f0 f200 w99 f217 w1", "f0:0 f200:-" },
  { "row comes just in time", "r0 f0 f17 w99 r17", "f0:0 f17:17" },
  { "row comes too late, goes with the next", "r0 f0 f120 w100 r120 r137 f137",
      "f0:0 f120:- f137:137+1" },
  { "rows rarer than pictures", "r0 f0 r50 r100 f100 f117 f133 r150 f150",
      "f0:0 f100:100+1 f117:100 f133:100 f150:150" },
  { "outage of rows", "r0 f0 r17 f17 f150 w100 f317 w100 r333 f333",
      "f0:0 f17:17 f150:- f317:- f333:333" },
  { "no pictures at all", "r0 r17 r250 r267", "a0 a17 a250 a267" },
  { "pictures stop", "r0 f0 r17 r100 r251", "f0:0 a17 a100 a251" },
  { "pictures go back", "r0 f0 r17 r33 f33 f17 f50 r50",
      "f0:0 f33:33+1 f17:- f50:50" },
  /* Ticks here are the places in the line, 60 a second. */
  { "rows had an earlier clock before the first picture",
      "r0 r17 b0 f60 r110 f110", "f60:- f110:110" },
  { "one row had an earlier clock", "r0 b0 f60 r110 f110", "f60:- f110:110" },
  { "rows had a later clock before the first picture", "r200 r217 f20 r53 f53",
      "f20:- f53:53" },
  { "row twice", "r0 r0 f0 r17 r17 f17", "f0:0 f17:17" },
};

static void
append_pair (GString *out, const PbPair *pair)
{
  guint n = pair->rows->len;
  const GstPitboxSample *own = n > 0 ? pair->rows->pdata[n - 1] : NULL;

  if (out->len > 0)
    g_string_append_c (out, ' ');
  if (!pair->has_picture) {
    g_string_append_printf (out, "a%u", (guint) (own->time / MS));
    return;
  }
  g_assert_cmpuint (pair->rtp, ==, (guint32) (pair->time / MS));
  g_string_append_printf (out, "f%u:", (guint) (pair->time / MS));
  if (own == NULL) {
    g_string_append_c (out, '-');
    return;
  }
  g_assert_cmpint (pair->error, ==, GST_CLOCK_DIFF (pair->time, own->time));
  g_assert_cmpint (pair->exact, ==, ABS (pair->error) <= (gint64) MS);
  g_string_append_printf (out, "%u", (guint) (own->time / MS));
  if (n > 1)
    g_string_append_printf (out, "+%u", n - 1);
}

static void
take_pairs (PbFrameRows *frame_rows, GstClockTime now, GString *out)
{
  PbPair pair;

  while (pb_frame_rows_next (frame_rows, now, &pair)) {
    append_pair (out, &pair);
    pb_pair_clear (&pair);
  }
}

static GstPitboxSample *
make_row (GstPitboxSchema *schema, guint n, GstClockTime time)
{
  gsize size = gst_pitbox_schema_get_row_bytes (schema);
  guint8 *row = g_malloc0 (size);

  pb_test_row_fill (schema, n, row);
  return gst_pitbox_sample_new (schema, g_bytes_new_take (row, size), n, time,
      n * 16667, GST_PITBOX_CLOCK_LOCAL);
}

static void
test_frame_rows (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();

  for (guint i = 0; i < G_N_ELEMENTS (frame_rows_table); i++) {
    g_autoptr (PbFrameRows) frame_rows = pb_frame_rows_new (100);
    g_auto (GStrv) steps = g_strsplit (frame_rows_table[i].in, " ", -1);
    g_autoptr (GString) out = g_string_new (NULL);
    GstClockTime now = 1000 * GST_SECOND;

    g_test_message ("%s", frame_rows_table[i].what);
    for (guint n = 0; steps[n] != NULL; n++) {
      gchar *unit;
      GstClockTime time = g_ascii_strtoull (steps[n] + 1, &unit, 10)
                          * (*unit == 'u' ? GST_USECOND : MS);

      if (steps[n][0] == 'r')
        pb_frame_rows_push_row (frame_rows, make_row (schema, n, time));
      else if (steps[n][0] == 'f')
        pb_frame_rows_push_frame (frame_rows, (guint32) (time / MS), time, now);
      else if (steps[n][0] == 'b')
        pb_frame_rows_begin_pictures (frame_rows);
      else
        now += time;
      take_pairs (frame_rows, now, out);
    }
    g_assert_cmpstr (out->str, ==, frame_rows_table[i].out);
  }
}

static void
test_frame_rows_bounds (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbFrameRows) frame_rows = pb_frame_rows_new (100);
  guint frames = 0;
  PbPair pair;

  /* Pictures without rows: the oldest go out, memory does not grow. */
  for (guint i = 0; i < 1000; i++) {
    pb_frame_rows_push_frame (frame_rows, i, TICK (i), 1);
    while (pb_frame_rows_next (frame_rows, 1, &pair)) {
      g_assert_cmpuint (pair.rows->len, ==, 0);
      frames++;
      pb_pair_clear (&pair);
    }
  }
  g_assert_cmpuint (frames, >, 700);
  pb_frame_rows_reset (frame_rows);

  /* Rows for longer than a message may hold: only the last one goes. */
  pb_frame_rows_push_row (frame_rows, make_row (schema, 0, 0));
  pb_frame_rows_push_frame (frame_rows, 0, 0, 1);
  g_assert_true (pb_frame_rows_next (frame_rows, 1, &pair));
  pb_pair_clear (&pair);
  for (guint i = 1; i <= PB_FRAME_ROWS_MAX + 1; i++)
    g_assert_true (
        pb_frame_rows_push_row (frame_rows, make_row (schema, i, i * MS)));
  pb_frame_rows_push_frame (frame_rows, 1, (PB_FRAME_ROWS_MAX + 1) * MS, 1);
  g_assert_true (pb_frame_rows_next (frame_rows, 1, &pair));
  g_assert_true (pair.skipped);
  g_assert_cmpuint (pair.rows->len, ==, 1);
  pb_pair_clear (&pair);
}

static void
set_pair (PbPair *pair, GstClockTime time, GstPitboxSample *row,
    GstPitboxSample *second)
{
  *pair = (PbPair){ .has_picture = TRUE, .time = time, .exact = TRUE };
  pair->rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_pitbox_sample_unref);
  if (row != NULL)
    g_ptr_array_add (pair->rows, row);
  if (second != NULL)
    g_ptr_array_add (pair->rows, second);
}

/* Bytes of no variable are not carried by deltas. */
static void
assert_same_row (
    GstPitboxSchema *schema, const guint8 *row, const GstPitboxSample *sample)
{
  const guint8 *wanted = g_bytes_get_data (sample->row, NULL);

  for (guint i = 0; i < gst_pitbox_schema_get_n_vars (schema); i++) {
    const GstPitboxVar *var = gst_pitbox_schema_get_var (schema, i);

    g_assert_cmpmem (row + var->offset,
        var->count * gst_pitbox_var_type_size (var->type), wanted + var->offset,
        var->count * gst_pitbox_var_type_size (var->type));
  }
}

static void
test_samples (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbSampleCoder) coder = pb_sample_coder_new ();
  g_autoptr (PbSampleDecoder) first = pb_sample_decoder_new (schema);
  g_autoptr (PbSampleDecoder) late = NULL;
  gsize key_bytes = 0;

  g_assert_null (pb_sample_coder_key (coder));
  for (guint n = 0; n < 300; n++) {
    gboolean none = n % 50 == 49, two = n % 7 == 3;
    GstPitboxSample *row = make_row (schema, 2 * n + 1, TICK (n));
    g_autoptr (GstPitboxSample) own = gst_pitbox_sample_ref (row);
    g_auto (PbPair) pair = { 0 };
    g_autoptr (GBytes) message = NULL;
    PbSampleInfo info;
    gboolean key;

    if (none)
      set_pair (&pair, TICK (n), NULL, (gst_pitbox_sample_unref (row), NULL));
    else if (two)
      set_pair (
          &pair, TICK (n), make_row (schema, 2 * n, TICK (n) - 8 * MS), row);
    else
      set_pair (&pair, TICK (n), row, NULL);
    message = pb_sample_coder_encode (coder, &pair, 90 * n, &key);
    g_assert_cmpint (key, ==, n == 0);
    if (key)
      key_bytes = g_bytes_get_size (message);
    else
      g_assert_cmpuint (g_bytes_get_size (message), <, 2 * key_bytes);
    g_assert_true (pb_sample_decoder_push (first, message, &info));
    g_assert_cmpuint (info.rtp, ==, 90 * n);
    g_assert_cmpuint (info.seq, ==, n + 1);
    g_assert_cmpuint (info.n_rows, ==, none ? 0 : two ? 2 : 1);
    g_assert_cmpint (info.flags & 1, ==, none);
    if (!none) {
      g_assert_cmpint (info.tick, ==, 2 * n + 1);
      g_assert_cmpint (info.row_tick, ==, info.tick);
      g_assert_cmpint (info.row_offset_us, ==, 0);
      g_assert_cmpint (info.utc_us, ==, own->utc_us);
      assert_same_row (schema, pb_sample_decoder_get_row (first), own);
    }

    /* Who joins gets one key, and from then on the same bytes as all. */
    if (n == 120 || n == 149) {
      g_autoptr (GBytes) join = pb_sample_coder_key (coder);

      g_clear_pointer (&late, pb_sample_decoder_free);
      late = pb_sample_decoder_new (schema);
      g_assert_true (pb_sample_decoder_push (late, join, &info));
      g_assert_cmpuint (info.type, ==, 1);
      g_assert_cmpuint (info.seq, ==, n + 1);
      g_assert_cmpuint (info.rtp, ==, 90 * n);
    } else if (late != NULL) {
      g_assert_true (pb_sample_decoder_push (late, message, &info));
    }
    if (late != NULL)
      g_assert_cmpmem (pb_sample_decoder_get_row (late),
          gst_pitbox_schema_get_row_bytes (schema) - 3,
          pb_sample_decoder_get_row (first),
          gst_pitbox_schema_get_row_bytes (schema) - 3);
  }
}

/* A new layout, a restart and a skip each make a key for everybody. */
static void
test_sample_keys (void)
{
  static const GstPitboxVar vars[] = {
    { "Gear", "", "", GST_PITBOX_VAR_INT, 1, FALSE, 0 },
  };
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (GstPitboxSchema) other =
      gst_pitbox_schema_new ("iracing", 60, 4, vars, 1, NULL);
  g_autoptr (PbSampleCoder) coder = pb_sample_coder_new ();

  for (guint n = 0; n < 8; n++) {
    g_auto (PbPair) pair = { 0 };
    g_autoptr (GBytes) message = NULL;
    const guint8 *data;
    gboolean key, wanted = n == 0 || n == 3 || n == 5 || n == 7;

    set_pair (
        &pair, TICK (n), make_row (n < 3 ? schema : other, n, TICK (n)), NULL);
    if (n == 5)
      pb_sample_coder_restart (coder);
    pair.skipped = n == 7;
    message = pb_sample_coder_encode (coder, &pair, n, &key);
    data = g_bytes_get_data (message, NULL);
    g_assert_cmpint (key, ==, wanted);
    g_assert_cmpuint (data[0], ==, wanted ? PB_SAMPLE_KEY : PB_SAMPLE_DELTA);
    g_assert_cmpint ((data[1] & PB_SAMPLE_DISCONT) != 0, ==, wanted);
    g_assert_cmpuint (GST_READ_UINT32_LE (data + 8), ==,
        gst_pitbox_schema_get_id (n < 3 ? schema : other));
  }
}

/* A viewer that joins gets as many of the newest samples as fit, each as the
 * others got it, and the next one of all follows on the last. */
static void
test_catchup (void)
{
  static const struct {
    guint samples;
    guint last_row;
    gsize max_bytes;
    gboolean all;
  } table[] = {
    { 1, 1, 1 << 20, TRUE },
    { 100, 100, 1 << 20, TRUE },
    { 100, 100, 8192, FALSE },
    /* The last rows have no row of their own: what follows still decodes. */
    { 100, 60, 1 << 20, TRUE },
    { 100, 60, 600, FALSE },
    { 1000, 1000, 1 << 20, FALSE },
  };
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();

  for (guint c = 0; c < G_N_ELEMENTS (table); c++) {
    g_autoptr (PbCatchup) catchup = pb_catchup_new ();
    g_autoptr (PbSampleCoder) coder = pb_sample_coder_new ();
    g_autoptr (PbSampleDecoder) decoder = pb_sample_decoder_new (schema);
    g_autoptr (GPtrArray) messages = NULL;
    gsize bytes = 0;
    PbSampleInfo info;

    g_assert_null (pb_catchup_encode (catchup, 1000));
    for (guint n = 0; n <= table[c].samples; n++) {
      g_auto (PbPair) pair = { 0 };
      g_autoptr (GBytes) message = NULL;
      gboolean key, has_row = n < table[c].last_row || n == table[c].samples;

      set_pair (&pair, TICK (n),
          has_row ? make_row (schema, n, TICK (n)) : NULL, NULL);
      message = pb_sample_coder_encode (coder, &pair, 1500 * n, &key);
      if (n < table[c].samples) {
        pb_catchup_push (
            catchup, &pair, 1500 * n, pb_sample_coder_get_seq (coder));
        continue;
      }
      messages = pb_catchup_encode (catchup, table[c].max_bytes);
      for (guint i = 0; i < messages->len; i++)
        bytes += g_bytes_get_size (messages->pdata[i]);
      g_assert_cmpuint (bytes, <=, MAX (table[c].max_bytes, 4096));
      g_ptr_array_add (messages, g_bytes_ref (message));
    }
    g_assert_cmpint (messages->len == table[c].samples + 1, ==, table[c].all);
    g_assert_cmpuint (messages->len, >, 1);
    for (guint i = 0; i < messages->len; i++) {
      guint n = table[c].samples + 1 - messages->len + i;
      g_autoptr (GstPitboxSample) row = make_row (schema, n, TICK (n));

      g_assert_true (
          pb_sample_decoder_push (decoder, messages->pdata[i], &info));
      g_assert_cmpuint (info.seq, ==, n + 1);
      g_assert_cmpuint (info.rtp, ==, 1500 * n);
      if (info.n_rows == 0)
        continue;
      g_assert_cmpuint (info.type, ==, i == 0 ? 1 : 2);
      assert_same_row (schema, pb_sample_decoder_get_row (decoder), row);
    }
    /* Nothing of pictures nobody can be shown any more. */
    pb_catchup_trim (catchup, 1500 * 2000, 1500 * 2000);
    g_assert_null (pb_catchup_encode (catchup, 1000));
  }
}

/* Random rows in every variable, and what is cut off is never taken. */
static void
test_sample_random (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbSampleCoder) coder = pb_sample_coder_new ();
  g_autoptr (PbSampleDecoder) decoder = pb_sample_decoder_new (schema);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gsize size = gst_pitbox_schema_get_row_bytes (schema);

  for (guint n = 0; n < 50; n++) {
    guint8 *bytes = g_malloc0 (size);
    g_auto (PbPair) pair = { 0 };
    g_autoptr (GBytes) message = NULL;
    g_autoptr (GstPitboxSample) row = NULL;
    PbSampleInfo info;
    gboolean key;

    pb_test_row_random (rand, schema, bytes);
    row = gst_pitbox_sample_new (schema, g_bytes_new_take (bytes, size), n,
        TICK (n), 0, GST_PITBOX_CLOCK_UNKNOWN);
    set_pair (&pair, TICK (n), gst_pitbox_sample_ref (row), NULL);
    message = pb_sample_coder_encode (coder, &pair, n, &key);
    g_assert_true (pb_sample_decoder_push (decoder, message, &info));
    assert_same_row (schema, pb_sample_decoder_get_row (decoder), row);
    if (n == 10) {
      for (gsize cut = 0; cut < g_bytes_get_size (message); cut++) {
        g_autoptr (GBytes) part = g_bytes_new_from_bytes (message, 0, cut);
        g_autoptr (PbSampleDecoder) fresh = pb_sample_decoder_new (schema);

        g_assert_false (pb_sample_decoder_push (fresh, part, &info));
      }
    }
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/gop", test_gop);
  g_test_add_func ("/live/gop-frames", test_gop_frames_limit);
  g_test_add_func ("/live/frame", test_frame_rewrites_header);
  g_test_add_func ("/live/key-detection", test_key_detection);
  g_test_add_func ("/live/timeline", test_timeline);
  g_test_add_func ("/live/timeline-goes-on", test_timeline_goes_on);
  g_test_add_func ("/live/window", test_window);
  g_test_add_func ("/live/rate", test_rate);
  g_test_add_func ("/live/frame-rows", test_frame_rows);
  g_test_add_func ("/live/frame-rows-bounds", test_frame_rows_bounds);
  g_test_add_func ("/live/samples", test_samples);
  g_test_add_func ("/live/sample-keys", test_sample_keys);
  g_test_add_func ("/live/catchup", test_catchup);
  g_test_add_func ("/live/sample-random", test_sample_random);
  return g_test_run ();
}
