/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbRtpOrder: packets of one stream in their order, and which are missing;
 * pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_RTP_ORDER_SLOTS: packets that wait for one at most: 1.5 MB, two seconds of
 * 4 Mbit/s. A power of two. */
#define PB_RTP_ORDER_SLOTS 1024
/** PB_RTP_ORDER_ASK_US: a packet that only comes out of order is here by then. */
#define PB_RTP_ORDER_ASK_US (10 * 1000)
/** PB_RTP_ORDER_AGAIN_US: it is asked for again, so often at most. */
#define PB_RTP_ORDER_AGAIN_US (60 * 1000)
#define PB_RTP_ORDER_MAX_ASKS 6

typedef struct _PbRtpOrder PbRtpOrder;

PbRtpOrder *pb_rtp_order_new (gint64 wait_us);
void pb_rtp_order_free (PbRtpOrder *order);
void pb_rtp_order_reset (PbRtpOrder *order);
gboolean pb_rtp_order_push (
    PbRtpOrder *order, GBytes *packet, guint16 seq, gint64 now_us);
GBytes *pb_rtp_order_pop (PbRtpOrder *order, gint64 now_us, gboolean *lost);
guint pb_rtp_order_ask (
    PbRtpOrder *order, gint64 now_us, guint16 *seqs, guint max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbRtpOrder, pb_rtp_order_free)

G_END_DECLS
