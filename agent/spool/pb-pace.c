/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Live goes first: what follows stands back as soon as live is late. */
#include "spool/pb-pace.h"

/* An acknowledgement by WebSocket comes within 200 ms and a round trip. */
#define LATE_MS 700
/* Live waits for what follows, or for a network that has little. */
#define TOO_LATE_MS 1500
/* A round trip that is longer by this is a queue in the network. */
#define QUEUE_MS 100
/* As fast as it is made: an outage's rows get no older then. */
#define SLOW_ROWS_S 60
#define FIRST_ROWS_S 120

/**
 * pb_pace_look:
 * @pace: what earlier looks left; updated
 * @look: how live is now
 *
 * About ten times a second.
 *
 * Returns: rows a second that may follow until the next look; 0: none
 */
guint
pb_pace_look (PbPace *pace, const PbPaceLook *look)
{
  gboolean queues = FALSE;

  if (look->rtt_ms > 0) {
    if (pace->least_rtt_ms <= 0 || look->rtt_ms < pace->least_rtt_ms)
      pace->least_rtt_ms = look->rtt_ms;
    queues = look->rtt_ms > pace->least_rtt_ms + QUEUE_MS;
  }
  if (!look->is_live || look->is_thinned || look->backlog_ms >= TOO_LATE_MS)
    pace->rows_s = 0;
  else if (look->backlog_ms >= LATE_MS || queues)
    pace->rows_s = MIN (pace->rows_s, SLOW_ROWS_S);
  else if (pace->rows_s < FIRST_ROWS_S)
    pace->rows_s = FIRST_ROWS_S;
  else
    pace->rows_s = MIN (pace->rows_s + pace->rows_s / 8, PB_PACE_MAX_ROWS_S);
  return pace->rows_s;
}
