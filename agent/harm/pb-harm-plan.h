/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbHarmPlan: which work when, and which looks count; pure. */
#pragma once

#include "harm/pb-harm-sample.h"

G_BEGIN_DECLS

/** PB_HARM_MAX_ROUNDS: an hour of ten seconds each is more than anybody waits. */
#define PB_HARM_MAX_ROUNDS 100

/**
 * PbHarmSetup:
 * @has_picture: three works in turns, else %PB_HARM_WHOLE and %PB_HARM_NOTHING
 * @n_rounds: each has one window of each work
 * @n_spare: rounds that may begin anew
 * @settle_ms: cut off after each change
 * @window_ms: measured after that
 * @reach_ms: how long a change of work may take at most
 * @seed: of the order
 */
typedef struct {
  gboolean has_picture;
  guint n_rounds;
  guint n_spare;
  guint settle_ms;
  guint window_ms;
  guint reach_ms;
  guint32 seed;
} PbHarmSetup;

typedef enum {
  PB_HARM_REACHING, /* the work is asked for and not there yet */
  PB_HARM_SETTLING, /* it is there; what is seen does not count yet */
  PB_HARM_MEASURING,
  PB_HARM_OVER,
} PbHarmPhase;

/**
 * PbHarmSpoilt:
 * @PB_HARM_CHANGED: the race situation was another one
 * @PB_HARM_STILL: the simulator wrote no rows, or tells no frame rate
 * @PB_HARM_BROKEN: what was measured ended: the connection, the encoder
 *
 * Why a round begins anew.
 */
typedef enum {
  PB_HARM_CHANGED,
  PB_HARM_STILL,
  PB_HARM_BROKEN,
  PB_HARM_N_SPOILT,
} PbHarmSpoilt;

/**
 * PbHarmWindow:
 * @work: that went on
 * @begun_us: monotonic
 * @n_samples: rows that were seen
 * @is_less: some of the time not all of the work went on
 * @fps_spread: standard deviation of their FrameRate
 * @figures: see #PbHarmFigure
 */
typedef struct {
  PbHarmWork work;
  gint64 begun_us;
  guint n_samples;
  gboolean is_less;
  gdouble fps_spread;
  gdouble figures[PB_HARM_N_FIGURES];
} PbHarmWindow;

/**
 * PbHarmRound:
 * @situation: of all its windows
 * @windows: by work; those of a work that was not asked for are empty
 */
typedef struct {
  PbHarmSituation situation;
  PbHarmWindow windows[PB_HARM_N_WORKS];
} PbHarmRound;

typedef struct _PbHarmPlan PbHarmPlan;

PbHarmPlan *pb_harm_plan_new (const PbHarmSetup *setup);
void pb_harm_plan_free (PbHarmPlan *plan);
gboolean pb_harm_plan_look (
    PbHarmPlan *plan, const PbHarmSample *sample, gboolean is_reached);
PbHarmWork pb_harm_plan_get_work (const PbHarmPlan *plan);
PbHarmPhase pb_harm_plan_get_phase (const PbHarmPlan *plan);
const PbHarmSetup *pb_harm_plan_get_setup (const PbHarmPlan *plan);
const PbHarmRound *pb_harm_plan_get_rounds (
    const PbHarmPlan *plan, guint *n_rounds);
guint pb_harm_plan_get_spoilt (const PbHarmPlan *plan, PbHarmSpoilt why);
PbHarmFact pb_harm_plan_get_changed (const PbHarmPlan *plan);
gboolean pb_harm_plan_is_stuck (const PbHarmPlan *plan);
guint pb_harm_plan_get_left_s (const PbHarmPlan *plan);
PbHarmWork pb_harm_plan_get_order (
    const PbHarmPlan *plan, guint round, guint place);
guint pb_harm_plan_get_n_works (const PbHarmPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbHarmPlan, pb_harm_plan_free)

G_END_DECLS
