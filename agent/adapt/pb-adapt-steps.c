/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Down when a bitrate is too little for the picture, up when it would do for a
 * better one for long enough; and what there is to choose from. */
#include "adapt/pb-adapt-steps.h"

#include <string.h>

/* Too little for so long, or so much too little, is not only a moment. */
#define SHORT_US 1500000
#define FAR_SHORT 0.7
/* More than a better picture needs, for so long. Doubled by each one that did
 * not last. */
#define UP_SHARE 1.1
#define UP_MOST_SHARE 1.3
#define MIN_UP_WAIT_US (6 * G_USEC_PER_SEC)
#define MAX_UP_WAIT_US (64 * G_USEC_PER_SEC)
#define LASTED_US (20 * G_USEC_PER_SEC)
/* A smallest picture that is too much gives way to the rows. */
#define TELEMETRY_SHORT_US (4 * G_USEC_PER_SEC)
#define MIN_TELEMETRY_WAIT_US (20 * G_USEC_PER_SEC)
#define MAX_TELEMETRY_WAIT_US (160 * G_USEC_PER_SEC)
/* Of rows alone, before a picture is tried again. */
#define QUIET_QUEUE_MS 40
#define QUIET_LOSS 0.05

static const struct {
  const gchar *name;
  PbAdaptBand band;
} presets[] = {
  { "low", { 2000, 1000, 300 } },
  { "medium", { 4000, 2000, 400 } },
  { "high", { 8000, 4000, 800 } },
};

/**
 * pb_adapt_get_presets:
 *
 * Returns: (transfer none): their names, up to %NULL
 */
const gchar *const *
pb_adapt_get_presets (void)
{
  static const gchar *const names[] = { "low", "medium", "high", NULL };

  return names;
}

/**
 * pb_adapt_get_band:
 * @preset: of pb_adapt_get_presets(); any other word is "medium"
 * @most_kbps: what is allowed at most
 *
 * Returns: the band of the preset, as far as it is allowed
 */
PbAdaptBand
pb_adapt_get_band (const gchar *preset, guint most_kbps)
{
  PbAdaptBand band = presets[1].band;

  for (guint i = 0; i < G_N_ELEMENTS (presets); i++)
    if (g_strcmp0 (preset, presets[i].name) == 0)
      band = presets[i].band;
  band.high_kbps = MIN (band.high_kbps, most_kbps);
  band.low_kbps = MIN (band.low_kbps, band.high_kbps / 2);
  band.floor_kbps = MIN (band.floor_kbps, band.high_kbps / 4);
  return band;
}

/* The least that a picture of this step is worth sending with. */
static gdouble
get_least (const PbAdaptBand *band, PbAdaptStep step)
{
  switch (step) {
    case PB_ADAPT_WHOLE:
      return band->low_kbps;
    case PB_ADAPT_SMALLER:
      return MAX (band->low_kbps / 2, band->floor_kbps);
    default:
      return band->floor_kbps;
  }
}

/**
 * pb_adapt_steps_get_most:
 * @band: between what
 * @step: how large a picture
 *
 * Returns: the most that is tried with it, kbit/s: what shows that a better
 *   picture would do
 */
gdouble
pb_adapt_steps_get_most (const PbAdaptBand *band, PbAdaptStep step)
{
  if (step == PB_ADAPT_WHOLE)
    return band->high_kbps;
  return MIN (band->high_kbps, UP_MOST_SHARE * get_least (band, step - 1));
}

void
pb_adapt_steps_init (PbAdapt *adapt)
{
  adapt->up_wait_us = MIN_UP_WAIT_US;
  adapt->telemetry_wait_us = MIN_TELEMETRY_WAIT_US;
}

static void
step_down (PbAdapt *a, gint64 now_us)
{
  a->short_us = 0;
  a->calm_us = now_us;
  if (a->stepped_up_us > 0 && now_us - a->stepped_up_us < LASTED_US)
    a->up_wait_us = MIN (2 * a->up_wait_us, MAX_UP_WAIT_US);
  else
    a->up_wait_us = MIN_UP_WAIT_US;
  a->stepped_up_us = 0;
  a->step++;
  if (a->step == PB_ADAPT_TELEMETRY)
    a->telemetry_us = now_us;
}

/* A smaller picture that needs less than it may have will never show that a
 * better one would do: that is tried. */
static gboolean
may_step_up (const PbAdapt *a, gint64 now_us)
{
  return now_us - a->calm_us > a->up_wait_us
         && (a->reason == PB_ADAPT_PICTURE
             || a->target_kbps >= UP_SHARE * get_least (&a->band, a->step - 1));
}

static void
step_up (PbAdapt *a, gint64 now_us)
{
  a->step--;
  a->stepped_up_us = now_us;
  a->calm_us = now_us;
  if (a->step < PB_ADAPT_SMALLEST)
    a->telemetry_wait_us = MIN_TELEMETRY_WAIT_US;
}

/* What it settles at: while a queue empties less is sent for a moment. */
static gdouble
get_lasting (const PbAdapt *a)
{
  return a->draining ? MIN (a->failed_kbps, a->band.high_kbps) : a->target_kbps;
}

/* At the floor the bitrate says nothing more: whether it is too much does. */
static gboolean
is_short (const PbAdapt *a)
{
  if (a->step == PB_ADAPT_SMALLEST)
    return a->target_kbps <= a->band.floor_kbps && pb_adapt_is_pressed (a);
  return get_lasting (a) < get_least (&a->band, a->step);
}

static gboolean
has_been_short (const PbAdapt *a, gint64 now_us)
{
  const gint64 past_us = now_us - a->short_us;

  if (a->step == PB_ADAPT_SMALLEST)
    return past_us > TELEMETRY_SHORT_US;
  return past_us > SHORT_US
         || (!a->draining
             && a->target_kbps < FAR_SHORT * get_least (&a->band, a->step));
}

/**
 * pb_adapt_steps_look:
 * @adapt: has a picture, and a bitrate by now; updated
 * @now_us: monotonic
 *
 * One step at a time.
 */
void
pb_adapt_steps_look (PbAdapt *adapt, gint64 now_us)
{
  if (is_short (adapt)) {
    if (adapt->short_us == 0)
      adapt->short_us = now_us;
    if (has_been_short (adapt, now_us))
      step_down (adapt, now_us);
    return;
  }
  adapt->short_us = 0;
  if (adapt->draining || adapt->step == PB_ADAPT_WHOLE)
    return;
  if (!may_step_up (adapt, now_us))
    return;
  step_up (adapt, now_us);
  adapt->target_kbps =
      MAX (adapt->target_kbps, get_least (&adapt->band, adapt->step));
}

/**
 * pb_adapt_steps_look_without:
 * @adapt: has no picture; updated
 * @now_us: monotonic
 *
 * A picture is tried again after a while in which the rows were not held up.
 */
void
pb_adapt_steps_look_without (PbAdapt *adapt, gint64 now_us)
{
  const PbAdaptLink *l = &adapt->link;

  if (l->queue_ms > QUIET_QUEUE_MS || l->retransmitted > QUIET_LOSS)
    adapt->calm_us = now_us;
  if (now_us - adapt->telemetry_us < adapt->telemetry_wait_us
      || now_us - adapt->calm_us < adapt->telemetry_wait_us / 4)
    return;
  /* Doubled while it does not last; see step_down(). */
  adapt->telemetry_wait_us =
      MIN (2 * adapt->telemetry_wait_us, MAX_TELEMETRY_WAIT_US);
  step_up (adapt, now_us);
  adapt->draining = FALSE;
  adapt->n_over = adapt->n_futile = 0;
  adapt->target_kbps = adapt->band.floor_kbps;
}

/**
 * pb_adapt_step_to_string:
 * @step: a step
 *
 * Returns: (transfer none): its word in status, logs and recordings
 */
const gchar *
pb_adapt_step_to_string (PbAdaptStep step)
{
  static const gchar *const words[] = { "whole", "smaller", "smallest",
    "telemetry" };

  return words[step];
}

/**
 * pb_adapt_reason_to_string:
 * @reason: a reason
 *
 * Returns: (transfer none): its word in status, logs and recordings
 */
const gchar *
pb_adapt_reason_to_string (PbAdaptReason reason)
{
  static const gchar *const words[] = { "start", "full", "queue", "loss",
    "picture", "growing" };

  return words[reason];
}
