/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAdaptLink: what totals of an SRT sender tell of the network; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PbAdaptSample:
 * @now_us: monotonic
 * @rtt_ms: SRT's smoothed round trip; 0 = not known
 * @send_buffer_ms: how old the oldest packet is that is not acknowledged
 * @send_buffer_bytes: of all that are not, with headers
 * @bytes_sent: handed to SRT since the connection began
 * @packets_sent: by SRT since then, again or not
 * @packets_retransmitted: of them
 * @packets_dropped: too late, or no room for them
 *
 * One look at the sender's totals. Any that falls means another connection.
 */
typedef struct {
  gint64 now_us;
  gdouble rtt_ms;
  gdouble send_buffer_ms;
  guint64 send_buffer_bytes;
  guint64 bytes_sent;
  guint64 packets_sent;
  guint64 packets_retransmitted;
  guint64 packets_dropped;
} PbAdaptSample;

/* Rates want up to a second of samples that are 100 ms apart. */
#define PB_ADAPT_LINK_KEPT 12
/* The least round trip of 30 s is that of an empty network. */
#define PB_ADAPT_LINK_BUCKETS 6

/**
 * PbAdaptLink:
 * @queue_ms: how long a packet waits in the network now
 * @standing_ms: how long one waited at least within the last 400 ms
 * @rise_ms: what @queue_ms grew by within the last two samples
 * @base_ms: round trip of an empty network; 0 = not known yet
 * @sent_kbps: handed to SRT, over a second
 * @offered_kbps: handed to SRT, over 300 ms
 * @delivered_kbps: acknowledged in them
 * @retransmitted: share of the packets of the last second, 0 to 1
 * @has_dropped: %TRUE if packets were dropped since the last sample
 *
 * Zeroed at the start. All below is the link's own.
 */
typedef struct {
  gdouble queue_ms;
  gdouble standing_ms;
  gdouble rise_ms;
  gdouble base_ms;
  gdouble sent_kbps;
  gdouble offered_kbps;
  gdouble delivered_kbps;
  gdouble retransmitted;
  gboolean has_dropped;

  PbAdaptSample kept[PB_ADAPT_LINK_KEPT];
  gdouble queues[PB_ADAPT_LINK_KEPT];
  gdouble best_kbps; /* delivered, forgotten slowly */
  guint n_kept; /* newest last */
  gdouble buckets[PB_ADAPT_LINK_BUCKETS]; /* 0 = empty, newest last */
  gint64 bucket_us; /* when the newest began */
  gboolean knows_rtt;
} PbAdaptLink;

gboolean pb_adapt_link_add (PbAdaptLink *link, const PbAdaptSample *sample);
void pb_adapt_link_rebase (PbAdaptLink *link);

G_END_DECLS
