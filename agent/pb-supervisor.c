/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Back-off with jitter, and when to give up the picture. */
#include "pb-supervisor.h"

#include <gstpitbox/gstpitbox.h>

/* A stream that ran this long was good: what follows is a new story. */
#define GOOD_UPTIME_MS 30000
/* First and longest wait. The first is short because most breaks are a server
 * that restarts; the longest keeps a fleet from hammering one that is away. */
#define FIRST_DELAY_MS 250
#define MAX_DELAY_MS 30000
/* A refusal does not heal by itself, but a key may be added meanwhile. */
#define REFUSED_DELAY_MS 5000
/* After this many picture failures in a row telemetry goes on alone. */
#define MAX_VIDEO_FAILURES 4

/**
 * pb_supervisor_decide:
 * @supervisor: what earlier failures left; updated
 * @failure: what happened
 * @uptime_ms: how long the stream had run, ms
 * @wanted: the mode the driver wants
 * @random: 0 to 1, spreads the delays by ± 25 %
 *
 * Pure but for @supervisor. A failed picture never costs the telemetry: after
 * %MAX_VIDEO_FAILURES in a row the telemetry streams alone, and the picture is
 * tried again after the next failure that follows a good run.
 *
 * Returns: what to do
 */
PbDecision
pb_supervisor_decide (PbSupervisor *supervisor, PbFailure failure,
    guint64 uptime_ms, PbMode wanted, gdouble random)
{
  PbDecision d = { .mode = wanted };

  if (uptime_ms >= GOOD_UPTIME_MS) {
    supervisor->failures = 0;
    supervisor->video_failures = 0;
  }
  if (failure == PB_FAILURE_CAPTURE || failure == PB_FAILURE_ENCODER)
    supervisor->video_failures++;
  if (supervisor->video_failures >= MAX_VIDEO_FAILURES)
    d.mode = PB_MODE_TELEMETRY;
  d.refuse_encoder = failure == PB_FAILURE_ENCODER;

  d.delay_ms = gst_pitbox_backoff_ms (++supervisor->failures,
      failure == PB_FAILURE_REFUSED ? REFUSED_DELAY_MS : FIRST_DELAY_MS,
      MAX_DELAY_MS, random);
  return d;
}

/**
 * pb_failure_to_string:
 * @failure: a failure
 *
 * Returns: (transfer none): one word for logs and status
 */
const gchar *
pb_failure_to_string (PbFailure failure)
{
  static const gchar *const words[] = { "network", "refused", "capture",
    "encoder", "other" };

  return (guint) failure < G_N_ELEMENTS (words) ? words[failure] : "other";
}
