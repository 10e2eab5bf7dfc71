/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Short windows in turns, in an order that no trend of the race can follow; a
 * round in which the race was not the same all the while begins anew. */
#include "harm/pb-harm-plan.h"

#include "harm/pb-harm-stats.h"

#include <math.h>
#include <string.h>

/* 3 works have 6 orders. */
#define MAX_ORDERS 6
/* Of the looks of a window so many must have found a row. */
#define LEAST_SHARE 0.5
#define LEAST_SAMPLES 5

/* What a window has seen so far. */
typedef struct {
  GArray *fps; /* gdouble */
  gdouble sums[PB_HARM_N_FIGURES];
  guint counts[PB_HARM_N_FIGURES];
  guint n_looks;
  gboolean has_situation;
  gboolean is_less;
  PbHarmSituation situation;
  PbHarmSample first, last;
} Seen;

struct _PbHarmPlan {
  PbHarmSetup setup;
  guint n_works;
  PbHarmWork orders[PB_HARM_MAX_ROUNDS][PB_HARM_N_WORKS];
  GArray *rounds; /* PbHarmRound, those that are complete */
  PbHarmRound round; /* the one that is on */
  guint place; /* of the window in it */
  PbHarmPhase phase;
  gint64 phase_us; /* since when; 0 = not begun */
  Seen seen;
  guint n_spoilt[PB_HARM_N_SPOILT];
  PbHarmFact changed; /* the last one that did */
  gboolean is_stuck;
};

static const PbHarmWork three[MAX_ORDERS][PB_HARM_N_WORKS] = {
  { PB_HARM_WHOLE, PB_HARM_ROWS, PB_HARM_NOTHING },
  { PB_HARM_WHOLE, PB_HARM_NOTHING, PB_HARM_ROWS },
  { PB_HARM_ROWS, PB_HARM_WHOLE, PB_HARM_NOTHING },
  { PB_HARM_ROWS, PB_HARM_NOTHING, PB_HARM_WHOLE },
  { PB_HARM_NOTHING, PB_HARM_WHOLE, PB_HARM_ROWS },
  { PB_HARM_NOTHING, PB_HARM_ROWS, PB_HARM_WHOLE },
};

static const PbHarmWork two[2][PB_HARM_N_WORKS] = {
  { PB_HARM_WHOLE, PB_HARM_NOTHING },
  { PB_HARM_NOTHING, PB_HARM_WHOLE },
};

/* All orders once before any of them again, each time shuffled. */
static void
make_orders (PbHarmPlan *self)
{
  const PbHarmWork (*orders)[PB_HARM_N_WORKS] =
      self->setup.has_picture ? three : two;
  const guint n = self->setup.has_picture ? G_N_ELEMENTS (three) : 2;
  GRand *rand = g_rand_new_with_seed (self->setup.seed);
  guint at[MAX_ORDERS] = { 0, 1, 2, 3, 4, 5 };

  for (guint r = 0; r < self->setup.n_rounds; r++) {
    for (guint i = n - 1; r % n == 0 && i > 0; i--) {
      const guint j = (guint) g_rand_int_range (rand, 0, (gint32) i + 1);
      const guint kept = at[i];

      at[i] = at[j];
      at[j] = kept;
    }
    memcpy (self->orders[r], orders[at[r % n]], sizeof self->orders[r]);
  }
  g_rand_free (rand);
}

/**
 * pb_harm_plan_new:
 * @setup: up to %PB_HARM_MAX_ROUNDS rounds count
 *
 * Returns: (transfer full): a plan that begins with its first look
 */
PbHarmPlan *
pb_harm_plan_new (const PbHarmSetup *setup)
{
  PbHarmPlan *self = g_new0 (PbHarmPlan, 1);

  self->setup = *setup;
  self->setup.n_rounds = CLAMP (setup->n_rounds, 1, PB_HARM_MAX_ROUNDS);
  self->n_works = setup->has_picture ? 3 : 2;
  self->rounds = g_array_new (FALSE, FALSE, sizeof (PbHarmRound));
  self->seen.fps = g_array_new (FALSE, FALSE, sizeof (gdouble));
  make_orders (self);
  return self;
}

/**
 * pb_harm_plan_free:
 * @plan: (transfer full): a plan
 */
void
pb_harm_plan_free (PbHarmPlan *plan)
{
  g_array_unref (plan->rounds);
  g_array_unref (plan->seen.fps);
  g_free (plan);
}

static void
set_phase (PbHarmPlan *self, PbHarmPhase phase, gint64 now_us)
{
  self->phase = phase;
  self->phase_us = now_us;
}

static void
forget_seen (Seen *seen)
{
  GArray *fps = seen->fps;

  g_array_set_size (fps, 0);
  memset (seen, 0, sizeof *seen);
  seen->fps = fps;
}

static void
begin_anew (PbHarmPlan *self, PbHarmSpoilt why, gint64 now_us)
{
  guint n = 0;

  self->n_spoilt[why]++;
  for (guint i = 0; i < PB_HARM_N_SPOILT; i++)
    n += self->n_spoilt[i];
  self->place = 0;
  memset (&self->round, 0, sizeof self->round);
  set_phase (
      self, n > self->setup.n_spare ? PB_HARM_OVER : PB_HARM_REACHING, now_us);
}

/* Returns: %PB_HARM_N_FACTS if they are the same */
static PbHarmFact
find_change (const PbHarmSituation *a, const PbHarmSituation *b)
{
  guint i = 0;

  while (i < PB_HARM_N_FACTS && a->facts[i] == b->facts[i])
    i++;
  return (PbHarmFact) i;
}

static void
add (Seen *seen, PbHarmFigure figure, gdouble value)
{
  if (value < 0)
    return;
  seen->sums[figure] += value;
  seen->counts[figure]++;
}

static gboolean
is_changed (PbHarmPlan *self, const PbHarmSituation *now)
{
  Seen *seen = &self->seen;
  PbHarmFact fact;

  if (!seen->has_situation)
    seen->situation = self->place > 0 ? self->round.situation : *now;
  seen->has_situation = TRUE;
  fact = find_change (&seen->situation, now);
  if (fact != PB_HARM_N_FACTS)
    self->changed = fact;
  return fact != PB_HARM_N_FACTS;
}

static void
note_sample (Seen *seen, const PbHarmSample *s)
{
  if (seen->n_looks++ == 0)
    seen->first = *s;
  seen->last = *s;
  seen->is_less = seen->is_less || s->is_less;
  add (seen, PB_HARM_ALL_GPU_PCT, s->all_gpu_pct);
  add (seen, PB_HARM_ENCODE_PCT, s->encode_pct);
  if (!s->has_row)
    return;
  /* Where the simulator has just begun it says 0. */
  if (s->fps > 0)
    g_array_append_val (seen->fps, s->fps);
  add (seen, PB_HARM_FG_PCT, s->fg_pct);
  add (seen, PB_HARM_BG_PCT, s->bg_pct);
  add (seen, PB_HARM_GPU_PCT, s->gpu_pct);
}

static gdouble
get_share (gint64 before, gint64 after, gint64 past)
{
  return before < 0 || after < before || past <= 0
             ? NAN
             : 100.0 * (gdouble) (after - before) / (gdouble) past;
}

static void
fill_window (PbHarmPlan *self, PbHarmWindow *w)
{
  static const PbHarmFigure shares[] = { PB_HARM_FG_PCT, PB_HARM_BG_PCT,
    PB_HARM_GPU_PCT, PB_HARM_ALL_GPU_PCT, PB_HARM_ENCODE_PCT };
  const Seen *seen = &self->seen;
  const PbHarmSample *a = &seen->first, *b = &seen->last;
  const gint64 past_us = b->now_us - a->now_us;
  gdouble *f = w->figures;

  w->work = pb_harm_plan_get_work (self);
  w->begun_us = self->phase_us;
  w->n_samples = seen->fps->len;
  w->is_less = seen->is_less;
  pb_harm_stats_sum_up (
      (const gdouble *) seen->fps->data, seen->fps->len, f, &w->fps_spread);
  for (guint i = 0; i < G_N_ELEMENTS (shares); i++)
    f[shares[i]] = seen->counts[shares[i]] > 0
                       ? seen->sums[shares[i]] / seen->counts[shares[i]]
                       : NAN;
  f[PB_HARM_AGENT_CPU_PCT] = get_share (a->agent_us, b->agent_us, past_us);
  f[PB_HARM_GAME_CPU_PCT] = get_share (a->game_us, b->game_us, past_us);
  f[PB_HARM_PC_CPU_PCT] =
      get_share (a->busy_us, b->busy_us, b->total_us - a->total_us);
}

static void
end_window (PbHarmPlan *self, gint64 now_us)
{
  const Seen *seen = &self->seen;
  const PbHarmWork work = pb_harm_plan_get_work (self);

  if (seen->fps->len < LEAST_SAMPLES
      || seen->fps->len < LEAST_SHARE * seen->n_looks) {
    begin_anew (self, PB_HARM_STILL, now_us);
    return;
  }
  fill_window (self, &self->round.windows[work]);
  self->round.situation = seen->situation;
  set_phase (self, PB_HARM_REACHING, now_us);
  if (++self->place < self->n_works)
    return;
  g_array_append_val (self->rounds, self->round);
  memset (&self->round, 0, sizeof self->round);
  self->place = 0;
  if (self->rounds->len == self->setup.n_rounds)
    set_phase (self, PB_HARM_OVER, now_us);
}

static gboolean
has_passed (const PbHarmPlan *self, gint64 now_us, guint ms)
{
  return now_us - self->phase_us >= (gint64) ms * 1000;
}

static void
look_reaching (PbHarmPlan *self, gint64 now_us, gboolean is_reached)
{
  if (is_reached) {
    set_phase (self, PB_HARM_SETTLING, now_us);
  } else if (has_passed (self, now_us, self->setup.reach_ms)) {
    self->is_stuck = TRUE;
    set_phase (self, PB_HARM_OVER, now_us);
  }
}

static void
look_settling (PbHarmPlan *self, gint64 now_us, gboolean is_reached)
{
  if (!is_reached) {
    begin_anew (self, PB_HARM_BROKEN, now_us);
  } else if (has_passed (self, now_us, self->setup.settle_ms)) {
    forget_seen (&self->seen);
    set_phase (self, PB_HARM_MEASURING, now_us);
  }
}

static void
look_measuring (PbHarmPlan *self, const PbHarmSample *s, gboolean is_reached)
{
  if (!is_reached) {
    begin_anew (self, PB_HARM_BROKEN, s->now_us);
  } else if (s->has_row && is_changed (self, &s->situation)) {
    begin_anew (self, PB_HARM_CHANGED, s->now_us);
  } else {
    note_sample (&self->seen, s);
    if (has_passed (self, s->now_us, self->setup.window_ms))
      end_window (self, s->now_us);
  }
}

/**
 * pb_harm_plan_look:
 * @plan: a plan; updated
 * @sample: what was seen since the last look
 * @is_reached: pb_harm_plan_get_work() is what the agent does
 *
 * For some times a second. Pure but for @plan.
 *
 * Returns: %TRUE if another work, or none any more, is wanted from now on
 */
gboolean
pb_harm_plan_look (
    PbHarmPlan *plan, const PbHarmSample *sample, gboolean is_reached)
{
  const PbHarmPhase phase = plan->phase;
  const PbHarmWork work = pb_harm_plan_get_work (plan);

  if (plan->phase_us == 0)
    plan->phase_us = sample->now_us;
  switch (phase) {
    case PB_HARM_REACHING:
      look_reaching (plan, sample->now_us, is_reached);
      break;
    case PB_HARM_SETTLING:
      look_settling (plan, sample->now_us, is_reached);
      break;
    case PB_HARM_MEASURING:
      look_measuring (plan, sample, is_reached);
      break;
    case PB_HARM_OVER:
      break;
  }
  return pb_harm_plan_get_work (plan) != work
         || (plan->phase == PB_HARM_OVER && phase != PB_HARM_OVER);
}

/**
 * pb_harm_plan_get_work:
 * @plan: a plan
 *
 * Returns: what the agent shall do now; %PB_HARM_WHOLE when it is over
 */
PbHarmWork
pb_harm_plan_get_work (const PbHarmPlan *plan)
{
  return plan->phase == PB_HARM_OVER
             ? PB_HARM_WHOLE
             : pb_harm_plan_get_order (plan, plan->rounds->len, plan->place);
}

PbHarmPhase
pb_harm_plan_get_phase (const PbHarmPlan *plan)
{
  return plan->phase;
}

const PbHarmSetup *
pb_harm_plan_get_setup (const PbHarmPlan *plan)
{
  return &plan->setup;
}

/**
 * pb_harm_plan_get_rounds:
 * @plan: a plan
 * @n_rounds: (out): that are complete
 *
 * Returns: (transfer none): these
 */
const PbHarmRound *
pb_harm_plan_get_rounds (const PbHarmPlan *plan, guint *n_rounds)
{
  *n_rounds = plan->rounds->len;
  return (const PbHarmRound *) plan->rounds->data;
}

/**
 * pb_harm_plan_get_spoilt:
 * @plan: a plan
 * @why: for this reason
 *
 * Returns: rounds that had to begin anew
 */
guint
pb_harm_plan_get_spoilt (const PbHarmPlan *plan, PbHarmSpoilt why)
{
  return plan->n_spoilt[why];
}

/**
 * pb_harm_plan_get_changed:
 * @plan: a plan with rounds spoilt by %PB_HARM_CHANGED
 *
 * Returns: what of the race was another the last time
 */
PbHarmFact
pb_harm_plan_get_changed (const PbHarmPlan *plan)
{
  return plan->changed;
}

/**
 * pb_harm_plan_is_stuck:
 * @plan: a plan that is over
 *
 * Returns: %TRUE if a work did not come about in time
 */
gboolean
pb_harm_plan_is_stuck (const PbHarmPlan *plan)
{
  return plan->is_stuck;
}

/**
 * pb_harm_plan_get_left_s:
 * @plan: a plan
 *
 * Returns: seconds until it is over, if no round begins anew and each change of
 *   work takes no time
 */
guint
pb_harm_plan_get_left_s (const PbHarmPlan *plan)
{
  const guint done = plan->rounds->len * plan->n_works + plan->place;
  const guint all = plan->setup.n_rounds * plan->n_works;

  return plan->phase == PB_HARM_OVER
             ? 0
             : (all - done)
                   * ((plan->setup.settle_ms + plan->setup.window_ms + 500)
                       / 1000);
}

/**
 * pb_harm_plan_get_order:
 * @plan: a plan
 * @round: below the setup's
 * @place: below pb_harm_plan_get_n_works()
 *
 * Returns: the work there
 */
PbHarmWork
pb_harm_plan_get_order (const PbHarmPlan *plan, guint round, guint place)
{
  return plan->orders[round][place];
}

guint
pb_harm_plan_get_n_works (const PbHarmPlan *plan)
{
  return plan->n_works;
}
