/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbControlClock: another machine's clock, estimated from exchanges; pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/** PB_CONTROL_CLOCK_SAMPLES: exchanges that are remembered. */
#define PB_CONTROL_CLOCK_SAMPLES 64

/**
 * PbControlClockState:
 * @remote_us: what the other clock shows
 * @error_us: how far off that may be if both ways take equally long
 * @bound_us: how far off at most, whatever the ways
 * @rtt_us: the shortest way there and back of those that count
 * @drift_ppm: how much faster the other clock runs; NaN while that cannot be
 *   told
 * @drift_error_ppm: how far off that may be; NaN likewise
 */
typedef struct {
  gint64 remote_us;
  gint64 error_us;
  gint64 bound_us;
  gint64 rtt_us;
  gdouble drift_ppm;
  gdouble drift_error_ppm;
} PbControlClockState;

typedef struct _PbControlClock PbControlClock;

PbControlClock *pb_control_clock_new (void);
void pb_control_clock_free (PbControlClock *clock);
void pb_control_clock_add (PbControlClock *clock, gint64 t1_us, gint64 t2_us,
    gint64 t3_us, gint64 t4_us);
gboolean pb_control_clock_get (
    PbControlClock *clock, gint64 now_us, PbControlClockState *state);
guint pb_control_clock_get_wait_ms (PbControlClock *clock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbControlClock, pb_control_clock_free)

G_END_DECLS
