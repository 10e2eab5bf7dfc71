/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A racing simulator without pictures: rows and session text as iRacing writes
 * them, from cars and tracks of our own making. */
#pragma once

#include <racesim/racesim-config.h>
#include <racesim/racesim-var.h>

G_BEGIN_DECLS

typedef struct _RaceSim RaceSim;
typedef struct _RaceSimView RaceSimView;

RaceSim *race_sim_new (
    const RaceSimConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void race_sim_free (RaceSim *sim);

/* One driver, one shape: those of the configuration. */
const RaceSimVar *race_sim_get_vars (const RaceSim *sim, guint *n_vars);
guint race_sim_get_row_bytes (const RaceSim *sim);
void race_sim_next_row (RaceSim *sim, guint8 *row);
GBytes *race_sim_get_session_text (RaceSim *sim, guint *update);

/* Several drivers or shapes of the one race. */
RaceSimView *race_sim_view_new (RaceSim *sim, guint seat, RaceSimShape shape);
void race_sim_view_free (RaceSimView *view);
const RaceSimVar *race_sim_view_get_vars (
    const RaceSimView *view, guint *n_vars);
guint race_sim_view_get_row_bytes (const RaceSimView *view);
void race_sim_view_write_row (RaceSimView *view, guint8 *row);
GBytes *race_sim_view_get_session_text (RaceSimView *view, guint *update);

void race_sim_step (RaceSim *sim);
gint64 race_sim_get_tick (const RaceSim *sim);
gdouble race_sim_get_session_time (const RaceSim *sim);
gboolean race_sim_is_over (const RaceSim *sim);
guint race_sim_get_seat_car_idx (const RaceSim *sim, guint seat);
gboolean race_sim_command (RaceSim *sim, const gchar *command, gint car_idx,
    gdouble value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gchar *race_sim_get_truth (const RaceSim *sim);

const gchar *race_sim_track_name (guint index);

/**
 * RaceSimPlace:
 * @x: metres to the east of the track's origin
 * @y: metres to the north
 * @z: metres up
 * @heading: rad, clockwise from north
 * @curvature: 1/m of heading per metre driven, positive in a left turn
 * @grade: rise per metre driven
 * @left_m: from the driven line to the left edge of the road
 * @right_m: to the right edge
 * @left_kerb_m: how wide the kerb beside the left edge is, 0 where none is
 * @right_kerb_m: and beside the right edge
 * @pit_m: how far to the left of the driven line (negative: right) the pit
 *   lane runs, 0 where there is none
 *
 * One place on the driven line. Lat and Lon of the disk shape are x and y by
 * the local radii of WGS84.
 */
typedef struct {
  gdouble x, y, z;
  gdouble heading, curvature, grade;
  gdouble left_m, right_m;
  gdouble left_kerb_m, right_kerb_m;
  gdouble pit_m;
} RaceSimPlace;

/**
 * RaceSimCar:
 * @car_idx: its CarIdx
 * @class_index: 0 the fastest class
 * @class_color: 0xrrggbb
 * @in_world: whether it is anywhere; otherwise the rest means nothing
 * @in_pit_lane: whether it is in the pit lane
 * @pct: LapDistPct, 0 <= x < 1
 * @beside_m: metres to the left of the driven line (negative: right); not the
 *   pit lane's own distance
 * @x: where it is, metres to the east of the track's origin
 * @y: metres to the north
 * @z: metres up
 * @heading: rad, clockwise from north, of its body
 * @speed: m/s
 *
 * One car as it is now.
 */
typedef struct {
  guint car_idx;
  guint class_index;
  guint32 class_color;
  gboolean in_world, in_pit_lane;
  gdouble pct, beside_m;
  gdouble x, y, z, heading, speed;
} RaceSimCar;

typedef struct _RaceSimTrack RaceSimTrack;

RaceSimTrack *race_sim_track_new (
    const gchar *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void race_sim_track_free (RaceSimTrack *track);
gdouble race_sim_track_get_length (const RaceSimTrack *track);
void race_sim_track_get_place (
    const RaceSimTrack *track, gdouble pct, RaceSimPlace *place);
guint race_sim_get_n_cars (const RaceSim *sim);
void race_sim_get_car (const RaceSim *sim, guint index, RaceSimCar *car);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaceSim, race_sim_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaceSimView, race_sim_view_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RaceSimTrack, race_sim_track_free)

G_END_DECLS
