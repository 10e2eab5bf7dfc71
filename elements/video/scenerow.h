/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The part of a row that the picture shows, in plain numbers. */
#pragma once

#include <gstpitbox/gstpitbox.h>

G_BEGIN_DECLS

/* iRacing's CarIdx arrays have 64 elements; a picture needs no more. */
#define SCENE_MAX_CARS 64

typedef enum {
  SCENE_SPEED, /* m/s */
  SCENE_RPM, /* revs/min */
  SCENE_GEAR, /* -1, 0, 1.. */
  SCENE_THROTTLE, /* 0..1 */
  SCENE_BRAKE, /* 0..1 */
  SCENE_CLUTCH, /* 1 = engaged */
  SCENE_STEER, /* rad, + = left */
  SCENE_YAW_RATE, /* rad/s, + = left */
  SCENE_LAT_ACCEL, /* m/s^2, + = left turn */
  SCENE_LONG_ACCEL, /* m/s^2 */
  SCENE_VERT_ACCEL, /* m/s^2, gravity included */
  SCENE_YAW, /* rad, counter-clockwise */
  SCENE_YAW_NORTH, /* rad, clockwise from north */
  SCENE_PITCH, /* rad, + = nose down */
  SCENE_LAT, /* degrees, disk only */
  SCENE_LON, /* degrees, disk only */
  SCENE_ALT, /* m, disk only */
  SCENE_PCT, /* 0..1 */
  SCENE_LAP_DIST, /* m */
  SCENE_LAP,
  SCENE_LAP_TIME, /* s */
  SCENE_LAST_TIME, /* s, -1 invalid, 0 none */
  SCENE_BEST_TIME, /* s */
  SCENE_DELTA, /* s to the best lap */
  SCENE_DELTA_OK,
  SCENE_FUEL, /* l, or kWh */
  SCENE_FUEL_PCT, /* 0..1 */
  SCENE_WATER_TEMP, /* C */
  SCENE_FLAGS,
  SCENE_ON_PIT_ROAD,
  SCENE_SURFACE, /* irsdk_TrkLoc, -1 = not in the world */
  SCENE_POSITION,
  SCENE_PLAYER_IDX,
  SCENE_RPM_FIRST, /* live: shift lights, revs/min */
  SCENE_RPM_LAST,
  SCENE_RPM_BLINK,
  SCENE_ABS,
  SCENE_SKIES, /* 0 clear .. 3 overcast */
  SCENE_WETNESS, /* irsdk_TrackWetness: 1 dry .. 7 */
  SCENE_PRECIPITATION, /* 0..1 */
  SCENE_TIME_REMAIN, /* s, 604800 = without end */
  SCENE_BESIDE, /* irsdk_CarLeftRight, of the own car */
  SCENE_N_VALUES,
} SceneValue;

/**
 * SceneVars:
 *
 * The variables of one schema that are shown. %NULL = the car has none.
 */
typedef struct {
  const GstPitboxVar *value[SCENE_N_VALUES];
  const GstPitboxVar *car_pct;
  const GstPitboxVar *car_surface;
  const GstPitboxVar *car_pit_road;
  const GstPitboxVar *car_position;
  const GstPitboxVar *car_lap;
  const GstPitboxVar *car_best;
} SceneVars;

/**
 * SceneCarRow:
 * @surface: irsdk_TrkLoc
 * @on_pit_road: between the cones of the pit lane
 * @position: 1 and up, 0 none
 * @lap: laps begun
 * @best_s: best lap, s; 0 or below: none
 *
 * What a row says of one car besides its place.
 */
typedef struct {
  gint8 surface;
  gboolean on_pit_road;
  gint position;
  gint lap;
  gfloat best_s;
} SceneCarRow;

/**
 * SceneRow:
 * @value: NaN where the car has no such variable or the value is not finite
 * @placed: %FALSE for a row without a place in the world (a tow, row 0)
 * @n_cars: elements of @car_pct
 * @car_pct: lap fraction of each car, below 0 = not in the world
 */
typedef struct {
  gdouble value[SCENE_N_VALUES];
  gboolean placed;
  guint n_cars;
  gfloat car_pct[SCENE_MAX_CARS];
  SceneCarRow car[SCENE_MAX_CARS];
} SceneRow;

void scene_vars_bind (SceneVars *vars, const GstPitboxSchema *schema);
void scene_row_read (SceneRow *row, const SceneVars *vars, const guint8 *data);

/* The value, or fallback where there is none. */
static inline gdouble
scene_row_get (const SceneRow *row, SceneValue which, gdouble fallback)
{
  return row->value[which] == row->value[which] ? row->value[which] : fallback;
}

static inline gboolean
scene_row_has (const SceneRow *row, SceneValue which)
{
  return row->value[which] == row->value[which];
}

G_END_DECLS
