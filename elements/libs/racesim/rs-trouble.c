/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What goes wrong: off the road, spins, contact, crashes, tows, penalties,
 * and cars that are not there any more. */
#include "rs-trouble.h"

#include "rs-control.h"
#include "rs-debris.h"
#include "rs-pit.h"
#include "rs-random.h"
#include "rs-traffic.h"

#include <math.h>

/* irsdk_IncidentFlags: what was reported, and points times 256. */
#define REPORT_OUT_OF_CONTROL 0x1u
#define REPORT_OFF_TRACK 0x2u
#define REPORT_HIT_WORLD 0x5u
#define REPORT_HIT_CAR 0x8u
#define PENALTY_1X 0x200u
#define PENALTY_2X 0x300u
#define PENALTY_4X 0x400u

/* Chances at one corner of one lap, at trouble 1 and middling skill. */
#define CHANCE_WIDE 1.6e-3
#define CHANCE_CUT 5e-4
#define CHANCE_SPIN 3.5e-4
#define CHANCE_CONTACT 2.5e-3
#define CHANCE_CRASH 6e-5
#define CHANCE_GONE 1e-4
#define CONTACT_M 9.0
#define FURLED_S 2.5
#define STRANDED_S 9.0
/* From this damage on a car must be repaired. */
#define BAD_DAMAGE 0.35

#define STREAM_MISTAKE 0xa1
#define STREAM_KIND 0xa2

static void
count_incident (RsRace *race, RsEntry *entry, guint32 report, int points)
{
  entry->incidents += points;
  entry->incidents_of_driver[entry->driver] += points;
  entry->last_incident = report
                         | (points == 4    ? PENALTY_4X
                             : points == 2 ? PENALTY_2X
                                           : PENALTY_1X);
  race->text_dirty = TRUE;
  rs_race_note (race, "incident", entry, points);
}

/* A number in [0, 1) for this car, at this corner, in this lap. */
static double
chance (const RsRace *race, const RsEntry *entry, guint64 stream)
{
  const guint64 car = (guint64) (entry - race->cars);
  const guint64 lap =
      (guint64) entry->timer.lap * RS_MAX_SESSIONS + race->session;
  const guint64 corner = (guint64) entry->trouble.corner;

  return 0.5
         + 0.5
               * rs_hash_unit (race->config.seed + stream,
                   (lap * RS_MAX_CORNERS + corner) * RS_MAX_CARS + car);
}

/* Misses the corner: out over the kerb, or inside across it. */
void
rs_trouble_wide (RsRace *race, RsEntry *entry, gboolean cut)
{
  const double off = race->track->spec->half_width_m + (cut ? 1.4 : 1.8);
  const double inside = entry->car.at.curvature >= 0 ? 1 : -1;

  entry->trouble.wide_m = (cut ? inside : -inside) * off;
  entry->trouble.wide_until_s = race->time_s + 3.2;
  rs_race_note (race, cut ? "cut" : "wide", entry, 0);
  if (!cut)
    return;
  entry->trouble.furled_left_s = FURLED_S;
  if (rs_race_kind (race) != RS_RACE)
    entry->invalid_lap = TRUE;
  rs_race_set_car_flags (race, entry, RS_FLAG_FURLED, 0);
}

/* Turns round and stands for some seconds. */
void
rs_trouble_spin (RsRace *race, RsEntry *entry)
{
  const double way = entry->car.at.curvature >= 0 ? -1 : 1;

  rs_car_spin (&entry->car, way * 2 * G_PI, 2.6);
  entry->trouble.stopped_until_s = race->time_s + 6.5;
  entry->trouble.wide_m = way * (race->track->spec->half_width_m + 2.2);
  entry->trouble.wide_until_s = race->time_s + 9;
  rs_race_note (race, "spin", entry, 0);
  count_incident (race, entry, REPORT_OUT_OF_CONTROL, 2);
}

static void
damage (RsRace *race, RsEntry *entry, double much)
{
  entry->car.damage = MIN (1, entry->car.damage + much);
  if (entry->car.damage >= BAD_DAMAGE)
    rs_race_set_car_flags (race, entry, RS_FLAG_REPAIR, 0);
  rs_car_plan (&entry->car, entry->timer.lap);
}

static gboolean
another_is_stranded (const RsRace *race, const RsEntry *me)
{
  for (guint i = 0; i < race->n_cars; i++)
    if (race->cars[i].trouble.stranded && &race->cars[i] != me)
      return TRUE;
  return FALSE;
}

/* Hits something; goes nowhere until it is towed. */
void
rs_trouble_crash (RsRace *race, RsEntry *entry)
{
  rs_race_note (race, "crash", entry, 0);
  rs_car_spin (&entry->car, 2 * G_PI, 2.0);
  entry->trouble.stopped_until_s = race->time_s + STRANDED_S;
  entry->trouble.stranded = TRUE;
  entry->trouble.wide_m = (entry->car.at.curvature >= 0 ? -1 : 1)
                          * (race->track->spec->half_width_m + 3);
  entry->trouble.wide_until_s = race->time_s + STRANDED_S;
  damage (race, entry, 1);
  count_incident (race, entry, REPORT_HIT_WORLD, 4);
  rs_debris_leave (race, entry);
  if (another_is_stranded (race, entry))
    rs_control_red (race, TRUE);
  else if (g_str_has_suffix (race->track->spec->type, "oval"))
    rs_control_caution (race, TRUE);
}

static void
touch (RsRace *race, RsEntry *a, RsEntry *b)
{
  const double u = chance (race, a, STREAM_KIND + 1);

  rs_race_note (race, "contact", a, rs_race_car_idx (race, b));
  count_incident (race, a, REPORT_HIT_CAR, 4);
  count_incident (race, b, REPORT_HIT_CAR, 4);
  damage (race, a, 0.1 + 0.4 * u);
  damage (race, b, 0.05 + 0.25 * u);
  if (u > 0.4)
    rs_debris_leave (race, a);
  if (u > 0.5 && a->trouble.stopped_until_s <= race->time_s)
    rs_trouble_spin (race, u > 0.75 ? b : a);
}

static void
end_trouble (RsRace *race, RsEntry *entry)
{
  const int corner = entry->trouble.corner;

  entry->trouble = (RsTrouble){ .corner = corner };
  entry->trouble.corner_lap = entry->timer.lap;
  entry->car.spin = (RsSpin){ 0 };
  rs_race_set_car_flags (race, entry, 0, RS_FLAG_FURLED);
}

/* From wherever it is into its box; for one row it is nowhere. */
void
rs_trouble_tow (RsRace *race, RsEntry *entry)
{
  const guint i = (guint) (entry - race->cars);
  const double way =
      rs_track_wrap (race->track, entry->pit.box_s - entry->car.s);
  const gboolean racing = rs_race_kind (race) == RS_RACE;

  rs_race_note (race, "tow", entry, entry->car.s / race->track->length_m);
  end_trouble (race, entry);
  entry->invalid_lap = TRUE;
  rs_pit_stand_in_box (race, entry);
  entry->tow_left_s = racing ? 25 + 60 * way / race->track->length_m : 0;
  entry->pit.wants = RS_PIT_CALLED | RS_PIT_TYRES | RS_PIT_REPAIR;
  entry->pit.through = FALSE;
  if (!racing) {
    entry->car.fuel_l = entry->start_fuel_l;
    entry->car.damage = 0;
  }
  if (race->seat_of[i] >= 0)
    race->seats[race->seat_of[i]].blank_rows = 2;
}

/* Is gone: for good, or for as long as a bad connection takes. */
void
rs_trouble_leave (RsRace *race, RsEntry *entry, gboolean disconnected)
{
  const double u = chance (race, entry, STREAM_KIND + 2);

  rs_race_note (race, disconnected ? "disconnect" : "leave", entry, 0);
  end_trouble (race, entry);
  entry->away = TRUE;
  entry->pit.serving = FALSE;
  entry->disconnected = disconnected;
  entry->back_s = disconnected ? race->time_s + 20 + 60 * u : HUGE_VAL;
  entry->retired = !disconnected;
}

/* Is (back) in the world, in its box. */
void
rs_trouble_return (RsRace *race, RsEntry *entry)
{
  if (!entry->away)
    return;
  rs_race_note (race, entry->listed ? "reconnect" : "join", entry, 0);
  race->text_dirty = race->text_dirty || !entry->listed;
  entry->listed = TRUE;
  entry->away = entry->disconnected = entry->retired = FALSE;
  entry->invalid_lap = TRUE;
  rs_pit_stand_in_box (race, entry);
  entry->pit.wants = RS_PIT_CALLED;
  entry->tow_left_s = 5;
}

/* The nearest rival right in front, for a touch. */
static RsEntry *
someone_near (RsRace *race, const RsEntry *me)
{
  for (guint i = 0; i < race->n_cars; i++) {
    RsEntry *other = &race->cars[i];

    if (other != me && !other->away && !other->car.in_pit_lane
        && rs_traffic_gap_m (race, me, other) < CONTACT_M)
      return other;
  }
  return NULL;
}

/* Each corner is a chance to get it wrong; the less skilled take it more
 * often, and everyone in the wet. */
static void
tempt_fate (RsRace *race, RsEntry *entry)
{
  const double more = race->config.trouble
                      * (1 + 25 * (0.955 - entry->car.driver.skill))
                      * (1 + 3 * race->weather.water);
  const double u = chance (race, entry, STREAM_MISTAKE);
  const double v = chance (race, entry, STREAM_KIND);
  const gboolean seat = race->seat_of[entry - race->cars] >= 0;
  RsEntry *other;
  double sum = CHANCE_WIDE * more;

  if (u < sum) {
    rs_trouble_wide (race, entry, FALSE);
  } else if (u < (sum += CHANCE_CUT * more)) {
    rs_trouble_wide (race, entry, TRUE);
  } else if (u < (sum += CHANCE_SPIN * more)) {
    rs_trouble_spin (race, entry);
  } else if (u < (sum += CHANCE_CRASH * more)) {
    rs_trouble_crash (race, entry);
  } else if (u < (sum += CHANCE_GONE * race->config.trouble) && !seat) {
    rs_trouble_leave (race, entry, v < 0.7);
  } else if (v < CHANCE_CONTACT * more) {
    other = someone_near (race, entry);
    if (other != NULL)
      touch (race, entry, other);
  }
}

/* Counts each time the car leaves the road. */
static void
watch_limits (RsRace *race, RsEntry *entry)
{
  const gboolean off = entry->car.off_track;

  if (off && !entry->trouble.was_off) {
    rs_race_note (race, "off-track", entry, 0);
    if (entry->trouble.stopped_until_s <= race->time_s
        && !entry->trouble.stranded && race->state == RS_STATE_RACING)
      count_incident (race, entry, REPORT_OFF_TRACK, 1);
  }
  entry->trouble.was_off = off;
}

/* Gives up the time that a short cut gained. */
static void
slow_down (RsRace *race, RsEntry *entry, RsCap *cap, double dt)
{
  RsTrouble *t = &entry->trouble;

  if (t->furled_left_s <= 0 || t->wide_until_s > race->time_s)
    return;
  t->furled_left_s -= dt;
  cap->mps =
      0.7 * rs_driver_target (&entry->car.driver, race->track, entry->car.s);
  if (t->furled_left_s > 0)
    return;
  t->furled_left_s = 0;
  rs_race_note (race, "slow-down", entry, FURLED_S);
  rs_race_set_car_flags (race, entry, 0, RS_FLAG_FURLED);
}

static void
step_stopped (RsRace *race, RsEntry *entry, RsCap *cap)
{
  RsTrouble *t = &entry->trouble;

  if (t->stopped_until_s > race->time_s) {
    *cap = (RsCap){ 0, 0 };
    return;
  }
  if (!t->stranded)
    return;
  t->stranded = FALSE;
  if (race->seat_of[entry - race->cars] < 0
      && chance (race, entry, STREAM_KIND + 3) < 0.4)
    rs_trouble_leave (race, entry, FALSE);
  else
    rs_trouble_tow (race, entry);
}

static void
step_away (RsRace *race, RsEntry *entry)
{
  if (race->time_s < entry->back_s || race->state > RS_STATE_RACING
      || race->state < RS_STATE_RACING)
    return;
  rs_trouble_return (race, entry);
}

static void
step_tow (RsRace *race, RsEntry *entry, double dt)
{
  if (!entry->car.in_stall || entry->pit.serving
      || (entry->pit.wants & RS_PIT_CALLED) == 0)
    return;
  entry->tow_left_s = MAX (0, entry->tow_left_s - dt);
  if (entry->tow_left_s == 0)
    rs_pit_serve (race, entry);
}

/* One row of one car. */
void
rs_trouble_step (RsRace *race, RsEntry *entry, double dt)
{
  RsCap *cap = &entry->cap[RS_CAP_TROUBLE];
  RsTrouble *t = &entry->trouble;
  int corner;

  entry->last_incident = 0;
  if (entry->away) {
    step_away (race, entry);
    return;
  }
  *cap = (RsCap){ HUGE_VAL, 0 };
  if (entry->car.in_pit_lane) {
    step_tow (race, entry, dt);
    return;
  }
  watch_limits (race, entry);
  slow_down (race, entry, cap, dt);
  step_stopped (race, entry, cap);
  if (!rs_race_controlled (race) || race->config.trouble <= 0
      || race->state != RS_STATE_RACING || entry->car.in_pit_lane || entry->away
      || entry->done || race->tick % 3 != 0 || rs_race_convoy (race)
      || t->wide_until_s > race->time_s || entry->timer.lap < 1)
    return;
  corner = rs_track_corner_at (race->track, entry->car.s);
  if (corner == t->corner || entry->car.speed < 12)
    return;
  t->corner = corner;
  t->corner_lap = entry->timer.lap;
  tempt_fate (race, entry);
}
