/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbGovern: the picture gives way first, rows last, and each comes back after a
 * while of calm. */
#include "govern/pb-govern.h"

#include "adapt/pb-adapt-steps.h"

#include <string.h>

/* Looks above a budget, those below taken off, before the picture gives way, and
 * before rows do: for the PC's sake, and for that of a network which has not
 * taken them for seconds already. */
#define PICTURE_LOOKS 3
#define THIN_LOOKS 5
#define LINK_LOOKS 3
/* So far below a budget, or above what is to be left, is calm. */
#define CALM_MARGIN 1.15
/* But of memory that is left so much more is enough. */
#define CALM_FREE_MB 128
/* The game draws hardly more frames than it shall. */
#define HARDLY 1.25
/* So many that are lost in a look cannot wait: two looks are enough then. */
#define MANY_LOST 10
#define LOST_WEIGHT 2
/* With so much more the game is better off without the picture. */
#define BETTER 1.1
/* A backlog that shrinks by so much a look goes by itself. */
#define SHRINKS_MS 500
/* A step back that did not last so many waits was one too many: the next one
 * waits twice as long, up to so many. */
#define LASTED_WAITS 3
#define MOST_WAITS 16
/* Between two streams nobody looks; what was before says nothing any more. */
#define FORGET_US (5 * G_USEC_PER_SEC)

static gboolean
is_more (gdouble value, gdouble budget)
{
  return budget > 0 && value >= 0 && value > budget;
}

static gboolean
is_less (gdouble value, gdouble budget)
{
  return budget > 0 && value >= 0 && value < budget;
}

static gdouble
get_game_load (const PbGovernSample *s)
{
  return MAX (s->gpu_pct, MAX (s->game_fg_pct, s->game_bg_pct));
}

/* A full GPU is no harm while the game draws enough. */
static gboolean
is_game_loaded (const PbGovern *g, const PbGovernSample *s, gdouble margin)
{
  if (!is_more (get_game_load (s) * margin, g->budget.game_load_pct))
    return FALSE;
  return s->game_fps < 0 || is_less (s->game_fps, HARDLY * g->budget.game_fps);
}

static gboolean
is_link_late (const PbGovern *g, const PbGovernSample *s, gdouble margin)
{
  if (s->n_lost > 0)
    return TRUE;
  if (!is_more (s->late_ms * margin, g->budget.late_ms))
    return FALSE;
  return margin > 1 || s->late_ms > g->last_late_ms - SHRINKS_MS;
}

/* @margin: 1 for what is too much, more for what is not calm yet */
static gboolean
is_over (const PbGovern *g, const PbGovernSample *s, PbGovernReason reason,
    gdouble margin)
{
  const PbGovernBudget *b = &g->budget;

  switch (reason) {
    case PB_GOVERN_AGENT_CPU:
      return is_more (s->agent_cpu_pct * margin, b->agent_cpu_pct);
    case PB_GOVERN_MACHINE_CPU:
      return is_more (s->machine_cpu_pct * margin, b->machine_cpu_pct);
    case PB_GOVERN_GAME:
      return !g->is_futile && is_less (s->game_fps, b->game_fps * margin);
    case PB_GOVERN_GAME_LOAD:
      return !g->is_futile && is_game_loaded (g, s, margin);
    case PB_GOVERN_MEMORY:
      return is_more (s->memory_mb * margin, b->memory_mb);
    case PB_GOVERN_FREE_MEMORY:
      return is_less (s->free_memory_mb,
          MIN (b->free_memory_mb * margin,
              b->free_memory_mb + (margin > 1 ? CALM_FREE_MB : 0)));
    case PB_GOVERN_LINK:
      return is_link_late (g, s, margin);
    default:
      return FALSE;
  }
}

static gdouble
get_value (const PbGovernSample *s, PbGovernReason reason)
{
  switch (reason) {
    case PB_GOVERN_AGENT_CPU:
      return s->agent_cpu_pct;
    case PB_GOVERN_MACHINE_CPU:
      return s->machine_cpu_pct;
    case PB_GOVERN_GAME:
      return s->game_fps;
    case PB_GOVERN_GAME_LOAD:
      return get_game_load (s);
    case PB_GOVERN_MEMORY:
      return s->memory_mb;
    case PB_GOVERN_FREE_MEMORY:
      return s->free_memory_mb;
    case PB_GOVERN_LINK:
      return s->late_ms;
    default:
      return PB_GOVERN_UNKNOWN;
  }
}

static gboolean
is_of_game (PbGovernReason reason)
{
  return reason == PB_GOVERN_GAME || reason == PB_GOVERN_GAME_LOAD;
}

/* Rows cost next to no memory, and a game nothing that it would notice. */
static gboolean
may_thin (PbGovernReason reason)
{
  return reason == PB_GOVERN_AGENT_CPU || reason == PB_GOVERN_MACHINE_CPU
         || reason == PB_GOVERN_LINK;
}

static guint
get_thin_looks (PbGovernReason reason)
{
  return reason == PB_GOVERN_LINK ? LINK_LOOKS : THIN_LOOKS;
}

static gboolean
has_more (const PbGovern *g)
{
  return g->decision.picture != PB_ADAPT_WHOLE
         || g->decision.thin != PB_THIN_NONE;
}

static gint64
get_wait_us (const PbGovern *g)
{
  return (gint64) MAX (g->budget.wait_s, 1) * G_USEC_PER_SEC;
}

/* Also how long it is before the next step back. */
static void
note_step_down (PbGovern *g, const PbGovernSample *s, PbGovernReason reason)
{
  const gint64 lasted_us = LASTED_WAITS * get_wait_us (g);

  if (g->stepped_up_us > 0 && s->now_us - g->stepped_up_us < lasted_us)
    g->up_wait_us = MIN (2 * g->up_wait_us, MOST_WAITS * get_wait_us (g));
  else if (s->now_us - g->stepped_us > lasted_us)
    g->up_wait_us = get_wait_us (g);
  if (is_of_game (reason) && g->fps_before <= 0)
    g->fps_before = s->game_fps;
  g->stepped_up_us = 0;
  g->stepped_us = g->calm_us = s->now_us;
  g->decision.reason = reason;
  g->value = get_value (s, reason);
  memset (g->n_over, 0, sizeof g->n_over);
}

static void
shrink_picture (PbGovern *g, const PbGovernSample *s)
{
  const PbAdaptStep step = MAX (g->decision.picture, s->step);

  g->cost_cpu_pct[step] = s->agent_cpu_pct;
  g->cost_memory_mb[step] = s->memory_mb;
  g->decision.picture = MIN (step + 1, PB_ADAPT_TELEMETRY);
}

/* Returns: whether something gave way */
static gboolean
try_down (PbGovern *g, const PbGovernSample *s, PbGovernReason reason)
{
  if (g->n_over[reason] < PICTURE_LOOKS)
    return FALSE;
  if (reason != PB_GOVERN_LINK && s->has_picture) {
    if (g->decision.picture == PB_ADAPT_TELEMETRY)
      return FALSE; /* it is on its way out */
    shrink_picture (g, s);
  } else if (may_thin (reason) && g->n_over[reason] >= get_thin_looks (reason)
             && g->decision.thin < PB_THIN_LEAST) {
    g->decision.thin++;
  } else {
    return FALSE;
  }
  note_step_down (g, s, reason);
  return TRUE;
}

/* Known from when there was one. */
static gboolean
is_too_dear (const PbGovern *g, const PbGovernSample *s)
{
  const PbGovernBudget *b = &g->budget;
  const PbAdaptStep next = g->decision.picture - 1;
  gdouble more;

  if (g->decision.thin != PB_THIN_NONE)
    return FALSE;
  more = g->cost_cpu_pct[next] - MAX (s->agent_cpu_pct, 0);
  return is_more (g->cost_cpu_pct[next], b->agent_cpu_pct)
         || is_more (g->cost_memory_mb[next], b->memory_mb)
         || (s->machine_cpu_pct >= 0
             && is_more (
                 s->machine_cpu_pct + MAX (more, 0), b->machine_cpu_pct));
}

static void
try_up (PbGovern *g, const PbGovernSample *s)
{
  const gint64 wait_us =
      is_too_dear (g, s) ? MOST_WAITS * get_wait_us (g) : g->up_wait_us;

  if (s->now_us - g->calm_us < wait_us)
    return;
  if (g->decision.thin != PB_THIN_NONE)
    g->decision.thin--;
  else
    g->decision.picture--;
  g->stepped_us = g->stepped_up_us = g->calm_us = s->now_us;
  /* It was calm: what was counted before is no reason to step down again. */
  memset (g->n_over, 0, sizeof g->n_over);
  if (has_more (g))
    return;
  g->decision.reason = PB_GOVERN_CALM;
  g->fps_before = 0;
}

/* A game that runs as badly without the picture does not because of it. */
static void
judge_game (PbGovern *g, const PbGovernSample *s)
{
  const guint n =
      MAX (g->n_over[PB_GOVERN_GAME], g->n_over[PB_GOVERN_GAME_LOAD]);

  if (g->is_futile && s->game_fps > CALM_MARGIN * g->budget.game_fps)
    g->is_futile = FALSE;
  if (g->decision.picture == PB_ADAPT_TELEMETRY && !s->has_picture
      && g->fps_before > 0 && n >= THIN_LOOKS
      && s->game_fps < BETTER * g->fps_before)
    g->is_futile = TRUE;
}

/**
 * pb_govern_init:
 * @govern: (out): lets all pass
 * @budget: what is too much
 */
void
pb_govern_init (PbGovern *govern, const PbGovernBudget *budget)
{
  memset (govern, 0, sizeof *govern);
  govern->budget = *budget;
  govern->up_wait_us = get_wait_us (govern);
  govern->last_late_ms = PB_GOVERN_UNKNOWN;
}

/* Of a look above its budget. */
static guint
get_weight (const PbGovernSample *s, PbGovernReason reason)
{
  return reason == PB_GOVERN_LINK && s->n_lost >= MANY_LOST ? LOST_WEIGHT : 1;
}

static void
count (PbGovern *g, const PbGovernSample *s)
{
  gboolean is_calm = TRUE;

  for (guint r = PB_GOVERN_CALM + 1; r < PB_GOVERN_N_REASONS; r++) {
    if (is_over (g, s, r, 1))
      g->n_over[r] = MIN (g->n_over[r] + get_weight (s, r), THIN_LOOKS);
    else if (g->n_over[r] > 0)
      g->n_over[r]--;
    if (is_over (g, s, r, CALM_MARGIN))
      is_calm = FALSE;
  }
  g->last_late_ms = s->late_ms;
  if (!is_calm)
    g->calm_us = s->now_us;
}

/**
 * pb_govern_look:
 * @govern: what earlier looks left; updated
 * @sample: of a stream, about a second after the last one
 * @decision: (out): what may be sent from now on
 *
 * One step at a time. Pure but for @govern.
 */
void
pb_govern_look (
    PbGovern *govern, const PbGovernSample *sample, PbGovernDecision *decision)
{
  gboolean stepped = FALSE;

  if (govern->looked_us == 0
      || sample->now_us - govern->looked_us > FORGET_US) {
    govern->calm_us = sample->now_us;
    memset (govern->n_over, 0, sizeof govern->n_over);
  }
  govern->looked_us = sample->now_us;
  count (govern, sample);
  judge_game (govern, sample);
  for (guint r = PB_GOVERN_CALM + 1; r < PB_GOVERN_N_REASONS && !stepped; r++)
    stepped = try_down (govern, sample, r);
  if (!stepped && has_more (govern))
    try_up (govern, sample);
  *decision = govern->decision;
}

/**
 * pb_govern_arbitrate:
 * @band: of the picture's bitrate
 * @network: what the network bears
 * @pc: what the driver's PC can spare
 * @both: (out): the lower of the two, in size and in bitrate
 *
 * Pure. A picture that is smaller than the network would bear has no more than
 * what such a picture is ever given.
 */
void
pb_govern_arbitrate (const PbAdaptBand *band, const PbAdaptDecision *network,
    PbAdaptStep pc, PbAdaptDecision *both)
{
  *both = *network;
  if (pc <= network->step)
    return;
  both->step = pc;
  both->bitrate_kbps = pc == PB_ADAPT_TELEMETRY
                           ? 0
                           : MIN (network->bitrate_kbps,
                               (guint) pb_adapt_steps_get_most (band, pc));
}
