/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the car has moved along the lap since the row before: what laps and
 * track learning both need to know. */
#pragma once

#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/**
 * PbMove:
 * @PB_MOVE_NONE: there is no place to compare with, or none in this row
 * @PB_MOVE_ON: along the lap, maybe a little backward
 * @PB_MOVE_LINE: forward over the start line
 * @PB_MOVE_JUMP: a tow, a teleport, backward over the line, or so long without
 *   rows that the way between is unknown
 */
typedef enum {
  PB_MOVE_NONE,
  PB_MOVE_ON,
  PB_MOVE_LINE,
  PB_MOVE_JUMP,
} PbMove;

typedef struct {
  const GstPitboxVar *pct;
  const GstPitboxVar *lat;
  const GstPitboxVar *lon;
  const GstPitboxVar *surface;
  const GstPitboxVar *session_time;
} PbPlaceVars;

/**
 * PbPlace:
 * @pct: lap fraction of the last row that had a place, 0 to 1
 * @step: how far the last row went, in laps
 */
typedef struct {
  gdouble pct;
  gdouble step;
  gboolean known;
  gboolean lost;
  GstClockTime pts;
} PbPlace;

void pb_place_vars_bind (PbPlaceVars *vars, const GstPitboxSchema *schema);
void pb_place_reset (PbPlace *place);
GstClockTime pb_place_row_time (
    const PbPlaceVars *vars, const guint8 *row, GstClockTime pts);
PbMove pb_place_step (PbPlace *place, const PbPlaceVars *vars,
    const guint8 *row, GstClockTime pts);

G_END_DECLS
