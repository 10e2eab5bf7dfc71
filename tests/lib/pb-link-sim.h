/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLinkSim: an encoder, an SRT sender, a bottleneck and a receiver, in
 * simulated time. */
#pragma once

#include "adapt/pb-adapt-link.h"

G_BEGIN_DECLS

/**
 * PbLinkSim:
 * @rate_kbps: of the bottleneck, headers included; may change any time
 * @queue_ms: what would wait longer is lost
 * @rtt_ms: of the way when it is empty
 * @loss: share of packets that is lost otherwise, 0 to 1
 * @latency_ms: SRT's
 * @stall_ms: how long the sender's machine is busy otherwise, every two seconds
 *   or so; then all comes at once
 * @picture_kbps: the encoder's bitrate
 * @need_kbps: what the picture needs at most; 0 = it takes what it gets
 * @queue_now_ms: what a packet waits now
 * @worst_queue_ms: since it was last set to 0
 * @n_missing: packets that the receiver gave up
 * @delivered_bytes: that came in time
 *
 * The first eight are set by who uses it, the rest is read.
 */
typedef struct {
  gdouble rate_kbps, queue_ms, rtt_ms, loss, latency_ms, stall_ms;
  gdouble picture_kbps, need_kbps;
  gdouble queue_now_ms, worst_queue_ms;
  guint n_missing;
  guint64 delivered_bytes;

  gint64 now_us;
  gdouble link_free_us, smoothed_rtt_ms;
  GArray *packets; /* by number */
  GQueue flying; /* in the order of arrival */
  GQueue acks;
  guint acknowledged, next_due; /* at the sender, at the receiver */
  guint highest; /* that came, and one */
  guint64 n_sent, n_again, bytes;
  guint n_frames;
  gint64 stalled_until_us;
  guint n_held; /* frames */
  gdouble debt_bytes; /* of a key frame, paid back by the next frames */
  GRand *rand;
} PbLinkSim;

PbLinkSim *pb_link_sim_new (guint32 seed);
void pb_link_sim_free (PbLinkSim *sim);
void pb_link_sim_run (PbLinkSim *sim, guint ms);
void pb_link_sim_look (const PbLinkSim *sim, PbAdaptSample *sample);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLinkSim, pb_link_sim_free)

G_END_DECLS
