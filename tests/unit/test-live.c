/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The live hub as a whole: what viewers get, from when on, through restarts. */
#include <string.h>

#include "../lib/pb-sample-decoder.h"
#include "../lib/pb-test-rows.h"
#include "live/pb-live.h"

#define TICK(n) gst_util_uint64_scale (n, GST_SECOND, 60)

/* What one viewer got; its lane writes, the test waits. */
typedef struct {
  GMutex lock;
  GCond cond;
  GArray *rtp;
  GArray *seq;
  GArray *keys;
  GPtrArray *samples;
  GPtrArray *texts;
} Got;

static void
got_init (Got *got)
{
  g_mutex_init (&got->lock);
  g_cond_init (&got->cond);
  got->rtp = g_array_new (FALSE, FALSE, sizeof (guint32));
  got->seq = g_array_new (FALSE, FALSE, sizeof (guint16));
  got->keys = g_array_new (FALSE, FALSE, sizeof (gboolean));
  got->samples =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  got->texts = g_ptr_array_new_with_free_func (g_free);
}

static void
got_clear (Got *got)
{
  g_array_unref (got->rtp);
  g_array_unref (got->seq);
  g_array_unref (got->keys);
  g_ptr_array_unref (got->samples);
  g_ptr_array_unref (got->texts);
  g_mutex_clear (&got->lock);
  g_cond_clear (&got->cond);
}

static void
on_frame (GstBufferList *list, gboolean key, gpointer user_data)
{
  Got *got = user_data;
  guint8 header[12];
  guint32 rtp, ssrc;
  guint16 seq;

  g_mutex_lock (&got->lock);
  for (guint i = 0; i < gst_buffer_list_length (list); i++) {
    gst_buffer_extract (gst_buffer_list_get (list, i), 0, header, 12);
    g_assert_cmpuint (header[1] & 0x7f, ==, 111);
    seq = GST_READ_UINT16_BE (header + 2);
    rtp = GST_READ_UINT32_BE (header + 4);
    ssrc = GST_READ_UINT32_BE (header + 8);
    g_assert_cmpuint (ssrc, !=, 99);
    g_array_append_val (got->seq, seq);
  }
  g_array_append_val (got->rtp, rtp);
  g_array_append_val (got->keys, key);
  g_cond_broadcast (&got->cond);
  g_mutex_unlock (&got->lock);
}

static void
on_sample (GBytes *message, gboolean key, gpointer user_data)
{
  Got *got = user_data;

  g_mutex_lock (&got->lock);
  g_ptr_array_add (got->samples, g_bytes_ref (message));
  g_cond_broadcast (&got->cond);
  g_mutex_unlock (&got->lock);
}

static void
on_text (const gchar *json, gpointer user_data)
{
  Got *got = user_data;

  g_mutex_lock (&got->lock);
  g_ptr_array_add (got->texts, g_strdup (json));
  g_cond_broadcast (&got->cond);
  g_mutex_unlock (&got->lock);
}

static const PbLiveViewerFuncs funcs = { on_frame, on_sample, on_text };

/* Waits for what a lane does; ends the test if it does not. */
static void
wait_for (Got *got, guint frames, guint samples)
{
  gint64 limit_us = g_get_monotonic_time () + 10 * G_USEC_PER_SEC;

  g_mutex_lock (&got->lock);
  while (got->rtp->len < frames || got->samples->len < samples)
    g_assert_true (g_cond_wait_until (&got->cond, &got->lock, limit_us));
  g_mutex_unlock (&got->lock);
}

/* One picture of two packets, as a payloader would give it. */
static void
push_frame (PbLive *live, guint n, gboolean key)
{
  g_autoptr (GstBufferList) list = gst_buffer_list_new ();
  g_autoptr (GstSample) sample = NULL;
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  /* x264enc's own zero. */
  segment.start = 3600000 * GST_SECOND;
  for (guint i = 0; i < 2; i++) {
    guint8 packet[16] = { 0x80, 96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 99,
      (guint8) (key ? 0x65 : 0x41), 1, 2, 3 };
    GstBuffer *buffer;

    packet[1] |= i == 1 ? 0x80 : 0;
    GST_WRITE_UINT16_BE (packet + 2, 2 * n + i);
    GST_WRITE_UINT32_BE (packet + 4, 5000 + 1500 * n);
    buffer = gst_buffer_new_memdup (packet, sizeof packet);
    GST_BUFFER_PTS (buffer) = segment.start + TICK (n);
    gst_buffer_list_add (list, buffer);
  }
  sample = gst_sample_new (NULL, NULL, &segment, NULL);
  gst_sample_set_buffer_list (sample, list);
  pb_live_push_rtp (live, sample);
}

static void
push_row (PbLive *live, GstPitboxSchema *schema, guint n)
{
  gsize size = gst_pitbox_schema_get_row_bytes (schema);
  guint8 *row = g_malloc0 (size);
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped (row, size);

  pb_test_row_fill (schema, n, row);
  GST_BUFFER_OFFSET (buffer) = n;
  pb_live_push_row (live, schema, buffer, TICK (n));
}

static guint32
sample_rtp (Got *got, guint index)
{
  return GST_READ_UINT32_LE (
      (const guint8 *) g_bytes_get_data (got->samples->pdata[index], NULL) + 4);
}

static gboolean
has_text (Got *got, const gchar *part)
{
  gboolean found = FALSE;

  g_mutex_lock (&got->lock);
  for (guint i = 0; i < got->texts->len; i++)
    found |= strstr (got->texts->pdata[i], part) != NULL;
  g_mutex_unlock (&got->lock);
  return found;
}

static void
assert_row (PbSampleDecoder *decoder, GstPitboxSchema *schema, guint n)
{
  gsize size = gst_pitbox_schema_get_row_bytes (schema);
  g_autofree guint8 *row = g_malloc0 (size);

  pb_test_row_fill (schema, n, row);
  /* The bytes behind the last variable are in no delta. */
  size -= 3;
  g_assert_cmpmem (pb_sample_decoder_get_row (decoder), size, row, size);
}

static void
test_join_and_follow (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  g_autoptr (PbSampleDecoder) decoder = pb_sample_decoder_new (schema);
  PbLiveViewer *viewer;
  PbLiveStats stats;
  Got got;

  g_assert_cmpint (pb_live_get_mode (live), ==, PB_LIVE_OFFLINE);
  got_init (&got);
  for (guint n = 0; n < 10; n++) {
    push_row (live, schema, n);
    push_frame (live, n, n == 4);
  }
  g_assert_cmpint (pb_live_get_mode (live), ==, PB_LIVE_VIDEO);
  pb_live_publish (live, "laps", "{\"type\":\"laps\",\"n\":1}");
  pb_live_publish (live, "laps", "{\"type\":\"laps\",\"n\":2}");
  viewer = pb_live_add_viewer (live, &funcs, &got);
  pb_live_viewer_start_video (live, viewer, 111);
  pb_live_viewer_start_data (live, viewer);
  /* From the key frame on, each with its sample. */
  wait_for (&got, 6, 6);
  for (guint n = 10; n < 20; n++) {
    push_row (live, schema, n);
    push_frame (live, n, FALSE);
  }
  wait_for (&got, 16, 16);
  g_assert_true (g_array_index (got.keys, gboolean, 0));
  for (guint i = 1; i < got.rtp->len; i++)
    g_assert_cmpuint (g_array_index (got.rtp, guint32, i)
                          - g_array_index (got.rtp, guint32, i - 1),
        ==, 1500);
  for (guint i = 1; i < got.seq->len; i++)
    g_assert_cmpuint ((guint16) (g_array_index (got.seq, guint16, i)
                                 - g_array_index (got.seq, guint16, i - 1)),
        ==, 1);
  for (guint i = 0; i < got.samples->len; i++) {
    PbSampleInfo info;

    g_assert_true (
        pb_sample_decoder_push (decoder, got.samples->pdata[i], &info));
    g_assert_cmpuint (info.type, ==, i == 0 ? 1 : 2);
    g_assert_cmpint (info.tick, ==, (gint) (4 + i));
    g_assert_cmpint (info.sync_error_us, ==, 0);
    assert_row (decoder, schema, 4 + i);
    /* The sample bears the timestamp of the picture's packets. */
    g_assert_cmpuint (info.rtp, ==, g_array_index (got.rtp, guint32, i));
  }
  g_assert_true (has_text (&got, "\"schema\""));
  g_assert_true (has_text (&got, "\"n\":2"));
  g_assert_false (has_text (&got, "\"n\":1"));
  pb_live_get_stats (live, &stats);
  g_assert_cmpuint (stats.frames, ==, 20);
  g_assert_cmpuint (stats.frames_dropped, ==, 4);
  g_assert_cmpuint (stats.rows, ==, 20);
  g_assert_cmpuint (stats.frames_without_row, ==, 0);
  g_assert_cmpint (stats.sync_error_p99_us, ==, 0);
  g_assert_cmpuint (stats.viewers, ==, 1);
  pb_live_remove_viewer (live, viewer);
  pb_live_get_stats (live, &stats);
  g_assert_cmpuint (stats.viewers, ==, 0);
  got_clear (&got);
}

/* A picture that is not shown while nobody watches is there all the same; whoever
 * begins to watch gets nothing of before. */
static void
test_nobody_watches (void)
{
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  PbLiveViewer *viewer;
  PbLiveStats stats;
  Got got;

  got_init (&got);
  push_frame (live, 0, TRUE);
  push_frame (live, 1, FALSE);
  pb_live_forget_pictures (live);
  pb_live_get_stats (live, &stats);
  g_assert_cmpuint (stats.gop_frames, ==, 0);
  pb_live_set_offline (live);
  g_assert_cmpint (pb_live_get_mode (live), ==, PB_LIVE_OFFLINE);
  pb_live_note_picture (live);
  g_assert_cmpint (pb_live_get_mode (live), ==, PB_LIVE_VIDEO);

  viewer = pb_live_add_viewer (live, &funcs, &got);
  g_assert_false (pb_live_is_watched (live));
  pb_live_viewer_start_data (live, viewer);
  g_assert_false (pb_live_is_watched (live));
  pb_live_viewer_start_video (live, viewer, 111);
  g_assert_true (pb_live_is_watched (live));
  push_frame (live, 2, FALSE);
  push_frame (live, 3, TRUE);
  wait_for (&got, 1, 0);
  g_assert_true (g_array_index (got.keys, gboolean, 0));
  pb_live_remove_viewer (live, viewer);
  g_assert_false (pb_live_is_watched (live));
  got_clear (&got);
}

/* The agent starts anew: other times, other RTP numbers; the viewer sees a
 * stream that goes on with a key frame. */
static void
test_restart (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  PbLiveViewer *viewer;
  Got got;
  guint32 step;

  got_init (&got);
  viewer = pb_live_add_viewer (live, &funcs, &got);
  pb_live_viewer_start_video (live, viewer, 111);
  pb_live_viewer_start_data (live, viewer);
  for (guint n = 1000; n < 1003; n++) {
    push_row (live, schema, n);
    push_frame (live, n, n == 1000);
  }
  wait_for (&got, 3, 3);
  pb_live_set_offline (live);
  g_assert_cmpint (pb_live_get_mode (live), ==, PB_LIVE_OFFLINE);
  for (guint n = 0; n < 4; n++) {
    push_row (live, schema, n);
    push_frame (live, n, n == 1);
  }
  /* The first picture of the new stream is no key frame: nobody gets it. */
  wait_for (&got, 6, 6);
  g_assert_true (g_array_index (got.keys, gboolean, 3));
  step =
      g_array_index (got.rtp, guint32, 3) - g_array_index (got.rtp, guint32, 2);
  g_assert_cmpuint (step, >, 0);
  g_assert_cmpuint (step, <, 90000);
  for (guint i = 1; i < got.seq->len; i++)
    g_assert_cmpuint ((guint16) (g_array_index (got.seq, guint16, i)
                                 - g_array_index (got.seq, guint16, i - 1)),
        ==, 1);
  {
    const guint8 *data = NULL;
    gboolean key_after_restart = FALSE;

    for (guint i = 3; i < got.samples->len; i++) {
      data = g_bytes_get_data (got.samples->pdata[i], NULL);
      key_after_restart |= data[0] == 1 && (data[1] & 2) != 0;
    }
    g_assert_true (key_after_restart);
  }
  g_assert_cmpuint (sample_rtp (&got, got.samples->len - 1), ==,
      g_array_index (got.rtp, guint32, got.rtp->len - 1));
  g_assert_true (has_text (&got, "offline"));
  pb_live_remove_viewer (live, viewer);
  got_clear (&got);
}

static void
test_telemetry_only (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  g_autoptr (GBytes) text = g_bytes_new_static ("WeekendInfo:\n", 13);
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GstPitboxSample) row = NULL;
  PbLiveViewer *viewer;
  Got got;
  guint update = 0;

  got_init (&got);
  viewer = pb_live_add_viewer (live, &funcs, &got);
  pb_live_viewer_start_data (live, viewer);
  for (guint n = 0; n < 30; n++)
    push_row (live, schema, n);
  wait_for (&got, 0, 30);
  for (guint i = 1; i < 30; i++)
    g_assert_cmpuint (
        sample_rtp (&got, i) - sample_rtp (&got, i - 1), ==, 1500);
  row = pb_live_dup_row (live);
  g_assert_cmpuint (row->tick, ==, 29);
  pb_live_set_session_text (live, text, 3);
  again = pb_live_dup_session_text (live, &update);
  g_assert_true (again == text);
  g_assert_cmpuint (update, ==, 3);
  pb_live_remove_viewer (live, viewer);
  got_clear (&got);
}

static void
test_hostile_input (void)
{
  g_autoptr (GstPitboxSchema) schema = pb_test_schema_new ();
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  g_autoptr (GstBuffer) empty = gst_buffer_new ();
  g_autoptr (GstBuffer) noise = gst_buffer_new_memdup ("not RTP at all", 14);
  g_autoptr (GstSample) a = gst_sample_new (empty, NULL, NULL, NULL);
  g_autoptr (GstSample) b = gst_sample_new (noise, NULL, NULL, NULL);
  g_autoptr (GstSample) c = gst_sample_new (NULL, NULL, NULL, NULL);
  PbLiveStats stats;

  pb_live_push_rtp (live, a);
  pb_live_push_rtp (live, b);
  pb_live_push_rtp (live, c);
  pb_live_push_row (live, schema, noise, 0);
  pb_live_push_row (live, schema, empty, GST_CLOCK_TIME_NONE);
  pb_live_get_stats (live, &stats);
  g_assert_cmpuint (stats.frames, ==, 0);
  g_assert_cmpuint (stats.rows, ==, 2);
  g_assert_cmpuint (stats.rows_dropped, ==, 2);
  g_assert_null (pb_live_dup_row (live));
}

static void
test_too_many_viewers (void)
{
  PbLiveLimits limits = { .max_viewers = 2 };
  g_autoptr (PbLive) live = pb_live_new ("car07", &limits);
  PbLiveViewer *a = pb_live_add_viewer (live, &funcs, NULL);
  PbLiveViewer *b = pb_live_add_viewer (live, &funcs, NULL);

  g_assert_null (pb_live_add_viewer (live, &funcs, NULL));
  pb_live_remove_viewer (live, a);
  a = pb_live_add_viewer (live, &funcs, NULL);
  g_assert_nonnull (a);
  pb_live_remove_viewer (live, a);
  pb_live_remove_viewer (live, b);
}

/* A viewer whose function does not return for a while holds up nobody who
 * pushes, and gets the stream from a key frame on afterwards. */
static GMutex stuck;

static void
on_frame_stuck (GstBufferList *list, gboolean key, gpointer user_data)
{
  g_mutex_lock (&stuck);
  g_mutex_unlock (&stuck);
  on_frame (list, key, user_data);
}

static void
test_stuck_viewer (void)
{
  const PbLiveViewerFuncs slow = { on_frame_stuck, on_sample, on_text };
  g_autoptr (PbLive) live = pb_live_new ("car07", NULL);
  PbLiveViewer *viewer;
  PbLiveStats stats;
  Got got;

  got_init (&got);
  viewer = pb_live_add_viewer (live, &slow, &got);
  pb_live_viewer_start_video (live, viewer, 111);
  g_mutex_lock (&stuck);
  for (guint n = 0; n < 500; n++)
    push_frame (live, n, n % 100 == 0);
  pb_live_get_stats (live, &stats);
  g_assert_cmpuint (stats.frames_dropped, >, 400);
  g_mutex_unlock (&stuck);
  wait_for (&got, 60, 0);
  pb_live_remove_viewer (live, viewer);
  got_clear (&got);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/join-and-follow", test_join_and_follow);
  g_test_add_func ("/live/nobody-watches", test_nobody_watches);
  g_test_add_func ("/live/restart", test_restart);
  g_test_add_func ("/live/telemetry-only", test_telemetry_only);
  g_test_add_func ("/live/hostile-input", test_hostile_input);
  g_test_add_func ("/live/too-many-viewers", test_too_many_viewers);
  g_test_add_func ("/live/stuck-viewer", test_stuck_viewer);
  return g_test_run ();
}
