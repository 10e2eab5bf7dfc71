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

/**
 * pb_pairing_by_clock:
 * @rows: how the telemetry comes, by its arrival; where the clock is known well
 *   enough it becomes how it would come if nothing were on its way
 * @clock: of whoever saw the ticks
 * @utc_lag_us: by how much a row's UTC, by that clock, is after its time
 * @now_us: monotonic
 *
 * What is between a tick and its row's arrival (a network, rows that wait for
 * others, a machine that is late) is no delay of the picture's.
 *
 * Returns: whether it is by the clock
 */
gboolean
pb_pairing_by_clock (PbPairingWay *rows, const PbPairingClock *clock,
    gint64 utc_lag_us, gint64 now_us)
{
  if (clock->heard_us == 0 || now_us - clock->heard_us > PB_PAIRING_CLOCK_AGE_US
      || clock->error_us > PB_PAIRING_MAX_CLOCK_ERROR_US)
    return FALSE;
  *rows = (PbPairingWay){ .lag_us = utc_lag_us + clock->offset_us };
  return TRUE;
}
