/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sound of a driver, for those of his viewers who listen. */
#include "live/pb-live-private.h"

#define RTP_HEADER_BYTES 12
/* 120 ms at 510 kbit/s, the most that one packet of Opus holds. */
#define MAX_PACKET_BYTES 1275

/* The payload type is 0: each viewer has its own. */
static GstBuffer *
make_packet (PbLive *live, GstBuffer *opus, GstClockTime time, guint samples)
{
  const gsize size = gst_buffer_get_size (opus);
  GstBuffer *packet =
      gst_buffer_new_allocate (NULL, RTP_HEADER_BYTES + size, NULL);
  GstMapInfo map;
  gboolean begins;
  const guint32 rtp =
      pb_sound_line_map (&live->sound_line, time, samples, &begins);

  gst_buffer_map (packet, &map, GST_MAP_WRITE);
  map.data[0] = 0x80;
  map.data[1] = begins ? 0x80 : 0;
  GST_WRITE_UINT16_BE (map.data + 2, live->sound_seq++);
  GST_WRITE_UINT32_BE (map.data + 4, rtp);
  GST_WRITE_UINT32_BE (map.data + 8, live->ssrc ^ PB_LIVE_SOUND_SSRC);
  gst_buffer_extract (opus, 0, map.data + RTP_HEADER_BYTES, size);
  gst_buffer_unmap (packet, &map);
  GST_BUFFER_PTS (packet) = time;
  return packet;
}

/**
 * pb_live_push_sound:
 * @live: a hub
 * @opus: one packet of Opus
 * @running_time: of its first sample, in the pipeline the pictures come from, ns
 * @samples: how long it is, at 48 kHz
 *
 * Any thread, in stream order. Where nobody listens, and before the first
 * picture or row, it goes nowhere; sound whose times are not those of the rest
 * is left out.
 */
void
pb_live_push_sound (
    PbLive *live, GstBuffer *opus, GstClockTime running_time, guint samples)
{
  const GstClockTime now = (GstClockTime) g_get_monotonic_time () * GST_USECOND;
  g_autoptr (GstBuffer) packet = NULL;
  GstClockTime time;

  if (gst_buffer_get_size (opus) > MAX_PACKET_BYTES)
    return;
  g_mutex_lock (&live->lock);
  if (g_hash_table_size (live->listening) > 0
      && pb_timeline_find_time (&live->timeline, running_time, now, &time)) {
    packet = make_packet (live, opus, time, samples);
    for (guint i = 0; i < live->lanes->len; i++)
      pb_lane_push_sound (g_ptr_array_index (live->lanes, i), packet);
  }
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_viewer_start_sound:
 * @live: the hub of @viewer
 * @viewer: a viewer
 *
 * Any thread. The viewer gets each packet of sound from now on.
 */
void
pb_live_viewer_start_sound (PbLive *live, PbLiveViewer *viewer)
{
  g_mutex_lock (&live->lock);
  pb_lane_start_sound (pb_live_viewer_get_lane (viewer), viewer);
  g_hash_table_add (live->listening, viewer);
  g_mutex_unlock (&live->lock);
}

/**
 * pb_live_is_listened:
 * @live: a hub
 *
 * Any thread.
 *
 * Returns: whether any viewer gets the sound
 */
gboolean
pb_live_is_listened (PbLive *live)
{
  gboolean listened;

  g_mutex_lock (&live->lock);
  listened = g_hash_table_size (live->listening) > 0;
  g_mutex_unlock (&live->lock);
  return listened;
}
