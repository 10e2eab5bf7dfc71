/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The values of one row, from the state of the driven car. */
#include "rs-frame.h"

#include "rs-control.h"
#include "rs-frame-cars.h"
#include "rs-pit.h"
#include "rs-random.h"

#include <math.h>
#include <string.h>

G_STATIC_ASSERT (
    offsetof (RsFrame, RFbrakeLinePress) - offsetof (RsFrame, LFbrakeLinePress)
    == sizeof (RsFrameWheel));

#define STREAM_MACHINE 0x61
/* Noon, when the session begins. */
#define START_OF_DAY_S 43200.0
/* irsdk_EngineWarnings. */
#define WARN_OIL_PRESSURE 0x4u
#define WARN_STALLED 0x8u
#define WARN_PIT_LIMITER 0x10u
#define WARN_REV_LIMITER 0x20u
#define WARN_MANDATORY_REPAIR 0x80u

static double
wrap_angle (double angle)
{
  return angle - 2 * G_PI * floor ((angle + G_PI) / (2 * G_PI));
}

/* What a clock correction every second would show: noise that steps. */
static double
each_second (const RsRace *race, guint64 stream)
{
  return rs_hash_unit (race->config.seed + stream, (guint64) race->time_s);
}

/* Every now and then the simulator's clock is put right by one tick. */
static double
session_time (const RsRace *race)
{
  return race->time_s
         + (race->config.awkward_rows ? floor (race->time_s / 41) * RS_TICK_S
                                      : 0);
}

static void
fill_machine (RsFrame *f, const RsRace *race)
{
  f->FrameRate[0] = 141 + 4 * each_second (race, STREAM_MACHINE);
  f->CpuUsageFG[0] = 0.31 + 0.04 * each_second (race, STREAM_MACHINE + 1);
  f->CpuUsageBG[0] = 0.30 + 0.04 * each_second (race, STREAM_MACHINE + 2);
  f->GpuUsage[0] = 0.62 + 0.06 * each_second (race, STREAM_MACHINE + 3);
  f->ChanLatency[0] =
      (3 + floor (each_second (race, STREAM_MACHINE + 4) + 0.5)) / 60;
  f->ChanAvgLatency[0] = 0.05;
  f->ChanQuality[0] = 1 - 0.001 * fabs (each_second (race, STREAM_MACHINE + 5));
  f->MemSoftPageFaultSec[0] =
      floor (9000 + 2000 * each_second (race, STREAM_MACHINE + 6));
}

static void
fill_session (RsFrame *f, const RsRace *race, const RsEntry *me)
{
  const RsSession *session = &race->sessions[race->session];
  const double remain = rs_race_remaining_s (race);

  f->SessionTime[0] = session_time (race);
  f->SessionTick[0] = (double) race->tick;
  f->SessionNum[0] = race->session;
  f->SessionState[0] = race->state;
  f->SessionFlags[0] = rs_control_flags (race, me);
  if (!rs_race_controlled (race) && remain <= 0) {
    f->SessionState[0] = RS_STATE_CHECKERED;
    f->SessionFlags[0] =
        RS_FLAG_SERVICEABLE | RS_FLAG_CHECKERED | RS_FLAG_START_HIDDEN;
  }
  f->SessionTimeTotal[0] = session->length_s;
  f->SessionTimeRemain[0] = remain;
  f->SessionLapsTotal[0] =
      session->laps > 0 ? session->laps : RS_UNLIMITED_LAPS;
  f->SessionLapsRemainEx[0] = rs_race_remaining_laps (race);
  f->SessionLapsRemain[0] = f->SessionLapsRemainEx[0];
  f->SessionTimeOfDay[0] =
      floor (START_OF_DAY_S + (double) race->tick * RS_TICK_S);
  f->ReplayFrameNumEnd[0] = (double) race->tick;
  f->PlayerCarIdx[0] = f->CamCarIdx[0] = rs_race_car_idx (race, me);
  f->PaceMode[0] = race->state == RS_STATE_PARADE ? 0
                   : race->caution_s >= 0         ? 2
                                                  : 4;
  if (!rs_race_controlled (race))
    f->PaceMode[0] = 1;
  f->PitsOpen[0] = race->state != RS_STATE_PARADE;
}

static void
fill_weather (RsFrame *f, const RsRace *race)
{
  const RsWeather *w = &race->weather;

  f->AirTemp[0] = w->air_c;
  f->TrackTemp[0] = f->TrackTempCrew[0] = w->track_c;
  f->TrackWetness[0] = rs_weather_wetness (w);
  f->WeatherDeclaredWet[0] = rs_weather_declared_wet (w);
  f->Precipitation[0] = w->rain;
  f->RelativeHumidity[0] = w->humidity;
  f->FogLevel[0] = w->fog;
  f->WindVel[0] = w->wind_mps;
  f->WindDir[0] = w->wind_rad;
  f->Skies[0] = w->skies;
}

/* irsdk_PitSvFlags of the coming stop; tyres and fuel when none is meant. */
static guint
pit_flags (const RsEntry *me)
{
  const guint wants = me->pit.wants;

  if ((wants & (RS_PIT_FUEL | RS_PIT_TYRES | RS_PIT_REPAIR)) == 0)
    return 31;
  return ((wants & RS_PIT_TYRES) != 0 ? 15 : 0)
         + ((wants & RS_PIT_FUEL) != 0 ? 16 : 0)
         + ((wants & RS_PIT_REPAIR) != 0 ? 64 : 0);
}

static void
fill_crew (RsFrame *f, const RsEntry *me)
{
  double *sets[] = { f->TireSetsUsed, f->LFTiresUsed, f->RFTiresUsed,
    f->LRTiresUsed, f->RRTiresUsed, f->LeftTireSetsUsed, f->RightTireSetsUsed,
    f->FrontTireSetsUsed, f->RearTireSetsUsed };

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    sets[i][0] = me->pit.tyre_sets;
  f->PlayerCarTeamIncidentCount[0] = me->incidents;
  f->PlayerCarMyIncidentCount[0] = f->PlayerCarDriverIncidentCount[0] =
      me->incidents_of_driver[me->driver];
  f->PlayerIncidents[0] = me->last_incident;
  f->PlayerCarTowTime[0] = me->tow_left_s;
  f->PlayerCarPitSvStatus[0] = rs_pit_status (me);
  f->PlayerTireCompound[0] = me->car.compound;
  f->PitRepairLeft[0] = me->pit.repair_left_s;
  f->PitstopActive[0] = me->pit.serving;
  f->PitSvFlags[0] = pit_flags (me);
  f->PitSvFuel[0] = me->pit.serving ? me->pit.fuel_goal_l - me->car.fuel_l : 60;
  f->PitSvTireCompound[0] = me->pit.compound;
  f->DCDriversSoFar[0] = me->drivers_so_far;
}

static void
fill_engine (RsFrame *f, const RsSeat *seat, const RsCar *car)
{
  const RsCarSpec *spec = car->spec;
  const double span = spec->sl_blink_rpm - spec->sl_first_rpm;

  f->RPM[0] = f->Engine0_RPM[0] = car->rpm;
  f->Gear[0] = car->gear;
  f->Throttle[0] = f->ThrottleRaw[0] = car->throttle;
  f->Brake[0] = f->BrakeRaw[0] = car->brake;
  f->Clutch[0] = f->ClutchRaw[0] = car->clutch;
  f->BrakeABSactive[0] = car->abs_active;
  f->BrakeABScutPct[0] = car->abs_active ? 0.1 : 0;
  f->dcPitSpeedLimiterToggle[0] = car->limiter;
  f->EngineWarnings[0] = (car->limiter ? WARN_PIT_LIMITER : 0)
                         + (car->rpm > spec->redline_rpm ? WARN_REV_LIMITER : 0)
                         + (car->damage >= 0.35 ? WARN_MANDATORY_REPAIR : 0);
  f->FuelLevel[0] = car->fuel_l;
  f->FuelLevelPct[0] = car->fuel_l / spec->tank_l;
  f->FuelUsePerHour[0] = car->fuel_kg_h;
  f->ShiftIndicatorPct[0] =
      CLAMP ((car->rpm - spec->sl_first_rpm) / span, 0, 1);
  f->WaterTemp[0] = seat->water_c;
  f->OilTemp[0] = seat->oil_c;
  f->OilPress[0] = MIN (5.5, 1.6 + car->rpm / 1500);
  f->ManifoldPress[0] = 0.28 + 0.73 * car->throttle;
  f->Voltage[0] = 13.4;
}

static void
fill_motion (RsFrame *f, const RsRace *race, const RsSeat *seat)
{
  const RsCar *car = &race->cars[seat->entry].car;
  const RsBody *body = &seat->body;
  const RsTrackPoint *at = &car->at;

  for (guint k = 0; k < RS_SUBSTEPS; k++) {
    const RsSample *s = &seat->sample[k];

    f->VelocityX_ST[k] = s->velocity_x;
    f->VelocityY_ST[k] = s->velocity_y;
    f->VelocityZ_ST[k] = s->velocity_z;
    f->YawRate_ST[k] = s->yaw_rate;
    f->PitchRate_ST[k] = s->pitch_rate;
    f->RollRate_ST[k] = s->roll_rate;
    f->VertAccel_ST[k] = s->vert_accel;
    f->LatAccel_ST[k] = s->lat_accel;
    f->LongAccel_ST[k] = s->long_accel;
    f->SteeringWheelTorque_ST[k] = s->steering_nm;
  }
  f->Speed[0] = car->speed;
  f->SteeringWheelAngle[0] = car->steer_rad;
  /* The body points to the right of its course when sliding to the left. */
  f->YawNorth[0] = at->heading + car->sideslip_rad;
  f->YawNorth[0] -= 2 * G_PI * floor (f->YawNorth[0] / (2 * G_PI));
  f->Yaw[0] = wrap_angle (race->track->spec->north_offset_rad - f->YawNorth[0]);
  f->Pitch[0] = body->pitch_rad;
  f->Roll[0] = body->roll_rad;
  rs_track_geodetic (race->track, at->x, at->y, &f->Lat[0], &f->Lon[0]);
  f->Alt[0] = race->track->spec->altitude_m + at->z;
}

static void
fill_feedback (RsFrame *f)
{
  const double max_nm = 44.73;
  const double torque = f->SteeringWheelTorque_ST[RS_SUBSTEPS - 1];

  f->SteeringWheelPctTorqueSign[0] = CLAMP (torque / max_nm, -1, 1);
  f->SteeringWheelPctTorqueSignStops[0] = f->SteeringWheelPctTorqueSign[0];
  f->SteeringWheelPctTorque[0] = fabs (f->SteeringWheelPctTorqueSign[0]);
}

static void
fill_wheel (RsFrameWheel *out, const RsSeat *seat, const RsCar *car, guint w)
{
  const RsGarage *garage = &seat->garage;
  const RsCarSpec *spec = car->spec;
  const RsWheel *wheel = &car->wheel[w];
  const gboolean front = w < RS_LR;
  const double side = w % 2 == 0 ? -0.5 : 0.5;
  const double bias = front ? spec->brake_bias : 1 - spec->brake_bias;

  out->brake_line_bar = car->brake * spec->brake_line_bar * bias * 2;
  /* The simulator counts whole kilometres. */
  out->odometer_m = floor (wheel->odometer_m / 1000) * 1000;
  out->speed_mps = (car->speed + side * spec->track_m * car->yaw_rate)
                   * (1 + wheel->slip_ratio);
  out->pressure_kpa = rs_car_pressure (car, w);
  out->ride_height_m = (front ? 0.062 : 0.078) - seat->body.load_m[w];
  for (guint k = 0; k < 3; k++) {
    out->temp_c[k] = wheel->surface_c[k];
    out->carcass_c[k] = garage->carcass_c[w][k];
    out->wear[k] = garage->wear[w][k];
  }
  for (guint k = 0; k < RS_SUBSTEPS; k++) {
    out->shock_m[k] = seat->sample[k].shock_m[w];
    out->shock_mps[k] = seat->sample[k].shock_mps[w];
  }
}

static void
fill_wheels (RsFrame *f, const RsSeat *seat, const RsCar *car)
{
  double *first[RS_WHEELS] = {
    f->LFbrakeLinePress,
    f->RFbrakeLinePress,
    f->LRbrakeLinePress,
    f->RRbrakeLinePress,
  };

  for (guint w = 0; w < RS_WHEELS; w++) {
    RsFrameWheel wheel;

    fill_wheel (&wheel, seat, car, w);
    memcpy (first[w], &wheel, sizeof wheel);
  }
  f->CFSRrideHeight[0] = (f->LFrideHeight[0] + f->RFrideHeight[0]) / 2 - 0.008;
}

static void
fill_delta (double *delta, double *rate, double *ok, const RsDelta *from)
{
  *delta = from->delta_s;
  *rate = from->rate;
  *ok = from->ok;
}

static void
fill_laps (RsFrame *f, const RsRace *race, const RsSeat *seat)
{
  const RsEntry *me = &race->cars[seat->entry];
  const RsLapTimer *timer = &me->timer;

#define DELTA(name, from) \
  fill_delta (f->name, f->name##_DD, f->name##_OK, &seat->from)
  DELTA (LapDeltaToBestLap, to_best);
  DELTA (LapDeltaToOptimalLap, to_optimal);
  DELTA (LapDeltaToSessionBestLap, to_best);
  DELTA (LapDeltaToSessionOptimalLap, to_optimal);
  DELTA (LapDeltaToSessionLastlLap, to_last);
#undef DELTA
  f->Lap[0] = timer->lap;
  f->LapCompleted[0] = timer->completed;
  f->RaceLaps[0] = race->n_cars > 1 ? MAX ((int) race->first_at->len, 0) : 0;
  f->LapDist[0] = me->car.s;
  f->LapDistPct[0] = me->car.s / race->track->length_m;
  /* Seen in real rows: the first ones after the line are a little before it. */
  if (race->config.awkward_rows && me->car.s < 1.0)
    f->LapDistPct[0] -= 1.2 / race->track->length_m;
  f->LapBestLap[0] = timer->best_lap;
  f->LapBestLapTime[0] = timer->best_s;
  f->LapLastLapTime[0] = timer->last_s;
  f->LapCurrentLapTime[0] = me->car.hold && timer->lap == 0
                                ? 0
                                : rs_lap_current (timer, race->time_s);
  f->OnPitRoad[0] = me->car.in_pit_lane;
  f->PlayerCarInPitStall[0] = me->car.in_stall;
  f->PlayerTrackSurface[0] = rs_race_surface (race, me);
  /* irsdk_TrkSurf: 1 asphalt, 5 concrete. */
  f->PlayerTrackSurfaceMaterial[0] = me->car.in_stall ? 5 : 1;
  f->EnterExitReset[0] = me->car.in_stall ? 1 : 2;
  f->PlayerCarPosition[0] = race->n_cars > 1 ? me->position : 0;
  f->PlayerCarClassPosition[0] = race->n_cars > 1 ? me->class_position : 0;
}

/*
 * Takes away what the first row of a session does not have yet: the place, the
 * engine and the driver. Real files begin like this (irsdk facts, section 6).
 */
static void
forget_place (RsFrame *f)
{
  double *none[] = {
    f->Lap,
    f->LapCompleted,
    f->LapDist,
    f->LapDistPct,
    f->LapCurrentLapTime,
    f->Lat,
    f->Lon,
    f->Alt,
    f->Speed,
    f->Yaw,
    f->YawNorth,
    f->Pitch,
    f->Roll,
    f->OnPitRoad,
    f->PlayerCarInPitStall,
    f->EnterExitReset,
    f->Throttle,
    f->ThrottleRaw,
    f->Clutch,
    f->ClutchRaw,
    f->Gear,
    f->FuelUsePerHour,
    f->OilPress,
    f->ShiftIndicatorPct,
    f->Engine0_RPM,
  };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    none[i][0] = 0;
  for (guint k = 0; k < RS_SUBSTEPS; k++)
    f->VelocityX_ST[k] = f->VelocityY_ST[k] = f->VelocityZ_ST[k] = 0;
  f->PlayerTrackSurface[0] = f->PlayerTrackSurfaceMaterial[0] = -1;
  f->RPM[0] = 300;
  f->Brake[0] = f->BrakeRaw[0] = 1;
  f->EngineWarnings[0] = WARN_STALLED + WARN_OIL_PRESSURE;
}

/*
 * The one in the seat watches a replay: the values are of a car that nobody
 * sits in (irsdk facts, section 5).
 */
static void
show_replay (RsFrame *f, const RsRace *race, const RsSeat *seat)
{
  forget_place (f);
  f->FuelLevel[0] = f->FuelLevelPct[0] = 0;
  f->IsReplayPlaying[0] = 1;
  f->ReplayPlaySpeed[0] = 1;
  f->ReplaySessionNum[0] = race->session;
  f->ReplaySessionTime[0] = MAX (0, seat->replay_from_s - 30);
  f->ReplayFrameNum[0] = (double) race->tick - 1800;
}

/* Fills the frame with the race as it is now, from that seat. */
void
rs_frame_fill (RsFrame *frame, const RsRace *race, const RsSeat *seat)
{
  const RsEntry *me = &race->cars[seat->entry];
  const gboolean nowhere = seat->blank_rows > 0 || me->away;

  fill_machine (frame, race);
  fill_session (frame, race, me);
  fill_weather (frame, race);
  fill_crew (frame, me);
  fill_engine (frame, seat, &me->car);
  fill_motion (frame, race, seat);
  fill_feedback (frame);
  fill_wheels (frame, seat, &me->car);
  fill_laps (frame, race, seat);
  rs_frame_fill_cars (frame, race, seat);
  frame->ReplaySessionNum[0] = -1;
  frame->IsReplayPlaying[0] = frame->ReplayPlaySpeed[0] = 0;
  frame->IsOnTrack[0] = frame->IsOnTrackCar[0] =
      !seat->replay && (!nowhere || race->tick == 1);
  frame->IsInGarage[0] = nowhere && race->tick > 1;
  if (seat->replay)
    show_replay (frame, race, seat);
  else if (nowhere)
    forget_place (frame);
}
