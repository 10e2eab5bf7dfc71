/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The live picture and telemetry of one driver: takes the stream in, decides
 * what belongs together, hands it to the lanes. */
#include "live/pb-live-private.h"

#include <string.h>

/* Defaults of PbLiveLimits. 8 MiB are 20 s at 3 Mbit/s; 600 frames are 10 s at
 * 60 fps: both well above the key frame interval of any live encoder. */
#define DEFAULT_GOP_BYTES (8 * 1024 * 1024)
#define DEFAULT_GOP_FRAMES 600
#define DEFAULT_ROW_WAIT_MS 100
#define DEFAULT_MAX_VIEWERS 200

/* One access unit. H.264 level 5.2 allows 240 Mbit/s; a key frame of 4 MiB is
 * ten times what a 4K60 game stream makes. */
#define MAX_FRAME_BYTES (4 * 1024 * 1024)

static void live_free (PbLive *live);

/**
 * pb_live_new:
 * @driver_id: of the driver
 * @limits: (nullable): limits, copied
 *
 * Returns: (transfer full): a hub that is offline
 */
PbLive *
pb_live_new (const gchar *driver_id, const PbLiveLimits *limits)
{
  PbLive *live = g_new0 (PbLive, 1);

  g_atomic_ref_count_init (&live->ref_count);
  g_mutex_init (&live->lock);
  live->driver_id = g_strdup (driver_id);
  if (limits != NULL)
    live->limits = *limits;
  if (live->limits.gop_bytes == 0)
    live->limits.gop_bytes = DEFAULT_GOP_BYTES;
  if (live->limits.gop_frames == 0)
    live->limits.gop_frames = DEFAULT_GOP_FRAMES;
  if (live->limits.row_wait_ms == 0)
    live->limits.row_wait_ms = DEFAULT_ROW_WAIT_MS;
  if (live->limits.max_viewers == 0)
    live->limits.max_viewers = DEFAULT_MAX_VIEWERS;
  live->ssrc = g_random_int ();
  live->seq = (guint16) g_random_int ();
  live->sound_seq = (guint16) g_random_int ();
  pb_timeline_init (&live->timeline, g_random_int ());
  pb_sound_line_init (&live->sound_line, g_random_int ());
  live->packets =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  live->wait_key = TRUE;
  live->gop = pb_gop_new (live->limits.gop_bytes, live->limits.gop_frames);
  live->frame_rows = pb_frame_rows_new (live->limits.row_wait_ms);
  live->coder = pb_sample_coder_new ();
  live->catchup = pb_catchup_new ();
  live->lanes = g_ptr_array_new ();
  live->watching = g_hash_table_new (NULL, NULL);
  live->listening = g_hash_table_new (NULL, NULL);
  live->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return live;
}

/**
 * pb_live_ref:
 * @live: a hub
 *
 * Any thread.
 *
 * Returns: (transfer full): @live
 */
PbLive *
pb_live_ref (PbLive *live)
{
  g_atomic_ref_count_inc (&live->ref_count);
  return live;
}

/**
 * pb_live_unref:
 * @live: (transfer full): a hub
 *
 * Any thread. Each viewer must have been removed before the last reference
 * goes.
 */
void
pb_live_unref (PbLive *live)
{
  if (g_atomic_ref_count_dec (&live->ref_count))
    live_free (live);
}

static void
live_free (PbLive *live)
{
  g_warn_if_fail (live->lanes->len == 0);
  g_ptr_array_unref (live->lanes);
  g_hash_table_unref (live->watching);
  g_hash_table_unref (live->listening);
  g_hash_table_unref (live->texts);
  g_clear_pointer (&live->newest_row, gst_pitbox_sample_unref);
  g_clear_pointer (&live->session_text, g_bytes_unref);
  pb_catchup_free (live->catchup);
  pb_sample_coder_free (live->coder);
  pb_frame_rows_free (live->frame_rows);
  pb_gop_free (live->gop);
  g_ptr_array_unref (live->packets);
  g_free (live->driver_id);
  g_mutex_clear (&live->lock);
  g_free (live);
}

/* The lock is held in each function named …_locked. */

static void
send_key_sample_locked (PbLive *live, PbLane *lane)
{
  g_autoptr (GBytes) key = pb_sample_coder_key (live->coder);

  if (key != NULL)
    pb_lane_push_sample (lane, key, TRUE);
}

static void
send_sample_locked (PbLive *live, const PbPair *pair, guint32 rtp)
{
  g_autoptr (GBytes) message = NULL;
  gboolean key;

  live->n_samples++;
  if (pair->has_picture && pair->rows->len == 0)
    live->n_without_row++;
  else if (pair->has_picture)
    gst_pitbox_window_push (&live->sync_error_us, ABS (pair->error) / 1000);
  pb_catchup_push (
      live->catchup, pair, rtp, pb_sample_coder_get_seq (live->coder) + 1);
  pb_catchup_trim (live->catchup, pb_gop_get_first_rtp (live->gop, rtp), rtp);
  if (live->lanes->len == 0) {
    pb_sample_coder_skip (live->coder, pair, rtp);
    return;
  }
  message = pb_sample_coder_encode (live->coder, pair, rtp, &key);
  for (guint i = 0; i < live->lanes->len; i++) {
    PbLane *lane = g_ptr_array_index (live->lanes, i);

    if (!pb_lane_push_sample (lane, message, key))
      send_key_sample_locked (live, lane);
  }
}

static void
pair_locked (PbLive *live, GstClockTime now)
{
  for (;;) {
    g_auto (PbPair) pair = { 0 };
    guint32 rtp;

    if (!pb_frame_rows_next (live->frame_rows, now, &pair))
      return;
    rtp = pair.has_picture ? pair.rtp
                           : pb_timeline_rtp_of_time (
                               &live->timeline, pair.time + live->delay_ns);
    send_sample_locked (live, &pair, rtp);
  }
}

static GstClockTime
monotonic_now (void)
{
  return (GstClockTime) g_get_monotonic_time () * GST_USECOND;
}

static void
drop_packets_locked (PbLive *live)
{
  g_ptr_array_set_size (live->packets, 0);
  live->packets_bytes = 0;
  live->packets_key = FALSE;
}

/* The packets collected are a whole access unit. */
static void
finish_frame_locked (PbLive *live, GstClockTime now)
{
  g_autoptr (PbFrame) frame = NULL;
  GstClockTime time;
  guint32 rtp;

  live->n_frames++;
  if (!live->pictures_begun)
    pb_frame_rows_begin_pictures (live->frame_rows);
  live->pictures_begun = TRUE;
  if (live->packets_bytes > MAX_FRAME_BYTES
      || !GST_CLOCK_TIME_IS_VALID (live->packets_time)
      || (live->wait_key && !live->packets_key)) {
    live->n_frames_dropped++;
    drop_packets_locked (live);
    return;
  }
  live->wait_key = FALSE;
  time = pb_timeline_map_time (&live->timeline, live->packets_time, now);
  rtp = pb_timeline_map_rtp (&live->timeline, live->packets_rtp, time);
  frame = pb_frame_new (g_steal_pointer (&live->packets), live->packets_key,
      rtp, live->seq, live->ssrc, time);
  live->packets =
      g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  drop_packets_locked (live);
  live->seq += frame->n_packets;
  live->last_frame_us = now / GST_USECOND;
  pb_rate_add (&live->frame_rate, 1, live->last_frame_us);
  pb_rate_add (&live->byte_rate, frame->bytes, live->last_frame_us);
  pb_gop_push (live->gop, frame);
  for (guint i = 0; i < live->lanes->len; i++)
    pb_lane_push_frame (g_ptr_array_index (live->lanes, i), frame);
  pb_frame_rows_push_frame (live->frame_rows, rtp, time, now);
}

static void
push_packet_locked (PbLive *live, GstBuffer *packet, const GstSegment *segment,
    GstClockTime now)
{
  PbRtpInfo info;

  if (!pb_rtp_info_read (packet, &info))
    return;
  if (live->packets->len > 0 && info.timestamp != live->packets_rtp)
    finish_frame_locked (live, now);
  if (live->packets->len == 0) {
    live->packets_rtp = info.timestamp;
    live->packets_time = segment->format == GST_FORMAT_TIME
                             ? gst_segment_to_running_time (segment,
                                 GST_FORMAT_TIME, GST_BUFFER_PTS (packet))
                             : GST_CLOCK_TIME_NONE;
  }
  /* Of a frame that is too large only the size goes on growing. */
  live->packets_bytes += gst_buffer_get_size (packet);
  if (live->packets_bytes <= MAX_FRAME_BYTES)
    g_ptr_array_add (live->packets, gst_buffer_ref (packet));
  live->packets_key |= info.key;
  if (info.marker)
    finish_frame_locked (live, now);
}

/**
 * pb_live_push_rtp:
 * @live: a hub
 * @sample: packets as rtph264pay's appsink gives them, buffer or list, with
 *   segment
 *
 * Any thread, in stream order. A picture ends with the marker bit, however many
 * samples it comes in; what is no RTP is ignored. Pictures before the first key
 * frame of a stream go nowhere.
 */
void
pb_live_push_rtp (PbLive *live, GstSample *sample)
{
  const GstSegment *segment = gst_sample_get_segment (sample);
  GstBufferList *list = gst_sample_get_buffer_list (sample);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  GstClockTime now = monotonic_now ();

  g_mutex_lock (&live->lock);
  if (list != NULL) {
    for (guint i = 0; i < gst_buffer_list_length (list); i++)
      push_packet_locked (live, gst_buffer_list_get (list, i), segment, now);
  } else if (buffer != NULL) {
    push_packet_locked (live, buffer, segment, now);
  }
  pair_locked (live, now);
  pb_live_update_locked (live, now / GST_USECOND);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_push_row:
 * @live: a hub
 * @schema: layout of @row
 * @row: one row; its tick is the offset, its UTC the reference timestamp
 * @running_time: of the tick in the pipeline the pictures come from, ns
 *
 * Any thread, in stream order. A row without a time, or of another size than
 * @schema says, is dropped and counted.
 */
void
pb_live_push_row (PbLive *live, GstPitboxSchema *schema, GstBuffer *row,
    GstClockTime running_time)
{
  g_autoptr (GError) error = NULL;
  GstPitboxSample *sample = NULL;
  GstClockTime now = monotonic_now (), time;

  g_mutex_lock (&live->lock);
  live->n_rows++;
  if (GST_CLOCK_TIME_IS_VALID (running_time)) {
    time = pb_timeline_map_time (&live->timeline, running_time, now);
    sample = gst_pitbox_sample_new_from_buffer (schema, row, time, &error);
  }
  if (sample != NULL
      && pb_frame_rows_push_row (
          live->frame_rows, gst_pitbox_sample_ref (sample))) {
    pb_live_note_row_locked (live, sample, now / GST_USECOND);
    pair_locked (live, now);
    pb_live_update_locked (live, now / GST_USECOND);
  } else {
    live->n_rows_dropped++;
  }
  g_mutex_unlock (&live->lock);
  g_clear_pointer (&sample, gst_pitbox_sample_unref);
}

/**
 * pb_live_note_picture:
 * @live: a hub
 *
 * Any thread. A picture has come that nobody needs, or that comes later: there is
 * one, and viewers may ask for it.
 */
void
pb_live_note_picture (PbLive *live)
{
  const gint64 now_us = g_get_monotonic_time ();

  g_mutex_lock (&live->lock);
  live->last_frame_us = now_us;
  pb_live_update_locked (live, now_us);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_forget_pictures:
 * @live: a hub
 *
 * Any thread. What was kept for viewers that join is too old; the next picture
 * that is shown is a key frame.
 */
void
pb_live_forget_pictures (PbLive *live)
{
  g_mutex_lock (&live->lock);
  drop_packets_locked (live);
  live->wait_key = TRUE;
  pb_gop_clear (live->gop);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_set_pairing:
 * @live: a hub
 * @paired: pictures and rows come by connections of their own
 * @delay_ns: time of a picture minus time of its own row; 0 if not @paired
 *
 * Any thread. From the next picture on; does nothing if it is so already.
 */
void
pb_live_set_pairing (PbLive *live, gboolean paired, gint64 delay_ns)
{
  g_mutex_lock (&live->lock);
  if (!paired)
    delay_ns = 0;
  live->paired = paired;
  live->delay_ns = delay_ns;
  if (pb_frame_rows_set_pairing (live->frame_rows, paired, delay_ns)) {
    /* The next row may be one that has gone out, or much later. */
    pb_sample_coder_restart (live->coder);
    live->sync_error_us = (GstPitboxWindow){ 0 };
  }
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_reset_rows:
 * @live: a hub
 *
 * Any thread. The next row is the first of another stream; pictures go on.
 */
void
pb_live_reset_rows (PbLive *live)
{
  g_mutex_lock (&live->lock);
  pb_frame_rows_forget_rows (live->frame_rows);
  pb_sample_coder_restart (live->coder);
  live->first_row_us = 0;
  g_mutex_unlock (&live->lock);
}

static void
reset_locked (PbLive *live)
{
  drop_packets_locked (live);
  live->wait_key = TRUE;
  live->pictures_begun = FALSE;
  pb_timeline_reset (&live->timeline);
  pb_sound_line_reset (&live->sound_line);
  pb_gop_clear (live->gop);
  pb_frame_rows_reset (live->frame_rows);
  pb_sample_coder_restart (live->coder);
  pb_catchup_clear (live->catchup);
  live->first_row_us = 0;
  live->link = (PbLiveLink){ 0 };
}

/**
 * pb_live_reset:
 * @live: a hub
 *
 * Any thread. The next push is the first of a new stream: another timeline,
 * SSRC, schema, anything. Viewers stay: to them the stream goes on, with a key
 * frame and a key sample, after a pause as long as it was.
 */
void
pb_live_reset (PbLive *live)
{
  g_mutex_lock (&live->lock);
  reset_locked (live);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_set_offline:
 * @live: a hub
 *
 * Any thread. The driver has left: as pb_live_reset(), and viewers are told.
 */
void
pb_live_set_offline (PbLive *live)
{
  g_mutex_lock (&live->lock);
  reset_locked (live);
  live->last_frame_us = 0;
  live->last_row_us = 0;
  pb_live_set_mode_locked (live, PB_LIVE_OFFLINE);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_get_driver_id:
 * @live: a hub
 *
 * Any thread.
 *
 * Returns: (transfer none): the driver
 */
const gchar *
pb_live_get_driver_id (PbLive *live)
{
  return live->driver_id;
}

/**
 * pb_live_get_ssrc:
 * @live: a hub
 *
 * Any thread.
 *
 * Returns: SSRC of every packet viewers get, for as long as the hub lives
 */
guint32
pb_live_get_ssrc (PbLive *live)
{
  return live->ssrc;
}
