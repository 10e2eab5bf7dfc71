/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbFrame: one access unit as RTP packets, shared by all of its viewers. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * PbFrame:
 * @key: has an IDR picture: a decoder can begin here
 * @rtp: RTP timestamp the viewers see
 * @seq: RTP sequence number of the first packet
 * @ssrc: of all packets
 * @time: running time in the viewers' pipelines, ns
 * @bytes: of all packets with their headers
 * @n_packets: how many
 *
 * Read-only. Packets are written out for a payload type when the first viewer
 * wants them in it, and kept for the next.
 */
typedef struct _PbFrame PbFrame;
struct _PbFrame {
  gboolean key;
  guint32 rtp;
  guint16 seq;
  guint32 ssrc;
  GstClockTime time;
  gsize bytes;
  guint n_packets;
};

/**
 * PbRtpInfo:
 * @timestamp: of the header
 * @marker: last packet of its access unit
 * @key: the payload has a piece of an IDR picture
 */
typedef struct {
  guint32 timestamp;
  gboolean marker;
  gboolean key;
} PbRtpInfo;

gboolean pb_rtp_info_read (GstBuffer *packet, PbRtpInfo *info);

PbFrame *pb_frame_new (GPtrArray *packets, gboolean key, guint32 rtp,
    guint16 seq, guint32 ssrc, GstClockTime time);
PbFrame *pb_frame_ref (PbFrame *frame);
void pb_frame_unref (PbFrame *frame);
GstBufferList *pb_frame_get_list (PbFrame *frame, guint pt);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbFrame, pb_frame_unref)

G_END_DECLS
