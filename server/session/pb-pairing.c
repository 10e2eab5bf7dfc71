/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Both parts have times of this machine's clock, recovered from their arrival by
 * demultiplexers that settle slowly, and by muxers that write ahead of their
 * clocks. What comes with the least delay says where these times really are. */
#include "session/pb-pairing.h"

/* Long enough for one of the units in it to come without delay, short beside
 * the time that a demultiplexer takes to settle. */
#define WINDOW_US (2 * G_USEC_PER_SEC)

/**
 * pb_lag_push:
 * @now_us: any clock that goes on, from 1
 * @lag_us: of a unit: its arrival minus its time
 */
void
pb_lag_push (PbLag *lag, gint64 now_us, gint64 lag_us)
{
  if (lag->began_us == 0 || now_us - lag->began_us >= 2 * WINDOW_US) {
    *lag = (PbLag){ now_us, lag_us, lag_us };
  } else if (now_us - lag->began_us >= WINDOW_US) {
    *lag = (PbLag){ lag->began_us + WINDOW_US, lag_us, lag->least };
  }
  lag->least = MIN (lag->least, lag_us);
}

/**
 * pb_lag_get_us:
 *
 * Returns: the least; 0 while nothing was pushed
 */
gint64
pb_lag_get_us (const PbLag *lag)
{
  return MIN (lag->least, lag->before);
}

/**
 * pb_pairing_default_us:
 * @picture: how the picture comes
 * @rows: how the telemetry comes
 *
 * Round trips are left out: they differ by less than a person can trim, and
 * would let the pairing wander.
 *
 * Returns: how much later than its row a picture arrives, as far as the
 *   connections say
 */
gint64
pb_pairing_default_us (const PbPairingWay *picture, const PbPairingWay *rows)
{
  return ((gint64) picture->latency_ms - (gint64) rows->latency_ms) * 1000;
}

/**
 * pb_pairing_shift_us:
 * @picture: how the picture comes
 * @rows: how the telemetry comes
 *
 * Returns: to be added to how much later a picture arrives: how much later its
 *   time is, by the demultiplexers' clocks
 */
gint64
pb_pairing_shift_us (const PbPairingWay *picture, const PbPairingWay *rows)
{
  return rows->lag_us - picture->lag_us;
}
