/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How the car has moved along the lap since the row before. */
#include "analysis/pb-place.h"

#include <math.h>
#include <string.h>

/* No car goes round faster than the shortest track at top speed: 400 m at
 * 50 m/s is 0.125 laps a second. The rest is room for a jittering PTS. */
#define MAX_LAPS_A_SECOND 0.13
#define JITTER_LAPS 0.01
/* A car that rolls or spins back. */
#define MAX_BACK_LAPS 0.02
/* Longer without a row, and it may have been anywhere. */
#define MAX_BLIND_NS (5 * GST_SECOND)
/* SessionTime may be a little below zero, running times are not. */
#define SESSION_TIME_ZERO_S 1000.0
/* More than a simulator runs in one go. */
#define SESSION_TIME_MAX_S 1e8

void
pb_place_vars_bind (PbPlaceVars *vars, const GstPitboxSchema *schema)
{
  vars->pct = gst_pitbox_schema_find (schema, "LapDistPct");
  vars->lat = gst_pitbox_schema_find (schema, "Lat");
  vars->lon = gst_pitbox_schema_find (schema, "Lon");
  vars->session_time = gst_pitbox_schema_find (schema, "SessionTime");
  vars->surface = gst_pitbox_schema_find (schema, "PlayerTrackSurface");
}

void
pb_place_reset (PbPlace *place)
{
  memset (place, 0, sizeof *place);
}

/* Row 0 of a file, and any row in a tow, has no place: Lat and Lon exactly 0
 * on disk, a surface of -1 in either shape. */
static gboolean
get_pct (const PbPlaceVars *vars, const guint8 *row, gdouble *pct)
{
  if (gst_pitbox_row_get_newest (row, vars->lat) == 0.0
      && gst_pitbox_row_get_newest (row, vars->lon) == 0.0)
    return FALSE;
  if (gst_pitbox_row_get_newest_int64 (row, vars->surface, 3) < 0)
    return FALSE;
  *pct = gst_pitbox_row_get_newest (row, vars->pct);
  return *pct >= -0.5 && *pct <= 1.5;
}

/**
 * pb_place_row_time:
 * @vars: of the row's schema
 * @row: a row
 * @pts: its running time; counts where the schema has no SessionTime
 *
 * What is driven is timed by the simulator's own clock: one that stalls, is
 * paused or plays faster than life drives the same laps on the same track.
 *
 * Returns: the row's time, or %GST_CLOCK_TIME_NONE if its SessionTime is none
 */
GstClockTime
pb_place_row_time (const PbPlaceVars *vars, const guint8 *row, GstClockTime pts)
{
  gdouble s;

  if (vars->session_time == NULL)
    return pts;
  s = gst_pitbox_row_get_newest (row, vars->session_time) + SESSION_TIME_ZERO_S;
  if (!(s >= 0 && s < SESSION_TIME_MAX_S))
    return GST_CLOCK_TIME_NONE;
  return (GstClockTime) (s * GST_SECOND);
}

/**
 * pb_place_step:
 * @place: where the car was
 * @vars: of the row's schema
 * @row: the next row
 * @pts: its running time
 *
 * LapDistPct may be a little below 0 or above 1 at the line; it is taken round
 * the lap, and the line counts as crossed when the whole number below it
 * changes.
 *
 * Returns: what kind of move it was
 */
PbMove
pb_place_step (PbPlace *place, const PbPlaceVars *vars, const guint8 *row,
    GstClockTime pts)
{
  gdouble pct, step, limit, seconds;
  PbMove move;

  if (!get_pct (vars, row, &pct)) {
    place->lost = TRUE;
    return PB_MOVE_NONE;
  }
  pct -= floor (pct);
  step = pct - place->pct;
  step -= rint (step);
  seconds = pts > place->pts ? (gdouble) (pts - place->pts) / GST_SECOND : 0.0;
  limit = seconds * MAX_LAPS_A_SECOND + JITTER_LAPS;
  if (!place->known)
    move = PB_MOVE_NONE;
  else if (place->lost || step > limit || step < -MAX_BACK_LAPS
           || pts - place->pts > MAX_BLIND_NS || place->pct + step < 0.0)
    move = PB_MOVE_JUMP;
  else
    move = place->pct + step >= 1.0 ? PB_MOVE_LINE : PB_MOVE_ON;
  place->pct = pct;
  place->step = step;
  place->known = TRUE;
  place->lost = FALSE;
  place->pts = pts;
  return move;
}
