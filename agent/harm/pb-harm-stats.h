/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What windows say, and how sure that is; pure. */
#pragma once

#include "harm/pb-harm-sample.h"

G_BEGIN_DECLS

/** PB_HARM_LEAST_ROUNDS: with fewer nothing can be told. */
#define PB_HARM_LEAST_ROUNDS 5
/** PB_HARM_CONFIDENCE: of an interval. */
#define PB_HARM_CONFIDENCE 0.95

/**
 * PbHarmDifference:
 * @with: mean of the windows with the work
 * @without: of those without
 * @mean: @with - @without
 * @half: the difference is within @mean ± @half, by %PB_HARM_CONFIDENCE
 *
 * NaN where it is not known.
 */
typedef struct {
  gdouble with;
  gdouble without;
  gdouble mean;
  gdouble half;
} PbHarmDifference;

/**
 * PbHarmVerdict:
 * @PB_HARM_UNKNOWN: too little is known
 * @PB_HARM_NONE: no measurable difference
 * @PB_HARM_WORSE: the game is worse off with the work
 * @PB_HARM_BETTER: and better, which is other programs' doing
 */
typedef enum {
  PB_HARM_UNKNOWN,
  PB_HARM_NONE,
  PB_HARM_WORSE,
  PB_HARM_BETTER,
} PbHarmVerdict;

void pb_harm_stats_sum_up (
    const gdouble *fps, guint n, gdouble *figures, gdouble *spread);
void pb_harm_stats_compare (const gdouble *with, const gdouble *without,
    guint n, guint32 seed, PbHarmDifference *difference);
PbHarmVerdict pb_harm_stats_judge (
    PbHarmFigure figure, const PbHarmDifference *difference);

G_END_DECLS
