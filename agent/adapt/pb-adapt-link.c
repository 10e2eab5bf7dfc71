/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Queue and rates of the network, from the sender's side alone. */
#include "adapt/pb-adapt-link.h"

#include <string.h>

/* A look that comes later than this tells nothing of the time in between. */
#define MAX_GAP_US (2 * G_USEC_PER_SEC)
#define BUCKET_US (5 * G_USEC_PER_SEC)
#define STANDING_US 400000
#define LOSS_US G_USEC_PER_SEC
#define SENT_US G_USEC_PER_SEC
#define DELIVERED_US 300000
#define BEST_DECAY_US (10 * G_USEC_PER_SEC)
/* Half of a picture, and what SRT has not acknowledged yet. */
#define FLIGHT_ALLOWANCE_MS 25
/* What is lost is asked for, and keeps all behind it unacknowledged. */
#define REPAIR_ALLOWANCE_MS 60
/* libsrt says this until it has measured (SRTO default, core.h). */
#define UNMEASURED_RTT_MS 100.0
/* libsrt counts 44 bytes of headers for each packet that waits, of 1,100 to
 * 1,316 bytes. */
#define HEADER_SHARE 1.04

static void
forget (PbAdaptLink *link)
{
  memset (link, 0, sizeof *link);
}

static const PbAdaptSample *
newest (const PbAdaptLink *link)
{
  return &link->kept[link->n_kept - 1];
}

/* The newest sample that is at least so old, else the oldest. */
static const PbAdaptSample *
before (const PbAdaptLink *link, gint64 us)
{
  guint i = link->n_kept - 1;

  while (i > 0 && newest (link)->now_us - link->kept[i].now_us < us)
    i--;
  return &link->kept[i];
}

static gdouble
get_base (const PbAdaptLink *link)
{
  gdouble base = 0;

  for (guint i = 0; i < PB_ADAPT_LINK_BUCKETS; i++)
    if (link->buckets[i] > 0 && (base <= 0 || link->buckets[i] < base))
      base = link->buckets[i];
  return base;
}

static void
note_rtt (PbAdaptLink *link, const PbAdaptSample *s)
{
  gdouble *newest_bucket = &link->buckets[PB_ADAPT_LINK_BUCKETS - 1];

  if (s->rtt_ms <= 0 || (!link->knows_rtt && s->rtt_ms == UNMEASURED_RTT_MS))
    return;
  link->knows_rtt = TRUE;
  if (link->bucket_us == 0)
    link->bucket_us = s->now_us;
  while (s->now_us - link->bucket_us >= BUCKET_US) {
    memmove (link->buckets, link->buckets + 1,
        sizeof link->buckets - sizeof *link->buckets);
    *newest_bucket = 0;
    link->bucket_us += BUCKET_US;
  }
  if (*newest_bucket <= 0 || s->rtt_ms < *newest_bucket)
    *newest_bucket = s->rtt_ms;
  link->base_ms = get_base (link);
}

static gdouble
acknowledged (const PbAdaptSample *s)
{
  return s->bytes_sent - s->send_buffer_bytes / HEADER_SHARE;
}

static void
note_rates (PbAdaptLink *link)
{
  const PbAdaptSample *now = newest (link);
  const PbAdaptSample *then = before (link, SENT_US);
  gint64 us = now->now_us - then->now_us;
  guint64 sent;

  if (us <= 0)
    return;
  link->sent_kbps = (now->bytes_sent - then->bytes_sent) * 8000.0 / us;
  then = before (link, DELIVERED_US);
  us = now->now_us - then->now_us;
  link->offered_kbps = (now->bytes_sent - then->bytes_sent) * 8000.0 / us;
  link->delivered_kbps =
      MAX (acknowledged (now) - acknowledged (then), 0) * 8000.0 / us;
  us = now->now_us - link->kept[link->n_kept - 2].now_us;
  link->best_kbps -= link->best_kbps * MIN (1, us / (gdouble) BEST_DECAY_US);
  link->best_kbps = MAX (link->best_kbps, link->delivered_kbps);
  then = before (link, LOSS_US);
  sent = now->packets_sent - then->packets_sent;
  link->retransmitted =
      sent > 0
          ? MIN (1, (now->packets_retransmitted - then->packets_retransmitted)
                        / (gdouble) sent)
          : 0;
}

/* How long what is under way takes, by the best rate of the last seconds: a key
 * frame of a stream that sends little is no queue. */
static gdouble
get_flight_ms (const PbAdaptLink *link, const PbAdaptSample *s)
{
  return link->best_kbps > 0
             ? s->send_buffer_bytes / HEADER_SHARE * 8 / link->best_kbps
             : 0;
}

/* SRT smooths the round trip, and knows it a round trip late; what is not
 * acknowledged shows a queue sooner. */
static gdouble
get_queue (const PbAdaptLink *link, const PbAdaptSample *s)
{
  gdouble known = link->base_ms;
  gdouble queue;

  if (!link->knows_rtt)
    return 0;
  queue = s->rtt_ms - known;
  if (link->retransmitted > 0)
    known += link->base_ms + REPAIR_ALLOWANCE_MS;
  queue = MAX (queue, get_flight_ms (link, s) - known - FLIGHT_ALLOWANCE_MS);
  return MAX (0, queue);
}

/* SRT acknowledges every 10 ms, also what comes through a queue. Where nothing
 * was for a whole sample the other side is busy, or away. */
static gboolean
is_silent (const PbAdaptLink *link)
{
  const PbAdaptSample *s = newest (link);

  return link->n_kept > 1 && s->send_buffer_bytes > 0
         && s->rtt_ms == link->kept[link->n_kept - 2].rtt_ms;
}

static void
note_queue (PbAdaptLink *link)
{
  const PbAdaptSample *s = newest (link);
  const guint last = link->n_kept - 1;

  link->queues[last] =
      is_silent (link) ? link->queues[last - 1] : get_queue (link, s);
  link->queue_ms = link->queues[last];
  link->rise_ms = link->queue_ms - link->queues[last > 2 ? last - 2 : 0];
  link->standing_ms = link->queue_ms;
  for (guint i = last; i > 0; i--) {
    if (s->now_us - link->kept[i - 1].now_us > STANDING_US)
      return;
    link->standing_ms = MIN (link->standing_ms, link->queues[i - 1]);
  }
  /* Nothing stands that has not been there long enough. */
  link->standing_ms = 0;
}

static gboolean
fell (const PbAdaptSample *now, const PbAdaptSample *then)
{
  return now->bytes_sent < then->bytes_sent
         || now->packets_sent < then->packets_sent
         || now->packets_retransmitted < then->packets_retransmitted
         || now->packets_dropped < then->packets_dropped;
}

/**
 * pb_adapt_link_add:
 * @link: what earlier samples told; updated
 * @sample: a look at the sender
 *
 * Returns: %TRUE if @link tells of the network now; %FALSE for the first sample
 *   of a connection, one that came late, or twice
 */
gboolean
pb_adapt_link_add (PbAdaptLink *link, const PbAdaptSample *sample)
{
  if (link->n_kept > 0) {
    const PbAdaptSample *last = newest (link);

    if (sample->now_us <= last->now_us)
      return FALSE;
    if (fell (sample, last))
      forget (link);
    else if (sample->now_us - last->now_us > MAX_GAP_US)
      link->n_kept = 0;
  }
  if (link->n_kept == PB_ADAPT_LINK_KEPT) {
    memmove (
        link->kept, link->kept + 1, sizeof link->kept - sizeof *link->kept);
    memmove (link->queues, link->queues + 1,
        sizeof link->queues - sizeof *link->queues);
    link->n_kept--;
  }
  link->kept[link->n_kept++] = *sample;
  link->queues[link->n_kept - 1] = 0;
  link->has_dropped =
      link->n_kept > 1
      && sample->packets_dropped > link->kept[link->n_kept - 2].packets_dropped;
  note_rtt (link, sample);
  note_rates (link);
  note_queue (link);
  return link->n_kept > 1 && link->knows_rtt;
}

/**
 * pb_adapt_link_rebase:
 * @link: what samples told; updated
 *
 * The way has become longer, or others keep a queue full: what a packet takes
 * now is taken for an empty network's.
 */
void
pb_adapt_link_rebase (PbAdaptLink *link)
{
  gdouble least = 0;

  for (guint i = 0; i < link->n_kept; i++)
    if (least <= 0 || link->kept[i].rtt_ms < least)
      least = link->kept[i].rtt_ms;
  memset (link->buckets, 0, sizeof link->buckets);
  link->buckets[PB_ADAPT_LINK_BUCKETS - 1] = least;
  link->base_ms = least;
  memset (link->queues, 0, sizeof link->queues);
  link->queue_ms = link->standing_ms = link->rise_ms = 0;
}
