/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All cars of an event, its sessions, the clock and the order. */
#pragma once

#include "racesim.h"
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

RsRace *rs_race_new (const RaceSimConfig *config, GError **error);
void rs_race_free (RsRace *race);
void rs_race_step (RsRace *race);
double rs_race_reference_s (const RsRace *race, guint class_index, double s);
int rs_race_surface (const RsRace *race, const RsEntry *entry);
const RsCarSpec *rs_race_spec (const RsRace *race, guint class_index);
void rs_race_rank (RsRace *race);
void rs_race_note (
    RsRace *race, const char *what, const RsEntry *entry, double value);
int rs_race_car_idx (const RsRace *race, const RsEntry *entry);
gboolean rs_race_controlled (const RsRace *race);
RsSessionKind rs_race_kind (const RsRace *race);

/* Parts of it, in files of their own. */
void rs_field_init (RsRace *race);
void rs_field_place_run (RsRace *race);
void rs_field_place_boxes (RsRace *race);
void rs_field_place_grid (RsRace *race);
void rs_field_renew (RsRace *race, RsEntry *entry);
void rs_entry_stand (RsRace *race, RsEntry *entry, double s, double until_s);

void rs_sessions_init (RsRace *race);
void rs_sessions_take_results (RsRace *race);
void rs_sessions_end (RsRace *race);

void rs_control_set_state (RsRace *race, RsState state);
void rs_control_step (RsRace *race);
void rs_control_crossed (RsRace *race, RsEntry *entry, double cross_s);
gboolean rs_control_caution (RsRace *race, gboolean on);
gboolean rs_control_red (RsRace *race, gboolean on);
void rs_control_car_flags (
    RsRace *race, RsEntry *entry, guint32 set, guint32 clear);
gboolean rs_control_lapping (
    const RsRace *race, const RsEntry *behind, const RsEntry *ahead);
void rs_control_next (RsRace *race);
guint32 rs_control_flags (const RsRace *race, const RsEntry *me);
gboolean rs_control_convoy (const RsRace *race);
double rs_control_remaining_s (const RsRace *race);
int rs_control_remaining_laps (const RsRace *race);

void rs_traffic_step (RsRace *race);
double rs_traffic_gap_m (
    const RsRace *race, const RsEntry *from, const RsEntry *to);

void rs_pit_step (RsRace *race, RsEntry *entry, double dt);
void rs_pit_stand_in_box (RsRace *race, RsEntry *entry);
void rs_pit_serve (RsRace *race, RsEntry *entry);
int rs_pit_status (const RsEntry *entry);

void rs_trouble_step (RsRace *race, RsEntry *entry, double dt);
void rs_trouble_wide (RsRace *race, RsEntry *entry, gboolean cut);
void rs_trouble_spin (RsRace *race, RsEntry *entry);
void rs_trouble_crash (RsRace *race, RsEntry *entry);
void rs_trouble_tow (RsRace *race, RsEntry *entry);
void rs_trouble_black (RsRace *race, RsEntry *entry);
void rs_trouble_leave (RsRace *race, RsEntry *entry, gboolean disconnected);
void rs_trouble_return (RsRace *race, RsEntry *entry);
double rs_trouble_ahead_m (const RsRace *race, const RsEntry *me);

void rs_debris_leave (RsRace *race, const RsEntry *entry);
void rs_debris_step (RsRace *race);
gboolean rs_debris_ahead (const RsRace *race, const RsEntry *me);

gboolean rs_command (RsRace *race, const char *command, int car_idx,
    double value, GError **error);
char *rs_truth (const RsRace *race);
