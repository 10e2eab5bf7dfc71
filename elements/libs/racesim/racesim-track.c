/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Tracks and cars as places in the world, for pictures and maps. */
#include "racesim-private.h"

#include <math.h>

/* Kerbs stand at bends tighter than this, and are so wide at full depth. */
#define KERB_CURVATURE (1.0 / 150)
#define KERB_M 1.2

struct _RaceSimTrack {
  RsTrack *track;
};

/**
 * race_sim_track_name:
 * @index: 0, 1, ...
 *
 * Returns: (nullable): name of a track that is built in, %NULL past the last
 */
const gchar *
race_sim_track_name (guint index)
{
  const RsTrackSpec *spec = rs_track_spec (index);

  return spec != NULL ? spec->name : NULL;
}

/**
 * race_sim_track_new:
 * @name: (nullable): as TrackName in the session text, or its first word; %NULL
 *   for the default one
 * @error: %RACE_SIM_ERROR_CONFIG if there is no such track
 *
 * Returns: (transfer full): the track's shape, or %NULL
 */
RaceSimTrack *
race_sim_track_new (const gchar *name, GError **error)
{
  const RsTrackSpec *spec = rs_track_spec_find (name);
  RaceSimTrack *track;

  if (spec == NULL) {
    g_set_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG,
        "there is no track '%s'", name);
    return NULL;
  }
  track = g_new0 (RaceSimTrack, 1);
  track->track = rs_track_new (spec);
  return track;
}

/**
 * race_sim_track_free:
 * @track: (transfer full) (nullable): a track
 */
void
race_sim_track_free (RaceSimTrack *track)
{
  if (track == NULL)
    return;
  rs_track_free (track->track);
  g_free (track);
}

/**
 * race_sim_track_get_length:
 * @track: a track
 *
 * Returns: metres of the driven line
 */
gdouble
race_sim_track_get_length (const RaceSimTrack *track)
{
  return track->track->length_m;
}

/* Kerbs line the inside of a bend, and the outside where it ends. */
static void
find_kerbs (const RsTrack *track, gdouble s, RaceSimPlace *place)
{
  RsTrackPoint behind;
  gdouble inside, outside;

  rs_track_at (track, s - 35, &behind);
  inside = CLAMP (fabs (place->curvature) / KERB_CURVATURE - 1, 0, 1) * KERB_M;
  outside = CLAMP (fabs (behind.curvature) / KERB_CURVATURE - 1, 0, 1) * KERB_M;
  if (place->curvature > 0)
    place->left_kerb_m = inside;
  else
    place->right_kerb_m = inside;
  if (behind.curvature > 0)
    place->right_kerb_m = MAX (place->right_kerb_m, outside);
  else
    place->left_kerb_m = MAX (place->left_kerb_m, outside);
}

/**
 * race_sim_track_get_place:
 * @track: a track
 * @pct: where on the lap, 0 the line; any number, whole laps do not count
 * @place: (out): what is there
 *
 * Any thread, for a track that is not freed meanwhile.
 */
void
race_sim_track_get_place (
    const RaceSimTrack *track, gdouble pct, RaceSimPlace *place)
{
  const RsTrack *t = track->track;
  const gdouble s = pct * t->length_m;
  RsTrackPoint point;
  RsBeside pit;

  rs_track_at (t, s, &point);
  rs_track_pit_beside (t, s, &pit);
  *place = (RaceSimPlace){
    .x = point.x,
    .y = point.y,
    .z = point.z,
    .heading = point.heading,
    .curvature = point.curvature,
    .grade = point.grade,
    .left_m = t->spec->half_width_m,
    .right_m = t->spec->half_width_m,
    .pit_m = pit.m,
  };
  find_kerbs (t, s, place);
}

/**
 * race_sim_get_n_cars:
 * @sim: a simulator
 *
 * Returns: how many cars take part, those that are away among them
 */
guint
race_sim_get_n_cars (const RaceSim *sim)
{
  return sim->race->n_cars;
}

/**
 * race_sim_get_car:
 * @sim: a simulator
 * @index: 0 to race_sim_get_n_cars() - 1
 * @car: (out): the car as it is now
 */
void
race_sim_get_car (const RaceSim *sim, guint index, RaceSimCar *car)
{
  const RsRace *race = sim->race;
  const RsEntry *e;

  g_return_if_fail (index < race->n_cars);
  e = &race->cars[index];
  *car = (RaceSimCar){
    .car_idx = (guint) rs_race_car_idx (race, e),
    .class_index = e->class_index,
    .class_color = e->car.spec->class_color,
    .in_world = !e->away,
    .in_pit_lane = e->car.in_pit_lane,
    .pct = e->car.s / race->track->length_m,
    .beside_m = e->car.beside.m,
    .x = e->car.at.x,
    .y = e->car.at.y,
    .z = e->car.at.z,
    .heading = e->car.at.heading + e->car.sideslip_rad,
    .speed = e->car.speed,
  };
}
