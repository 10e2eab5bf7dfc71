/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sound on its way to viewers: headers of AAC, RTP timestamps of Opus, who gets
 * it. */
#include <string.h>

#include "live/pb-live.h"
#include "live/pb-sound-line.h"
#include "session/pb-adts.h"

#define MS GST_MSECOND

static void
test_adts (void)
{
  static const struct {
    guint8 data[7];
    gboolean ok;
    guint rate;
    guint channels;
    guint bytes;
  } cases[] = {
    /* As ffmpeg (MPEG-4, no CRC), avenc_aac and an encoder of MPEG-2 write. */
    { { 0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x5f, 0xfc }, TRUE, 48000, 2, 370 },
    { { 0xff, 0xf1, 0x50, 0x40, 0x20, 0x1f, 0xfc }, TRUE, 44100, 1, 256 },
    { { 0xff, 0xf8, 0x4d, 0xc0, 0x2e, 0x5f, 0xfc }, TRUE, 48000, 8, 370 },
    /* Channels said elsewhere. */
    { { 0xff, 0xf1, 0x4c, 0x00, 0x2e, 0x5f, 0xfc }, TRUE, 48000, 0, 370 },
    /* MP3, LATM, a reserved rate, a frame shorter than its header. */
    { { 0xff, 0xfb, 0x90, 0x44, 0x00, 0x00, 0x00 }, FALSE, 0, 0, 0 },
    { { 0x56, 0xe1, 0x19, 0x20, 0x00, 0x11, 0x90 }, FALSE, 0, 0, 0 },
    { { 0xff, 0xf1, 0x7c, 0x80, 0x2e, 0x5f, 0xfc }, FALSE, 0, 0, 0 },
    { { 0xff, 0xf1, 0x4c, 0x80, 0x00, 0xdf, 0xfc }, FALSE, 0, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    PbAdts adts = { 0 };

    g_assert_cmpint (pb_adts_read (&adts, cases[i].data, 7), ==, cases[i].ok);
    g_assert_cmpuint (adts.rate, ==, cases[i].rate);
    g_assert_cmpuint (adts.channels, ==, cases[i].channels);
    for (gsize n = 0; n < 7; n++)
      g_assert_false (pb_adts_read (&adts, cases[i].data, n));
    if (cases[i].ok)
      g_assert_cmpuint (adts.frame_bytes, ==, cases[i].bytes);
  }
}

/* Times as a demultiplexer gives them, rounded and late by less than 5 ms, do not
 * move a stream of packets by one sample; a jump does, and is marked. */
static void
test_line (void)
{
  PbSoundLine line;
  gboolean begins;
  guint32 first, rtp;

  pb_sound_line_init (&line, 0xffffff00);
  first = pb_sound_line_map (&line, 1000 * MS, 960, &begins);
  g_assert_true (begins);
  /* What libopus looks ahead is heard later by as much. */
  g_assert_cmpuint (
      first, ==, pb_sound_line_rtp_of_time (&line, 1000 * MS) - 312);
  g_assert_cmpuint (pb_sound_line_rtp_of_time (&line, 2000 * MS)
                        - pb_sound_line_rtp_of_time (&line, 1000 * MS),
      ==, PB_LIVE_SOUND_RATE);
  for (guint i = 1; i < 100; i++) {
    rtp = pb_sound_line_map (&line,
        (1000 + 20 * i) * MS + (i % 3) * 2 * MS - 11 * GST_USECOND, 960,
        &begins);
    g_assert_false (begins);
    g_assert_cmpuint ((guint32) (rtp - first), ==, 960 * i);
  }
  /* A second is missing; then as many samples follow as there are. */
  rtp = pb_sound_line_map (&line, 4000 * MS, 480, &begins);
  g_assert_true (begins);
  g_assert_cmpuint ((guint32) (rtp - first), ==, 3 * PB_LIVE_SOUND_RATE);
  rtp = pb_sound_line_map (&line, 4010 * MS, 960, &begins);
  g_assert_false (begins);
  g_assert_cmpuint ((guint32) (rtp - first), ==, 3 * PB_LIVE_SOUND_RATE + 480);
  pb_sound_line_reset (&line);
  pb_sound_line_map (&line, 4030 * MS, 960, &begins);
  g_assert_true (begins);
}

/* A clock that is off by 100 ppm: never more than 5 ms from the pictures. */
static void
test_drift (void)
{
  PbSoundLine line;
  guint jumps = 0;

  pb_sound_line_init (&line, 77);
  for (guint64 i = 0; i < 50 * 600; i++) {
    const GstClockTime time = i * 20 * MS + i * 2 * GST_USECOND;
    gboolean begins;
    const guint32 rtp = pb_sound_line_map (&line, time, 960, &begins);
    const gint32 off =
        (gint32) (rtp + 312 - pb_sound_line_rtp_of_time (&line, time));

    g_assert_cmpint (ABS (off), <=, PB_LIVE_SOUND_RATE * 5 / 1000);
    jumps += begins;
  }
  /* 60 ms in ten minutes. */
  g_assert_cmpuint (jumps, ==, 12);
}

typedef struct {
  GMutex lock;
  GCond cond;
  GPtrArray *packets;
} Heard;

static void
on_sound (GstBuffer *packet, gpointer user_data)
{
  Heard *heard = user_data;

  g_mutex_lock (&heard->lock);
  g_ptr_array_add (heard->packets, gst_buffer_ref (packet));
  g_cond_broadcast (&heard->cond);
  g_mutex_unlock (&heard->lock);
}

static void
on_frame (GstBufferList *list, gboolean key, gpointer user_data)
{
}

static const PbLiveViewerFuncs funcs = { .frame = on_frame, .sound = on_sound };

static void
push_picture (PbLive *live, GstClockTime time)
{
  const guint8 packet[16] = { 0x80, 96 | 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99,
    0x65, 1, 2, 3 };
  g_autoptr (GstBuffer) buffer = gst_buffer_new_memdup (packet, sizeof packet);
  g_autoptr (GstSample) sample = NULL;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  GST_BUFFER_PTS (buffer) = time;
  sample = gst_sample_new (buffer, NULL, &segment, NULL);
  pb_live_push_rtp (live, sample);
}

static void
push_sound (PbLive *live, GstClockTime time, gsize bytes)
{
  g_autofree guint8 *data = g_malloc (bytes);
  g_autoptr (GstBuffer) buffer = NULL;

  memset (data, 'o', bytes);
  buffer = gst_buffer_new_memdup (data, bytes);
  pb_live_push_sound (live, buffer, time, 960);
}

static void
wait_for (Heard *heard, guint n)
{
  const gint64 limit_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  g_mutex_lock (&heard->lock);
  while (heard->packets->len < n)
    g_assert_true (g_cond_wait_until (&heard->cond, &heard->lock, limit_us));
  g_mutex_unlock (&heard->lock);
}

static void
read_packet (Heard *heard, guint index, guint8 *header, guint32 *rtp)
{
  g_assert_cmpuint (
      gst_buffer_extract (heard->packets->pdata[index], 0, header, 13), ==, 13);
  *rtp = GST_READ_UINT32_BE (header + 4);
}

/* Only who asked for it gets it; what cannot be of the pictures' time, or is no
 * packet of Opus, is left out. */
static void
test_hub (void)
{
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  Heard heard = { .packets = g_ptr_array_new_with_free_func (
                      (GDestroyNotify) gst_buffer_unref) };
  PbLiveViewer *watches, *listens;
  guint8 first[13], second[13];
  guint32 a, b;

  g_mutex_init (&heard.lock);
  g_cond_init (&heard.cond);
  watches = pb_live_add_viewer (live, &funcs, &heard);
  listens = pb_live_add_viewer (live, &funcs, &heard);
  pb_live_viewer_start_video (live, watches, 111);
  g_assert_false (pb_live_is_listened (live));
  push_picture (live, 5000 * MS);
  push_sound (live, 5000 * MS, 100);
  pb_live_viewer_start_sound (live, listens);
  g_assert_true (pb_live_is_listened (live));
  push_sound (live, 5020 * MS, 100);
  push_sound (live, 5 * GST_SECOND + 3600 * GST_SECOND, 100);
  push_sound (live, 5040 * MS, 1276);
  push_sound (live, 5040 * MS, 100);
  wait_for (&heard, 2);
  g_assert_cmpuint (heard.packets->len, ==, 2);
  read_packet (&heard, 0, first, &a);
  read_packet (&heard, 1, second, &b);
  g_assert_cmpuint (first[0], ==, 0x80);
  g_assert_cmpuint (first[1], ==, 0x80);
  g_assert_cmpuint (second[1], ==, 0);
  g_assert_cmpuint ((guint32) (b - a), ==, 960);
  g_assert_cmpuint ((guint16) (GST_READ_UINT16_BE (second + 2)
                               - GST_READ_UINT16_BE (first + 2)),
      ==, 1);
  g_assert_cmpuint (GST_READ_UINT32_BE (first + 8), ==,
      pb_live_get_ssrc (live) ^ PB_LIVE_SOUND_SSRC);
  g_assert_cmpuint (first[12], ==, 'o');
  pb_live_remove_viewer (live, listens);
  g_assert_false (pb_live_is_listened (live));
  pb_live_remove_viewer (live, watches);
  g_ptr_array_unref (heard.packets);
  g_mutex_clear (&heard.lock);
  g_cond_clear (&heard.cond);
}

/* Sound does not move the pictures' time: alone it is nobody's. */
static void
test_first_of_all (void)
{
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  Heard heard = { .packets = g_ptr_array_new_with_free_func (
                      (GDestroyNotify) gst_buffer_unref) };
  PbLiveViewer *viewer = pb_live_add_viewer (live, &funcs, &heard);

  g_mutex_init (&heard.lock);
  g_cond_init (&heard.cond);
  pb_live_viewer_start_sound (live, viewer);
  push_sound (live, 100 * MS, 100);
  push_picture (live, 5000 * MS);
  push_sound (live, 5000 * MS, 100);
  wait_for (&heard, 1);
  pb_live_remove_viewer (live, viewer);
  g_assert_cmpuint (heard.packets->len, ==, 1);
  g_ptr_array_unref (heard.packets);
  g_mutex_clear (&heard.lock);
  g_cond_clear (&heard.cond);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sound/adts", test_adts);
  g_test_add_func ("/sound/line", test_line);
  g_test_add_func ("/sound/drift", test_drift);
  g_test_add_func ("/sound/hub", test_hub);
  g_test_add_func ("/sound/first-of-all", test_first_of_all);
  return g_test_run ();
}
