/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Four round trips, so that what is lost can be asked for again, and again. */
#include "pb-latency.h"

#include <math.h>

#define ROUND_TRIPS 4
/* So that a round trip that grows a little is no reason to begin anew. */
#define RESERVE 1.15
#define MOST_MS 8000
#define GRANULE_MS 10
/* The least of so many seconds is that of a network without a queue. */
#define LOOKS 5
/* libsrt says this until it has measured. */
#define UNMEASURED_RTT_MS 100.0

/**
 * pb_latency_begin:
 * @latency: what earlier connections told; updated
 *
 * Another connection begins.
 *
 * Returns: its latency, ms
 */
guint
pb_latency_begin (PbLatency *latency)
{
  latency->now_ms = MAX (latency->wanted_ms, PB_LATENCY_LEAST_MS);
  latency->least_rtt_ms = 0;
  latency->n_looks = 0;
  return latency->now_ms;
}

/**
 * pb_latency_look:
 * @latency: what earlier looks told; updated
 * @rtt_ms: of the connection now, as libsrt has it; for once a second
 *
 * A stream that has just begun is the one that a second's gap harms least; one
 * whose way gets longer later gets more time with its next connection.
 *
 * Returns: %TRUE, once a connection, if it should begin anew now
 */
gboolean
pb_latency_look (PbLatency *latency, gdouble rtt_ms)
{
  gdouble needs_ms;

  if (rtt_ms <= 0 || rtt_ms == UNMEASURED_RTT_MS)
    return FALSE;
  if (latency->n_looks == 0 || rtt_ms < latency->least_rtt_ms)
    latency->least_rtt_ms = rtt_ms;
  if (++latency->n_looks < LOOKS)
    return FALSE;
  needs_ms = ROUND_TRIPS * latency->least_rtt_ms;
  latency->wanted_ms =
      (guint) (ceil (MIN (RESERVE * needs_ms, MOST_MS) / GRANULE_MS)
               * GRANULE_MS);
  return latency->n_looks == LOOKS && needs_ms > latency->now_ms
         && latency->now_ms < MOST_MS;
}
