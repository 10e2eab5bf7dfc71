/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All cars of an event, its sessions, the clock and the order: what is known of
 * them, and what is asked and noted in many places. */
#pragma once

#include "racesim-config.h"
#include "rs-log.h"
#include "rs-seat.h"
#include "rs-weather.h"

#define RS_MAX_CARS 64
#define RS_MAX_SESSIONS 3
#define RS_TICK_RATE 60
#define RS_TICK_S (1.0 / RS_TICK_RATE)
#define RS_UNLIMITED_S 604800.0
#define RS_UNLIMITED_LAPS 32767
/* Of the standing car: what a car is long, and what keeps two apart. */
#define RS_CAR_M 4.7
#define RS_MAX_DEBRIS 8

typedef enum {
  RS_TESTING,
  RS_PRACTICE,
  RS_QUALIFY,
  RS_RACE,
} RsSessionKind;

/* irsdk_SessionState. */
typedef enum {
  RS_STATE_GET_IN_CAR = 1,
  RS_STATE_WARMUP,
  RS_STATE_PARADE,
  RS_STATE_RACING,
  RS_STATE_CHECKERED,
  RS_STATE_COOL_DOWN,
} RsState;

/* irsdk_Flags of everyone. */
#define RS_FLAG_CHECKERED 0x1u
#define RS_FLAG_WHITE 0x2u
#define RS_FLAG_GREEN 0x4u
#define RS_FLAG_YELLOW 0x8u
#define RS_FLAG_RED 0x10u
#define RS_FLAG_DEBRIS 0x40u
#define RS_FLAG_YELLOW_WAVING 0x100u
#define RS_FLAG_ONE_TO_GREEN 0x200u
#define RS_FLAG_GREEN_HELD 0x400u
#define RS_FLAG_TEN_TO_GO 0x800u
#define RS_FLAG_FIVE_TO_GO 0x1000u
#define RS_FLAG_CAUTION 0x4000u
#define RS_FLAG_CAUTION_WAVING 0x8000u
#define RS_FLAG_START_HIDDEN 0x10000000u
#define RS_FLAG_START_READY 0x20000000u
#define RS_FLAG_START_SET 0x40000000u
#define RS_FLAG_START_GO 0x80000000u

/* What became of one session; results are taken when it ends. */
typedef struct {
  RsSessionKind kind;
  double length_s; /* RS_UNLIMITED_S: none */
  guint laps; /* 0: none */
  gint64 first_tick, last_tick, green_tick, checkered_tick;
  GArray *results; /* of RsResult, in order; NULL before the end */
} RsSession;

typedef struct {
  guint entry;
  int position, class_position;
  int laps, laps_led, best_lap, incidents, stops, drive_throughs,
      drivers_so_far;
  double best_s, last_s, gap_s, fuel_added_l, fuel_burnt_l;
  gboolean retired;
} RsResult;

typedef struct {
  double s;
  double until_s; /* session time at which it is gone */
} RsDebris;

typedef struct {
  double s, speed;
  gboolean out; /* on the road; otherwise it waits in the pit lane */
  gboolean leaving;
} RsPaceCar;

typedef struct {
  RaceSimConfig config;
  RsTrack *track;
  guint n_cars;
  int first_idx; /* CarIdx of cars[0]: 1 behind a pace car, else 0 */
  RsEntry cars[RS_MAX_CARS];
  RsSeat *seats;
  guint n_seats;
  gint8 seat_of[RS_MAX_CARS]; /* -1: nobody's */
  RsPaceCar pace;

  gint64 tick; /* of the row that describes this state */
  double time_s; /* session time of it */
  double begin_s; /* session time of the first row */

  RsSession sessions[RS_MAX_SESSIONS];
  guint n_sessions, session;
  RsState state;
  double state_s; /* session time at which it began */
  double green_s; /* session time of the green flag, or -1 */
  double leader_s; /* session time at which the leader last passed the line */
  double caution_s; /* session time a caution began, or -1 */
  double red_s; /* and a red flag, or -1: then a caution follows */
  guint32 flags; /* RS_FLAG_* of everyone */
  gboolean over;
  int leader; /* index into cars, -1 before anyone passed the line */
  int lead_changes, cautions, caution_laps;

  guint8 order[RS_MAX_CARS]; /* cars on the road, by s */
  guint n_order;
  /* Places where someone stands on or beside the road. */
  double hazard_s[RS_MAX_CARS];
  guint n_hazards;
  RsDebris debris[RS_MAX_DEBRIS]; /* the oldest first */
  guint n_debris;

  RsWeather weather;
  /* Time at each node of a class's reference lap, n + 1. */
  double *reference_s[RS_MAX_CLASSES];
  double reference_lap_s[RS_MAX_CLASSES];
  /* Session time at which the first car had done so many laps. */
  GArray *first_at;
  int best_car; /* index of the car with the fastest lap, -1 = none */
  guint text_update; /* rises with each change of the session text */
  double text_s; /* session time of the last rise */
  gboolean text_dirty;
  RsLog *log;
} RsRace;

gboolean rs_race_controlled (const RsRace *race);
RsSessionKind rs_race_kind (const RsRace *race);
int rs_race_car_idx (const RsRace *race, const RsEntry *entry);
const RsCarSpec *rs_race_spec (const RsRace *race, guint class_index);
double rs_race_reference_s (const RsRace *race, guint class_index, double s);
int rs_race_surface (const RsRace *race, const RsEntry *entry);
gboolean rs_race_lapping (
    const RsRace *race, const RsEntry *behind, const RsEntry *ahead);
gboolean rs_race_convoy (const RsRace *race);
double rs_race_remaining_s (const RsRace *race);
int rs_race_remaining_laps (const RsRace *race);

void rs_race_note (
    RsRace *race, const char *what, const RsEntry *entry, double value);
void rs_race_set_state (RsRace *race, RsState state);
void rs_race_set_flags (RsRace *race, guint32 flags);
void rs_race_set_car_flags (
    RsRace *race, RsEntry *entry, guint32 set, guint32 clear);
void rs_race_rank (RsRace *race);
