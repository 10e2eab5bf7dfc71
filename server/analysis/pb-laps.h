/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PbLaps: rows in, laps out. Pure: no threads, no clock, no I/O. */
#pragma once

#include <gstpitbox/gstpitbox.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Laps that are kept, with their traces (2 kB each): a 24-hour race has some
 * 400 laps, of which the newest serve as comparison. */
#define PB_LAPS_MAX 256
/* A trace has a time for each five-hundredth of the lap, both ends included. */
#define PB_LAPS_TRACE_POINTS 501

/**
 * PbLap:
 * @lap: the simulator's number of the lap
 * @time_s: as the simulator said it, to a tenth of a millisecond; NaN if it
 *   said none or the lap was invalid
 * @start_utc_ms: UTC when it began, 0 unknown
 * @fuel_used_l: litres (kWh); NaN where unknown or refuelled
 *
 * One lap from line to line.
 */
typedef struct {
  gint lap;
  gdouble time_s;
  gint64 start_utc_ms;
  gdouble fuel_used_l;
} PbLap;

typedef struct _PbLaps PbLaps;

PbLaps *pb_laps_new (void);
void pb_laps_free (PbLaps *laps);
void pb_laps_set_schema (PbLaps *laps, GstPitboxSchema *schema);
void pb_laps_bind (PbLaps *laps, GstPitboxSchema *schema);
gboolean pb_laps_push (
    PbLaps *laps, const guint8 *row, GstClockTime pts, gint64 utc_us);

guint pb_laps_merge (PbLaps *laps, const PbLaps *found);
gboolean pb_laps_is_past (const PbLaps *laps, gint64 utc_ms);

guint pb_laps_get_n_laps (const PbLaps *laps);
const PbLap *pb_laps_get_lap (const PbLaps *laps, guint index);
const PbLap *pb_laps_get_best (const PbLaps *laps);
const gfloat *pb_laps_get_trace (const PbLaps *laps, gint lap, guint *n_points);

JsonNode *pb_laps_to_json (const PbLaps *laps);
JsonNode *pb_laps_trace_to_json (const PbLaps *laps, gint lap);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PbLaps, pb_laps_free)

G_END_DECLS
