/* SPDX-License-Identifier: LGPL-2.1-or-later
 * All cars of a session, the clock and the order. */
#include "rs-race.h"

#include "rs-random.h"

#include <math.h>

#define GRID_HOLD_S 5.0
#define GRID_ROW_M 8.0
/* Distance between cars of a rolling start. */
#define ROLLING_GAP_M 55.0
#define PIT_STALL_M 70.0 /* before the line */
#define PIT_HOLD_S 4.0
/* The session text changes at most this often. */
#define TEXT_PAUSE_S 2.0
#define RACE_LENGTH_S 86400.0

/* Streams of independent numbers under the one seed. */
#define STREAM_DRIVER 0x51
#define STREAM_SKILL 0x52
#define STREAM_ROAD 0x53
#define STREAM_LATE 0x54

static double
player_skill (const RsRace *race)
{
  return 0.962 + 0.006 * rs_hash_unit (race->config.seed, STREAM_SKILL);
}

/* From 0.974 for the fastest down to 0.925, evenly, shuffled a little. */
static double
entry_skill (const RsRace *race, guint i)
{
  const double rank = race->n_cars > 1 ? (double) i / (race->n_cars - 1) : 0;

  if (i == race->player)
    return player_skill (race);
  return 0.974 - 0.045 * rank
         + 0.004 * rs_hash_unit (race->config.seed, STREAM_SKILL + 1 + i);
}

static void
setup_reference (RsRace *race)
{
  RsDriver driver = { 0 };
  const RsPlan plan = {
    .mass_kg = race->spec->mass_kg + 0.4 * race->spec->tank_l * 0.75,
    .grip = 0.99,
  };

  race->reference_s = g_new (double, race->track->n + 1);
  rs_driver_init (&driver, race->track, 1, 0.962, 0);
  rs_driver_plan (&driver, race->track, race->spec, &plan);
  race->reference_lap_s =
      rs_driver_lap_times (&driver, race->track, race->reference_s);
  rs_driver_clear (&driver);
}

static void
place_rolling (RsRace *race, RsEntry *entry, int behind)
{
  const double s =
      race->config.lap_start * race->track->length_m - behind * ROLLING_GAP_M;

  rs_car_set_tyres (&entry->car, 78);
  rs_car_plan (&entry->car, 0);
  rs_car_place (
      &entry->car, s, rs_driver_target (&entry->car.driver, race->track, s));
}

static void
place_standing (RsRace *race, RsEntry *entry, double s, double hold_s)
{
  entry->go_s = race->time_s + hold_s;
  entry->car.hold = TRUE;
  entry->car.brake = 1;
  rs_car_plan (&entry->car, 0);
  rs_car_place (&entry->car, s, 0);
}

static void
setup_entry (RsRace *race, guint i)
{
  RsEntry *entry = &race->cars[i];
  const gboolean driven = i == race->player;
  const int behind = (int) i - (int) race->player;

  entry->number = (int) i + 1;
  entry->position = (int) i + 1;
  rs_car_init (&entry->car, race->track, race->spec,
      driven ? race->config.fuel_l : race->spec->tank_l);
  rs_driver_init (&entry->car.driver, race->track,
      rs_hash (race->config.seed, STREAM_DRIVER + 0x1000 * (i + 1)),
      entry_skill (race, i), race->config.unevenness);
  rs_lap_init (&entry->timer, race->time_s);
  switch (race->config.start) {
    case RACE_SIM_START_GRID:
      rs_car_set_tyres (&entry->car, 65);
      place_standing (race, entry, -12.0 - GRID_ROW_M * i, GRID_HOLD_S);
      break;
    case RACE_SIM_START_PIT:
      if (driven) {
        entry->car.in_pit_lane = entry->car.in_stall = TRUE;
        place_standing (race, entry,
            -MIN (PIT_STALL_M, race->track->spec->pit_entry_m * 0.6),
            PIT_HOLD_S);
        break;
      }
      /* fall through */
    default:
      place_rolling (race, entry, behind);
  }
}

/* Returns a new session before its first row, or NULL with an error. */
RsRace *
rs_race_new (const RaceSimConfig *config, GError **error)
{
  const RsTrackSpec *spec = rs_track_spec_find (config->track);
  RsRace *race;

  if (spec == NULL) {
    g_set_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG,
        "there is no track '%s' (pitbox-sim --list-tracks shows all)",
        config->track);
    return NULL;
  }
  if (config->n_cars < 1 || config->n_cars > RACE_SIM_MAX_CARS
      || !(config->lap_start >= 0) || !(config->lap_start < 1)
      || !(config->fuel_l > 0)
      || !(config->fuel_l <= rs_car_spec_default ()->tank_l)
      || !(config->unevenness >= 0) || !(config->unevenness <= 1)) {
    g_set_error (error, RACE_SIM_ERROR, RACE_SIM_ERROR_CONFIG,
        "cannot simulate %u cars (1 to %u) from lap fraction %g (0 to less "
        "than "
        "1) with %g l of fuel (up to %g) and unevenness %g (0 to 1)",
        config->n_cars, (guint) RACE_SIM_MAX_CARS, config->lap_start,
        config->fuel_l, rs_car_spec_default ()->tank_l, config->unevenness);
    return NULL;
  }
  race = g_new0 (RsRace, 1);
  race->config = *config;
  race->config.track = spec->name;
  race->track = rs_track_new (spec);
  race->spec = rs_car_spec_default ();
  race->n_cars = config->n_cars;
  race->first_idx = config->n_cars > 1 ? 1 : 0;
  race->player = MIN (6, config->n_cars - 1);
  race->tick = 1;
  race->time_s = race->begin_s = RS_TICK_S;
  race->first_at = g_array_new (FALSE, TRUE, sizeof (double));
  race->best_car = -1;
  race->water_c = 77;
  race->oil_c = 77;
  race->text_update = 1;
  setup_reference (race);
  for (guint i = 0; i < race->n_cars; i++)
    setup_entry (race, i);
  rs_body_init (&race->body, &race->cars[race->player].car,
      rs_hash (config->seed, STREAM_ROAD));
  rs_trace_init (&race->trace);
  return race;
}

void
rs_race_free (RsRace *race)
{
  if (race == NULL)
    return;
  for (guint i = 0; i < race->n_cars; i++)
    rs_car_clear (&race->cars[i].car);
  g_array_unref (race->first_at);
  g_free (race->reference_s);
  rs_track_free (race->track);
  g_free (race);
}

/* Time at which the reference lap passes s, seconds from the line. */
double
rs_race_reference_s (const RsRace *race, double s)
{
  const double node = rs_track_wrap (race->track, s) / race->track->step_m;
  const guint i = MIN ((guint) node, race->track->n - 1);
  const double *t = &race->reference_s[i];

  return t[0] + (t[1] - t[0]) * (node - i);
}

/* Seconds the session lasts; 604800 stands for no end. */
double
rs_race_length_s (const RsRace *race)
{
  return race->n_cars > 1 ? RACE_LENGTH_S : 604800.0;
}

gboolean
rs_race_over (const RsRace *race)
{
  return race->n_cars > 1 && race->time_s >= RACE_LENGTH_S;
}

/* irsdk_TrkLoc: 1 pit stall, 2 approaching pits and pit lane, 3 on track. */
int
rs_race_surface (const RsRace *race, const RsEntry *entry)
{
  if (entry->car.in_stall)
    return 1;
  return entry->car.in_pit_lane ? 2 : 3;
}

/* Order by laps done, then by who did them first; before any, by the start. */
static void
sort_order (RsRace *race)
{
  for (guint i = 0; i < race->n_cars; i++) {
    const RsLapTimer *a = &race->cars[i].timer;
    int ahead = 0;

    for (guint j = 0; j < race->n_cars; j++) {
      const RsLapTimer *b = &race->cars[j].timer;

      ahead += b->completed > a->completed
               || (b->completed == a->completed
                   && (a->completed < 0 ? j < i : b->cross_s < a->cross_s));
    }
    race->cars[i].position = ahead + 1;
  }
}

static void
finish_lap (RsRace *race, guint i, double cross_s)
{
  RsEntry *entry = &race->cars[i];
  const guint64 key = (guint64) entry->timer.lap * RS_MAX_CARS + i;
  /* Seen in real files: 5 to 111 rows. */
  const int late =
      5 + (int) (rs_hash (race->config.seed + STREAM_LATE, key) % 107);
  guint laps;

  rs_lap_cross (&entry->timer, cross_s, late);
  laps = (guint) entry->timer.completed;
  if (laps >= race->first_at->len)
    g_array_append_val (race->first_at, cross_s);
  entry->gap_s = cross_s - g_array_index (race->first_at, double, laps);
  rs_car_plan (&entry->car, entry->timer.lap);
  sort_order (race);
  if (race->time_s - race->text_s >= TEXT_PAUSE_S) {
    race->text_update++;
    race->text_s = race->time_s;
  }
}

static void
take_sample (RsRace *race, RsSample *sample)
{
  const RsCar *car = &race->cars[race->player].car;
  const RsBody *body = &race->body;
  const double trail_m = 0.030, reduction = 1.7;

  sample->velocity_x = car->speed * cos (car->sideslip_rad);
  sample->velocity_y = car->speed * sin (car->sideslip_rad);
  sample->velocity_z = body->heave_mps;
  sample->yaw_rate = body->yaw_rate;
  sample->pitch_rate = body->pitch_rate;
  sample->roll_rate = body->roll_rate;
  sample->vert_accel = body->vert_accel;
  sample->lat_accel = car->lat_accel;
  /* An accelerometer on a slope feels gravity too. */
  sample->long_accel = car->accel + RS_GRAVITY * car->at.grade;
  sample->steering_nm =
      -trail_m / reduction
          * (car->wheel[RS_LF].force_y_n + car->wheel[RS_RF].force_y_n)
      + 4.0 * (body->road_mps[RS_LF] - body->road_mps[RS_RF]);
  for (guint w = 0; w < RS_WHEELS; w++) {
    sample->shock_m[w] = rs_body_shock_m (body, w);
    sample->shock_mps[w] = rs_body_shock_mps (body, w);
  }
}

static void
step_car (RsRace *race, guint i)
{
  const gboolean driven = i == race->player;
  const int steps = driven ? RS_SUBSTEPS : 1;
  const double dt = RS_TICK_S / steps;
  RsEntry *entry = &race->cars[i];

  if (entry->car.hold && race->time_s >= entry->go_s) {
    entry->car.hold = FALSE;
    entry->timer.start_s = race->time_s;
  }
  for (int k = 0; k < steps; k++) {
    rs_car_step (&entry->car, dt);
    if (driven) {
      rs_body_step (&race->body, &entry->car, dt);
      take_sample (race, &race->sample[k]);
    }
    if (entry->car.crossing_s >= 0)
      finish_lap (race, i, race->time_s + k * dt + entry->car.crossing_s);
  }
}

static void
step_trace (RsRace *race, int lap_before)
{
  const RsEntry *me = &race->cars[race->player];
  const double pct = me->car.s / race->track->length_m;
  const double lap_s = race->time_s - me->timer.start_s;
  RsTrace *trace = &race->trace;

  if (me->timer.lap != lap_before) {
    rs_trace_finish (trace, me->timer.late_time_s);
    rs_trace_begin (trace, pct, lap_s);
  } else {
    rs_trace_move (trace, pct, lap_s);
  }
  rs_trace_compare (
      trace, trace->best, trace->have_best, RS_TICK_S, &race->to_best);
  rs_trace_compare (
      trace, trace->optimal, trace->have_best, RS_TICK_S, &race->to_optimal);
  rs_trace_compare (
      trace, trace->last, trace->have_last, RS_TICK_S, &race->to_last);
}

static void
step_engine_heat (RsRace *race)
{
  const RsCar *car = &race->cars[race->player].car;
  const double load = car->throttle * car->rpm / race->spec->redline_rpm;

  race->water_c += RS_TICK_S * 0.02 * (74 + 16 * load - race->water_c);
  race->oil_c += RS_TICK_S * 0.012 * (78 + 30 * load - race->oil_c);
}

static void
note_best (RsRace *race, guint i)
{
  const RsLapTimer *timer = &race->cars[i].timer;

  if (timer->best_s > 0
      && (race->best_car < 0
          || timer->best_s < race->cars[race->best_car].timer.best_s))
    race->best_car = (int) i;
}

/* Goes on by one tick. */
void
rs_race_step (RsRace *race)
{
  const int lap = race->cars[race->player].timer.lap;

  for (guint i = 0; i < race->n_cars; i++)
    step_car (race, i);
  race->tick++;
  race->time_s = (double) race->tick * RS_TICK_S;
  for (guint i = 0; i < race->n_cars; i++) {
    rs_lap_tick (&race->cars[i].timer);
    note_best (race, i);
  }
  step_trace (race, lap);
  step_engine_heat (race);
}
