/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What readers of the SRT port begin with: tables, key frame, no byte lost. */
#include "../../elements/net/pitboxsrtcache.h"

#include <mpegts/mpegts-parser.h>
#include <string.h>

#include "../lib/pb-test-rows.h"
#include "../lib/pb-test-ts.h"

#define NONE PITBOX_SRT_CACHE_NONE
#define PLENTY (8 * 1024 * 1024)
#define PACKET 188

static guint
pid_of (const guint8 *packet)
{
  return (packet[1] & 0x1fu) << 8 | packet[2];
}

/* Gives @cache what is in @ts, in pieces of @piece, and empties it. */
static void
push (PitboxSrtCache *cache, PbTestTs *ts, gsize piece, gint64 now_us)
{
  for (gsize at = 0; at < ts->out->len; at += piece)
    pitbox_srt_cache_push (
        cache, ts->out->data + at, MIN (piece, ts->out->len - at), now_us);
  pitbox_srt_cache_flush (cache);
  g_byte_array_set_size (ts->out, 0);
}

/* All that is in @cache from message @from on. */
static GByteArray *
collect (const PitboxSrtCache *cache, guint64 from)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint64 i = from; i < pitbox_srt_cache_get_next (cache); i++) {
    const PitboxSrtMessage *message = pitbox_srt_cache_get (cache, i);

    g_assert_cmpuint (message->size, <=, PITBOX_SRT_CACHE_MESSAGE_BYTES);
    g_assert_cmpuint (message->size % PACKET, ==, 0);
    g_byte_array_append (bytes, message->data, message->size);
  }
  return bytes;
}

static void
put_group (PbTestTs *ts, guint64 *pts, guint n_frames, gboolean flagged)
{
  pb_test_ts_put_tables (ts);
  for (guint i = 0; i < n_frames; i++, *pts += 1500) {
    pb_test_ts_put_picture (ts, *pts, i == 0, flagged, i == 0 ? 9000 : 1500);
    pb_test_ts_put_klv (ts, *pts, 300);
  }
}

static void
test_bytes_stay_as_they_are (void)
{
  const gsize pieces[] = { 1, 187, 188, 1316, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++) {
    PitboxSrtCache *cache = pitbox_srt_cache_new (PLENTY);
    g_autoptr (GByteArray) sent = g_byte_array_new ();
    g_autoptr (GByteArray) got = NULL;
    guint64 pts = 90000;
    PbTestTs ts;

    pb_test_ts_init (&ts, TRUE, TRUE);
    put_group (&ts, &pts, 30, TRUE);
    put_group (&ts, &pts, 30, FALSE);
    g_byte_array_append (sent, ts.out->data, ts.out->len);
    push (cache, &ts, pieces[i], 1);
    got = collect (cache, 0);
    g_assert_cmpmem (got->data, got->len, sent->data, sent->len);
    pb_test_ts_clear (&ts);
    pitbox_srt_cache_free (cache);
  }
}

static void
test_who_joins_begins_with_a_key_frame (void)
{
  PitboxSrtCache *cache = pitbox_srt_cache_new (PLENTY);
  const PitboxSrtMessage *message;
  guint64 pts = 90000;
  PbTestTs ts;

  pb_test_ts_init (&ts, TRUE, TRUE);
  pb_test_ts_put_tables (&ts);
  pb_test_ts_put_picture (&ts, 0, FALSE, FALSE, 1000);
  push (cache, &ts, 188, 1);
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), ==, NONE);
  /* Flagged by the muxer, and known by its parameter sets alone. */
  for (guint round = 0; round < 4; round++) {
    guint64 before = pitbox_srt_cache_get_next (cache);
    g_autoptr (GBytes) head = NULL;
    const guint8 *tables;
    gsize size;

    put_group (&ts, &pts, 10, round % 2 == 0);
    push (cache, &ts, 1316, round);
    g_assert_cmpuint (pitbox_srt_cache_get_key (cache), >, before);
    message = pitbox_srt_cache_get (cache, pitbox_srt_cache_get_key (cache));
    g_assert_cmpuint (pid_of (message->data), ==, PB_TEST_TS_VIDEO_PID);
    g_assert_true (message->data[1] & 0x40);
    head = pitbox_srt_cache_dup_head (cache);
    tables = g_bytes_get_data (head, &size);
    g_assert_cmpuint (size, ==, 2 * PACKET);
    g_assert_cmpuint (pid_of (tables), ==, 0);
    g_assert_cmpuint (pid_of (tables + PACKET), ==, PB_TEST_TS_PMT_PID);
    /* They are the last ones before the key frame. */
    g_assert_cmpuint (tables[3] & 0xf, ==, (round + 1) & 0xf);
  }
  pb_test_ts_clear (&ts);
  pitbox_srt_cache_free (cache);
}

static void
test_what_nobody_needs_is_forgotten (void)
{
  PitboxSrtCache *cache = pitbox_srt_cache_new (PLENTY);
  guint64 pts = 90000, key;
  PbTestTs ts;

  pb_test_ts_init (&ts, TRUE, TRUE);
  for (guint i = 0; i < 5; i++)
    put_group (&ts, &pts, 10, TRUE);
  push (cache, &ts, 1316, 1);
  key = pitbox_srt_cache_get_key (cache);
  pitbox_srt_cache_trim (cache, key - 7);
  g_assert_cmpuint (pitbox_srt_cache_get_first (cache), ==, key - 7);
  pitbox_srt_cache_trim (cache, NONE);
  g_assert_cmpuint (pitbox_srt_cache_get_first (cache), ==, key);
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), ==, key);
  pb_test_ts_clear (&ts);
  pitbox_srt_cache_free (cache);
}

/* A group longer than the limit: nobody can begin, until the next one. */
static void
test_memory_is_bounded (void)
{
  const gsize limit = 100000;
  PitboxSrtCache *cache = pitbox_srt_cache_new (limit);
  guint64 pts = 90000;
  PbTestTs ts;

  pb_test_ts_init (&ts, TRUE, TRUE);
  put_group (&ts, &pts, 10, TRUE);
  push (cache, &ts, 1316, 1);
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), !=, NONE);
  for (guint i = 0; i < 1000; i++, pts += 1500) {
    pb_test_ts_put_picture (&ts, pts, FALSE, FALSE, 1500);
    push (cache, &ts, 1316, 2);
    g_assert_cmpuint (pitbox_srt_cache_get_bytes (cache), <=, limit);
  }
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), ==, NONE);
  put_group (&ts, &pts, 10, TRUE);
  push (cache, &ts, 1316, 3);
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), !=, NONE);
  pb_test_ts_clear (&ts);
  pitbox_srt_cache_free (cache);
}

static void
put_key_unit (PbTestTs *ts, guint64 pts, gboolean key)
{
  /* Key, length 4, then the flags: bit 5 is a key unit. */
  const guint8 unit[] = { 0x06, 0x0e, 0x2b, 0x34, 0x01, 0x01, 0x01, 0x01, 0x0f,
    'P', 'I', 'T', 'B', 'O', 'X', 0x01, 4, key ? 0x60 : 0x40, 0, 0, 0 };

  pb_test_ts_put_pes (ts, PB_TEST_TS_KLV_PID, pts, FALSE, unit, sizeof unit);
}

/* Telemetry's key units count where there is no picture, or has been none for
 * ten seconds. */
static void
test_without_a_picture_a_key_unit_is_where_to_begin (void)
{
  for (guint with_video = 0; with_video < 2; with_video++) {
    PitboxSrtCache *cache = pitbox_srt_cache_new (PLENTY);
    gint64 now = G_USEC_PER_SEC;
    guint64 key, pts = 90000;
    PbTestTs ts;

    pb_test_ts_init (&ts, with_video, TRUE);
    if (with_video)
      put_group (&ts, &pts, 3, TRUE);
    else
      pb_test_ts_put_tables (&ts);
    push (cache, &ts, 1316, now);
    key = pitbox_srt_cache_get_key (cache);
    put_key_unit (&ts, pts, FALSE);
    put_key_unit (&ts, pts += 1500, TRUE);
    put_key_unit (&ts, pts += 1500, FALSE);
    push (cache, &ts, 1316, now + 1000);
    if (with_video)
      g_assert_cmpuint (pitbox_srt_cache_get_key (cache), ==, key);
    else
      g_assert_cmpuint (pitbox_srt_cache_get_key (cache), <,
          pitbox_srt_cache_get_next (cache));
    now += 10 * G_USEC_PER_SEC;
    put_key_unit (&ts, pts += 900000, TRUE);
    push (cache, &ts, 1316, now);
    key = pitbox_srt_cache_get_key (cache);
    g_assert_cmpuint (key, ==, pitbox_srt_cache_get_next (cache) - 1);
    g_assert_cmpuint (pid_of (pitbox_srt_cache_get (cache, key)->data), ==,
        PB_TEST_TS_KLV_PID);
    pb_test_ts_clear (&ts);
    pitbox_srt_cache_free (cache);
  }
}

static void
test_another_stream_leaves_nothing_of_the_old (void)
{
  PitboxSrtCache *cache = pitbox_srt_cache_new (PLENTY);
  guint64 pts = 90000, next, offset;
  PbTestTs ts;

  pb_test_ts_init (&ts, TRUE, TRUE);
  put_group (&ts, &pts, 10, TRUE);
  push (cache, &ts, 1000, 1);
  next = pitbox_srt_cache_get_next (cache);
  offset = pitbox_srt_cache_get (cache, next - 1)->offset;
  pitbox_srt_cache_reset (cache);
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), ==, NONE);
  g_assert_cmpuint (pitbox_srt_cache_get_first (cache), ==, next);
  g_assert_cmpuint (pitbox_srt_cache_get_bytes (cache), ==, 0);
  put_group (&ts, &pts, 10, TRUE);
  push (cache, &ts, 1000, 1);
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), >=, next);
  g_assert_cmpuint (pitbox_srt_cache_get (cache, next)->offset, >, offset);
  pb_test_ts_clear (&ts);
  pitbox_srt_cache_free (cache);
}

static void
test_garbage_is_left_out (void)
{
  PitboxSrtCache *cache = pitbox_srt_cache_new (PLENTY);
  g_autofree guint8 *garbage = g_malloc0 (100000);
  guint64 pts = 90000;
  PbTestTs ts;

  pitbox_srt_cache_push (cache, garbage, 100000, 1);
  pitbox_srt_cache_flush (cache);
  g_assert_cmpuint (pitbox_srt_cache_get_next (cache), ==, 0);
  pb_test_ts_init (&ts, TRUE, TRUE);
  put_group (&ts, &pts, 10, TRUE);
  push (cache, &ts, 1316, 1);
  g_assert_cmpuint (pitbox_srt_cache_get_key (cache), !=, NONE);
  pb_test_ts_clear (&ts);
  pitbox_srt_cache_free (cache);
}

/* A driver whose units are real. */
typedef struct {
  PbTestTs ts;
  GstPitboxSchema *schema;
  GstPitboxEncoder *encoder;
  guint8 *row;
  guint n;
} Driver;

static void
driver_init (Driver *d, gboolean has_video, GBytes *text)
{
  const GstPitboxEncoderConfig config = { .codec = GST_PITBOX_CODEC_PREDICTIVE,
    .key_interval = GST_SECOND,
    .rows_per_unit = 1,
    .run_id = 7,
    .rate_divisor = 1 };

  pb_test_ts_init (&d->ts, has_video, TRUE);
  d->schema = pb_test_schema_new ();
  d->encoder = gst_pitbox_encoder_new (&config);
  d->row = g_malloc0 (gst_pitbox_schema_get_row_bytes (d->schema));
  d->n = 0;
  g_assert_true (gst_pitbox_encoder_set_schema (d->encoder, d->schema, NULL));
  gst_pitbox_encoder_set_session (d->encoder, text, 3);
}

static void
driver_clear (Driver *d)
{
  pb_test_ts_clear (&d->ts);
  gst_pitbox_encoder_free (d->encoder);
  gst_pitbox_schema_unref (d->schema);
  g_free (d->row);
}

static void
driver_put (Driver *d)
{
  const GstPitboxEncoderRow row = {
    .data = d->row, .tick = d->n, .pts = PB_TEST_ROW_NS (d->n)
  };
  guint64 pts = 90000 + d->n * 1500;
  g_autoptr (GstBuffer) unit = NULL;
  GstMapInfo map;

  if (d->n % 50 == 0)
    pb_test_ts_put_tables (&d->ts);
  if (d->ts.has_video)
    pb_test_ts_put_picture (&d->ts, pts, d->n % 50 == 0, TRUE, 1500);
  pb_test_row_fill (d->schema, d->n++, d->row);
  unit = gst_pitbox_encoder_push (d->encoder, &row);
  g_assert_true (gst_buffer_map (unit, &map, GST_MAP_READ));
  pb_test_ts_put_pes (
      &d->ts, PB_TEST_TS_KLV_PID, pts, FALSE, map.data, map.size);
  gst_buffer_unmap (unit, &map);
}

/* What a reader makes of it. */
typedef struct {
  GstPitboxDecoder *decoder;
  GByteArray *units;
  guint n_rows;
  guint n_rows_before_session;
  guint n_sessions;
} Late;

static void
late_decode (Late *late)
{
  GstPitboxDecoderItem item;

  gst_pitbox_decoder_push (late->decoder, late->units->data, late->units->len);
  while (gst_pitbox_decoder_next (late->decoder, &item)) {
    late->n_rows += item.type == GST_PITBOX_DECODER_ROW;
    late->n_sessions += item.type == GST_PITBOX_DECODER_SESSION;
    late->n_rows_before_session += late->n_sessions == 0 && late->n_rows > 0;
  }
  g_byte_array_set_size (late->units, 0);
}

static void
late_take (const guint8 *data, gsize size, const MpegtsPacket *packet,
    gpointer user_data)
{
  Late *late = user_data;

  g_assert_cmpint (packet->kind, !=, MPEGTS_GARBAGE);
  if (packet->kind != MPEGTS_KLV)
    return;
  if (packet->starts_unit)
    late_decode (late);
  g_byte_array_append (late->units, packet->payload, packet->payload_bytes);
}

/* With a picture and without: the session string first, counters that follow
 * on each other, nothing of the stream changed. */
static void
test_who_joins_late_has_the_session_string (void)
{
  g_autofree gchar *words = g_malloc (20000);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GBytes) text = NULL;

  for (guint i = 0; i < 20000; i++)
    words[i] = (gchar) g_rand_int_range (rand, 'a', 'z');
  text = g_bytes_new (words, 20000);
  for (guint with_video = 0; with_video < 2; with_video++) {
    PitboxSrtCache *cache = pitbox_srt_cache_new (PLENTY);
    g_autoptr (MpegtsParser) parser = mpegts_parser_new ();
    g_autoptr (GByteArray) rest = NULL;
    g_autoptr (GBytes) head = NULL;
    Late late = { gst_pitbox_decoder_new (), g_byte_array_new (), 0, 0, 0 };
    Driver d;

    driver_init (&d, with_video, text);
    for (guint i = 0; i < 690; i++) {
      driver_put (&d);
      push (cache, &d.ts, 1316, 1 + i * 16667);
    }
    head = pitbox_srt_cache_dup_head (cache);
    g_assert_cmpuint (g_bytes_get_size (head) % PACKET, ==, 0);
    rest = collect (cache, pitbox_srt_cache_get_key (cache));
    mpegts_parser_push (parser, g_bytes_get_data (head, NULL),
        g_bytes_get_size (head), late_take, &late);
    mpegts_parser_push (parser, rest->data, rest->len, late_take, &late);
    mpegts_parser_flush (parser, late_take, &late);
    late_decode (&late);
    g_assert_cmpuint (late.n_sessions, ==, 1);
    g_assert_cmpuint (late.n_rows_before_session, ==, 0);
    g_assert_cmpuint (late.n_rows, >, 0);
    g_assert_cmpuint (
        mpegts_parser_get_stats (parser)->continuity_errors, ==, 0);
    gst_pitbox_decoder_free (late.decoder);
    g_byte_array_unref (late.units);
    driver_clear (&d);
    pitbox_srt_cache_free (cache);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/srt-cache/bytes", test_bytes_stay_as_they_are);
  g_test_add_func ("/srt-cache/join", test_who_joins_begins_with_a_key_frame);
  g_test_add_func ("/srt-cache/trim", test_what_nobody_needs_is_forgotten);
  g_test_add_func ("/srt-cache/memory", test_memory_is_bounded);
  g_test_add_func ("/srt-cache/telemetry",
      test_without_a_picture_a_key_unit_is_where_to_begin);
  g_test_add_func (
      "/srt-cache/restart", test_another_stream_leaves_nothing_of_the_old);
  g_test_add_func (
      "/srt-cache/session-string", test_who_joins_late_has_the_session_string);
  g_test_add_func ("/srt-cache/garbage", test_garbage_is_left_out);
  return g_test_run ();
}
