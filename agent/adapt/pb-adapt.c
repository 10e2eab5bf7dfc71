/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbAdapt: cuts to what the network delivers, and feels its way up again. */
#include "adapt/pb-adapt.h"

#include "adapt/pb-adapt-steps.h"

#include <string.h>

/* What goes out beside the picture: TS packets around it, and rows with the
 * tables, kbit/s (elements/README.md, "KLV units"). */
#define TS_SHARE 1.05
#define MIN_BESIDE_KBPS 100
#define MAX_BESIDE_KBPS 400
/* What was sent within the last second was all sent at this bitrate. */
#define STEADY_US 1300000
/* A key frame waits in the network for as long as it is larger than others.
 * What is calm is learnt, within these. */
#define MIN_ALARM_MS 45
#define MAX_ALARM_MS 160
#define CALM_DECAY_S 10
/* A queue that no gap between pictures empties is one of a little too much. */
#define STANDING_MS 30
#define EASE_SHARE 0.93
#define EASE_EFFECT_US 400000
/* It empties already. */
#define EASE_FALL_MS 15
/* SRT repairs some percent without harm; more than this is a network that
 * drops what it has no room for. */
#define LOSS_SHARE 0.10
#define LOSS_CUT_SHARE 0.85
#define LOSS_EFFECT_US (1600 * 1000)
/* So much fewer, or a cut was of no use; after so many of them it is seen that
 * losses come from elsewhere. What is tolerated is forgotten slowly. */
#define LOSS_HELPED 0.7
#define MAX_LOSS_CUTS 2
#define TOLERATED_SHARE 1.3
#define TOLERATED_DECAY_S 120
/* While a queue empties, and afterwards, of what the network delivers. */
#define DRAIN_SHARE 0.6
#define AGAIN_SHARE 0.85
#define SETTLE_SHARE 0.92
#define EMPTY_MS 18
/* What is gone so soon was a little too much, or a machine that was busy for a
 * moment: less is enough, and there was no time to see what is delivered. */
#define SHORT_DRAIN_US 600000
#define SHORT_SHARE 0.9
#define SHORT_PATIENCE_US (2 * G_USEC_PER_SEC)
#define LONGEST_DRAIN_US (3 * G_USEC_PER_SEC)
/* Before a cut has had an effect that can be seen, beside the round trip. */
#define CUT_EFFECT_US 350000
#define MAX_FUTILE 4
/* Of what the queue was, before a cut counts as one that helped. */
#define DRAINS_SHARE 0.7
/* What one sample of a rate counts. */
#define RATE_WEIGHT 0.3
/* A second, each. */
#define GROW_FAST 0.12
#define GROW_NEAR 0.04
#define MIN_PATIENCE_US (3 * G_USEC_PER_SEC)
#define MAX_PATIENCE_US (8 * G_USEC_PER_SEC)
/* Samples that are further apart make no larger leap. */
#define MAX_STEP_S 0.5
#define GRANULE_KBPS 10

static gdouble
to_picture (const PbAdapt *a, gdouble all_kbps)
{
  return (all_kbps - a->beside_kbps) / TS_SHARE;
}

/* Also an encoder that gives more than it was told counts there. */
static void
learn_beside (PbAdapt *a, gint64 now_us)
{
  if (ABS (a->target_kbps / MAX (a->steady_kbps, 1) - 1) > 0.1) {
    a->steady_kbps = a->target_kbps;
    a->target_us = now_us;
  }
  if (now_us - a->target_us > STEADY_US)
    a->beside_kbps = CLAMP (a->link.sent_kbps - TS_SHARE * a->target_kbps,
        MIN_BESIDE_KBPS, MAX_BESIDE_KBPS);
}

static void
set_target (PbAdapt *a, gdouble kbps)
{
  const gdouble most = pb_adapt_steps_get_most (&a->band, a->step);

  a->target_kbps = CLAMP (kbps, a->band.floor_kbps, most);
}

/* Peaks that do not stay belong to the stream; they are forgotten slowly. */
static void
learn_calm (PbAdapt *a, gdouble s)
{
  a->calm_ms -= a->calm_ms * MIN (1, s / CALM_DECAY_S);
  if (!a->draining && a->link.standing_ms < STANDING_MS / 2)
    a->calm_ms = MAX (a->calm_ms, MIN (a->link.queue_ms, MAX_ALARM_MS));
}

/* SRT repairs losses; what comes whatever is sent is no reason to send less. */
static gdouble
get_loss_limit (const PbAdapt *a)
{
  return LOSS_SHARE + a->tolerated;
}

static gboolean
has_queue (PbAdapt *a)
{
  const PbAdaptLink *l = &a->link;
  const gdouble alarm =
      CLAMP (1.3 * a->calm_ms + 15, MIN_ALARM_MS, MAX_ALARM_MS);

  a->n_over = l->queue_ms > alarm ? a->n_over + 1 : 0;
  /* What rises is believed at once when it is far more than usual. */
  return a->n_over >= 2 || (l->queue_ms > 1.5 * alarm && l->rise_ms > alarm)
         || l->has_dropped;
}

/* What failed at the same place again is left alone for longer. */
static void
remember_failure (PbAdapt *a, gdouble kbps, gint64 now_us, PbAdaptReason reason)
{
  const gboolean same =
      a->failed_kbps > 0 && ABS (kbps / a->failed_kbps - 1) < 0.12;

  a->patience_us =
      same ? MIN (2 * a->patience_us, MAX_PATIENCE_US) : MIN_PATIENCE_US;
  a->failed_kbps = MAX (kbps, a->band.floor_kbps);
  a->failed_us = now_us;
  a->failed_reason = reason;
}

static void
cut (PbAdapt *a, gint64 now_us)
{
  const PbAdaptLink *l = &a->link;
  const gdouble usual =
      MAX (l->sent_kbps, 0.8 * (TS_SHARE * a->target_kbps + a->beside_kbps));

  if (!a->draining) {
    /* What stands behind one lost packet is not acknowledged, but delivered;
     * and a machine that was busy has sent little. */
    a->carries_kbps = CLAMP (l->delivered_kbps, 0.6 * usual, usual);
    a->drain_began_us = now_us;
    a->cut_from_kbps = a->target_kbps;
    a->peak_ms = 0;
    remember_failure (
        a, to_picture (a, a->carries_kbps), now_us, PB_ADAPT_QUEUE);
  } else {
    a->carries_kbps *= AGAIN_SHARE;
  }
  a->draining = TRUE;
  a->drain_us = now_us;
  a->drain_queue_ms = l->queue_ms;
  a->n_over = 0;
  set_target (a, to_picture (a, a->carries_kbps * DRAIN_SHARE));
  a->reason = PB_ADAPT_QUEUE;
}

/* Nothing gets torn by a short queue, and a key frame leaves one behind. */
static void
ease (PbAdapt *a, gint64 now_us)
{
  const gint64 effect_us =
      EASE_EFFECT_US + (gint64) (1000 * (a->link.base_ms + a->link.queue_ms));

  if (now_us - a->eased_us < effect_us || a->link.rise_ms < -EASE_FALL_MS)
    return;
  if (now_us - a->eased_us > MIN_PATIENCE_US)
    remember_failure (a, a->target_kbps, now_us, PB_ADAPT_QUEUE);
  a->eased_us = a->failed_us = a->calm_us = now_us;
  a->reason = PB_ADAPT_QUEUE;
  set_target (a, a->target_kbps * EASE_SHARE);
  a->failed_kbps = MIN (a->failed_kbps, a->target_kbps / EASE_SHARE);
}

static void
settle (PbAdapt *a, gint64 now_us)
{
  gdouble carries = to_picture (a, a->carries_kbps);
  gdouble target = to_picture (a, a->carries_kbps * SETTLE_SHARE);

  if (now_us - a->drain_began_us < SHORT_DRAIN_US) {
    a->calm_ms = MAX (a->calm_ms, MIN (0.8 * a->peak_ms, MAX_ALARM_MS));
    carries = MAX (carries, a->cut_from_kbps);
    target = MAX (target, SHORT_SHARE * a->cut_from_kbps);
    if (a->patience_us == MIN_PATIENCE_US)
      a->patience_us = SHORT_PATIENCE_US;
  }
  a->draining = FALSE;
  a->n_futile = 0;
  a->calm_us = now_us;
  a->failed_us = now_us;
  a->failed_kbps = MAX (carries, a->band.floor_kbps);
  set_target (a, target);
}

/* While there is a queue, what is delivered is what the network carries. */
static void
learn_carries (PbAdapt *a)
{
  const PbAdaptLink *l = &a->link;

  a->carries_kbps += RATE_WEIGHT * (l->delivered_kbps - a->carries_kbps);
  a->failed_kbps = MAX (to_picture (a, a->carries_kbps), a->band.floor_kbps);
  set_target (
      a, MIN (a->target_kbps, to_picture (a, a->carries_kbps * DRAIN_SHARE)));
}

static void
drain (PbAdapt *a, gint64 now_us)
{
  const PbAdaptLink *l = &a->link;
  const gint64 effect_us =
      CUT_EFFECT_US + (gint64) (1000 * (l->base_ms + a->drain_queue_ms));
  const gint64 past_us = now_us - a->drain_us;

  a->peak_ms = MAX (a->peak_ms, l->queue_ms);
  if (l->queue_ms < EMPTY_MS || now_us - a->drain_began_us > LONGEST_DRAIN_US) {
    settle (a, now_us);
    return;
  }
  if (now_us - a->drain_began_us > effect_us / 2)
    learn_carries (a);
  if (past_us < effect_us)
    return;
  if (l->queue_ms < DRAINS_SHARE * a->drain_queue_ms) {
    a->drain_us = now_us;
    a->drain_queue_ms = l->queue_ms;
    return;
  }
  /* A queue that does not mind is not ours: the way is longer now, or others
   * fill it, and giving way for ever would help nobody. */
  if (l->offered_kbps > 1.1 * l->delivered_kbps
      || l->retransmitted > get_loss_limit (a) / 2)
    a->n_futile = 0;
  else if (++a->n_futile >= MAX_FUTILE) {
    pb_adapt_link_rebase (&a->link);
    settle (a, now_us);
    return;
  }
  cut (a, now_us);
}

/* Without a queue: a network that drops what is too much, or one that loses
 * whatever is sent. Which of them a cut tells. */
static void
look_at_loss (PbAdapt *a, gint64 now_us)
{
  const gdouble share = a->link.retransmitted;
  const gboolean first = a->loss_us == 0;

  if (!first && now_us - a->loss_us < LOSS_EFFECT_US)
    return;
  if (share <= get_loss_limit (a)) {
    a->loss_us = 0;
    a->n_loss_cuts = 0;
    return;
  }
  if (first)
    a->loss_from_kbps = a->target_kbps;
  else if (share > LOSS_HELPED * a->loss_share)
    a->n_loss_cuts++;
  a->loss_us = now_us;
  if (a->n_loss_cuts >= MAX_LOSS_CUTS) {
    a->tolerated = TOLERATED_SHARE * share;
    a->n_loss_cuts = 0;
    set_target (a, a->loss_from_kbps);
    return;
  }
  a->loss_share = share;
  remember_failure (a, a->target_kbps, now_us, PB_ADAPT_LOSS);
  set_target (a, a->target_kbps * LOSS_CUT_SHARE);
  a->reason = PB_ADAPT_LOSS;
}

/**
 * pb_adapt_is_pressed:
 * @adapt: what samples left
 *
 * Returns: %TRUE if what is sent now is too much
 */
gboolean
pb_adapt_is_pressed (const PbAdapt *adapt)
{
  const PbAdaptLink *l = &adapt->link;

  return adapt->draining || adapt->n_over > 0 || l->standing_ms > STANDING_MS
         || l->retransmitted > get_loss_limit (adapt);
}

static gboolean
is_quiet (const PbAdapt *a)
{
  const PbAdaptLink *l = &a->link;

  return l->standing_ms < STANDING_MS / 2 && a->n_over == 0
         && l->retransmitted < 0.7 * get_loss_limit (a);
}

/* A share of the target a second. */
static gdouble
get_growth (PbAdapt *a, gint64 now_us)
{
  const gdouble room = a->target_kbps / a->failed_kbps;

  if (a->failed_kbps <= 0 || room < 0.85)
    return GROW_FAST;
  if (room < 0.95)
    return GROW_NEAR;
  if (now_us - a->failed_us < a->patience_us)
    return 0;
  if (room > 1.03) {
    a->failed_kbps = 0;
    a->patience_us = MIN_PATIENCE_US;
  }
  return GROW_NEAR;
}

static void
grow (PbAdapt *a, gdouble s, gint64 now_us)
{
  const gdouble expected = TS_SHARE * a->target_kbps + MIN_BESIDE_KBPS;
  const gdouble most = pb_adapt_steps_get_most (&a->band, a->step);
  gdouble share;

  if (!is_quiet (a)) {
    a->calm_us = now_us;
    return;
  }
  if (a->target_kbps >= most) {
    a->reason = a->step == PB_ADAPT_WHOLE ? PB_ADAPT_FULL : a->failed_reason;
    return;
  }
  /* What was not sent was not tried either. */
  if (a->link.sent_kbps < 0.75 * expected) {
    a->reason = PB_ADAPT_PICTURE;
    return;
  }
  share = get_growth (a, now_us);
  a->reason = share > 0 ? PB_ADAPT_GROWING : a->failed_reason;
  set_target (a, a->target_kbps * (1 + share * s));
}

static void
adjust (PbAdapt *a, gint64 now_us, gdouble s)
{
  const gboolean queue = has_queue (a);

  learn_calm (a, s);
  learn_beside (a, now_us);
  a->tolerated -= a->tolerated * MIN (1, s / TOLERATED_DECAY_S);
  if (a->draining)
    drain (a, now_us);
  else if (queue)
    cut (a, now_us);
  else if (a->link.standing_ms > STANDING_MS)
    ease (a, now_us);
  else
    grow (a, s, now_us);
  if (!a->draining)
    look_at_loss (a, now_us);
}

/**
 * pb_adapt_init:
 * @adapt: (out): begins at the low end of the band, with a whole picture
 * @band: between what
 */
void
pb_adapt_init (PbAdapt *adapt, const PbAdaptBand *band)
{
  memset (adapt, 0, sizeof *adapt);
  adapt->band = *band;
  adapt->target_kbps = band->low_kbps;
  adapt->patience_us = MIN_PATIENCE_US;
  adapt->beside_kbps = MIN_BESIDE_KBPS;
  pb_adapt_steps_init (adapt);
}

/**
 * pb_adapt_set_band:
 * @adapt: updated; what it knows of the network stays
 * @band: from now on
 */
void
pb_adapt_set_band (PbAdapt *adapt, const PbAdaptBand *band)
{
  adapt->band = *band;
  set_target (adapt, adapt->target_kbps);
}

/**
 * pb_adapt_look:
 * @adapt: what earlier samples left; updated
 * @sample: of the sender, 100 to 250 ms after the last one; once a second while
 *   there is no picture
 * @decision: (out): what to send from now on
 *
 * Pure but for @adapt.
 */
void
pb_adapt_look (
    PbAdapt *adapt, const PbAdaptSample *sample, PbAdaptDecision *decision)
{
  const gint64 now_us = sample->now_us;
  const gdouble s = adapt->looked_us > 0
                        ? MIN ((now_us - adapt->looked_us) / 1e6, MAX_STEP_S)
                        : 0;
  const gboolean knows = pb_adapt_link_add (&adapt->link, sample);

  if (adapt->looked_us == 0)
    adapt->calm_us = now_us;
  adapt->looked_us = now_us;
  if (adapt->step == PB_ADAPT_TELEMETRY) {
    pb_adapt_steps_look_without (adapt, now_us);
  } else if (knows) {
    adjust (adapt, now_us, s);
    pb_adapt_steps_look (adapt, now_us);
    set_target (adapt, adapt->target_kbps);
  }
  pb_adapt_get_decision (adapt, decision);
}

/**
 * pb_adapt_get_decision:
 * @adapt: what samples left
 * @decision: (out): the last one
 */
void
pb_adapt_get_decision (const PbAdapt *adapt, PbAdaptDecision *decision)
{
  const guint kbps = (guint) (adapt->target_kbps / GRANULE_KBPS) * GRANULE_KBPS;

  decision->bitrate_kbps =
      adapt->step == PB_ADAPT_TELEMETRY
          ? 0
          : CLAMP (kbps, adapt->band.floor_kbps, adapt->band.high_kbps);
  decision->step = adapt->step;
  decision->reason = adapt->reason;
}
