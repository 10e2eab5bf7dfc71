/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One access unit as RTP packets: read once, written once a payload type. */
#include "live/pb-frame.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <string.h>

/* Browsers choose the payload type; two families with a few versions each are
 * about as many as meet. More than this are written anew for each viewer. */
#define MAX_VARIANTS 8

/* RFC 6184: NAL unit types that matter here. */
enum {
  NAL_IDR = 5,
  NAL_STAP_A = 24,
  NAL_FU_A = 28,
};

typedef struct {
  guint pt;
  GstBufferList *list;
} Variant;

typedef struct {
  PbFrame frame;
  gatomicrefcount ref_count;
  GPtrArray *packets;
  /* Protects what follows: lanes ask at the same time. */
  GMutex lock;
  Variant variants[MAX_VARIANTS];
  guint n_variants;
} Frame;

static gboolean
stap_has_idr (const guint8 *data, gsize size)
{
  gsize at = 1;

  while (at + 2 < size) {
    gsize length = (gsize) data[at] << 8 | data[at + 1];

    if ((data[at + 2] & 0x1f) == NAL_IDR)
      return TRUE;
    at += 2 + length;
  }
  return FALSE;
}

static gboolean
payload_has_idr (const guint8 *data, gsize size)
{
  if (size < 2)
    return FALSE;
  switch (data[0] & 0x1f) {
    case NAL_IDR:
      return TRUE;
    case NAL_FU_A:
      return (data[1] & 0x1f) == NAL_IDR;
    case NAL_STAP_A:
      return stap_has_idr (data, size);
    default:
      return FALSE;
  }
}

/**
 * pb_rtp_info_read:
 * @packet: an RTP packet of H.264 (RFC 6184)
 * @info: (out): what its header and payload say
 *
 * Any thread.
 *
 * Returns: %FALSE if @packet is no RTP packet
 */
gboolean
pb_rtp_info_read (GstBuffer *packet, PbRtpInfo *info)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp))
    return FALSE;
  info->timestamp = gst_rtp_buffer_get_timestamp (&rtp);
  info->marker = gst_rtp_buffer_get_marker (&rtp);
  info->key = payload_has_idr (
      gst_rtp_buffer_get_payload (&rtp), gst_rtp_buffer_get_payload_len (&rtp));
  gst_rtp_buffer_unmap (&rtp);
  return TRUE;
}

/**
 * pb_frame_new:
 * @packets: (transfer full) (element-type GstBuffer): RTP packets in order
 * @key: see #PbFrame
 * @rtp: see #PbFrame
 * @seq: see #PbFrame
 * @ssrc: see #PbFrame
 * @time: see #PbFrame
 *
 * Returns: (transfer full): the frame
 */
PbFrame *
pb_frame_new (GPtrArray *packets, gboolean key, guint32 rtp, guint16 seq,
    guint32 ssrc, GstClockTime time)
{
  Frame *self = g_new0 (Frame, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->packets = packets;
  self->frame.key = key;
  self->frame.rtp = rtp;
  self->frame.seq = seq;
  self->frame.ssrc = ssrc;
  self->frame.time = time;
  self->frame.n_packets = packets->len;
  for (guint i = 0; i < packets->len; i++)
    self->frame.bytes += gst_buffer_get_size (g_ptr_array_index (packets, i));
  return &self->frame;
}

/**
 * pb_frame_ref:
 * @frame: a frame
 *
 * Any thread.
 *
 * Returns: (transfer full): @frame
 */
PbFrame *
pb_frame_ref (PbFrame *frame)
{
  g_atomic_ref_count_inc (&((Frame *) frame)->ref_count);
  return frame;
}

/**
 * pb_frame_unref:
 * @frame: (transfer full): a frame
 *
 * Any thread.
 */
void
pb_frame_unref (PbFrame *frame)
{
  Frame *self = (Frame *) frame;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_variants; i++)
    gst_buffer_list_unref (self->variants[i].list);
  g_ptr_array_unref (self->packets);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* One memory a packet: srtpenc would otherwise join header and payload anew
 * for each viewer. Version, padding, extension, CSRC count and marker stay. */
static GstBuffer *
write_packet (const PbFrame *frame, GstBuffer *packet, guint index, guint pt)
{
  gsize size = gst_buffer_get_size (packet);
  GstBuffer *out = gst_buffer_new_allocate (NULL, size, NULL);
  GstMapInfo map;

  gst_buffer_map (out, &map, GST_MAP_WRITE);
  gst_buffer_extract (packet, 0, map.data, size);
  map.data[1] = (map.data[1] & 0x80) | (pt & 0x7f);
  GST_WRITE_UINT16_BE (map.data + 2, (guint16) (frame->seq + index));
  GST_WRITE_UINT32_BE (map.data + 4, frame->rtp);
  GST_WRITE_UINT32_BE (map.data + 8, frame->ssrc);
  gst_buffer_unmap (out, &map);
  GST_BUFFER_PTS (out) = frame->time;
  if (!frame->key)
    GST_BUFFER_FLAG_SET (out, GST_BUFFER_FLAG_DELTA_UNIT);
  return out;
}

static GstBufferList *
write_list (Frame *self, guint pt)
{
  GstBufferList *list = gst_buffer_list_new_sized (self->packets->len);

  for (guint i = 0; i < self->packets->len; i++)
    gst_buffer_list_add (
        list, write_packet (
                  &self->frame, g_ptr_array_index (self->packets, i), i, pt));
  return list;
}

/**
 * pb_frame_get_list:
 * @frame: a frame
 * @pt: payload type, 0 to 127
 *
 * Any thread.
 *
 * Returns: (transfer full): the packets in that payload type; shared with
 *   others, read only
 */
GstBufferList *
pb_frame_get_list (PbFrame *frame, guint pt)
{
  Frame *self = (Frame *) frame;
  GstBufferList *list = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->n_variants && list == NULL; i++) {
    if (self->variants[i].pt == pt)
      list = gst_buffer_list_ref (self->variants[i].list);
  }
  if (list == NULL) {
    list = write_list (self, pt);
    if (self->n_variants < MAX_VARIANTS)
      self->variants[self->n_variants++] =
          (Variant){ pt, gst_buffer_list_ref (list) };
  }
  g_mutex_unlock (&self->lock);
  return list;
}
