/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The field sets, and what each is sent at. */
#include "govern/pb-thin.h"

/* Who and when (SessionTime orders rows, SessionNum parts laps), what the driver
 * does, where the car is, its lap and its fuel: what a lap is made of, and what
 * a strategy needs. */
#define KEY_FIELDS \
  "SessionTime,SessionTick,SessionNum,SessionState,SessionFlags,PlayerCarIdx," \
  "IsOnTrack,OnPitRoad,PlayerTrackSurface,PlayerCarPosition," \
  "PlayerCarClassPosition,Throttle,Brake,Clutch,SteeringWheelAngle,Gear,RPM," \
  "Speed,Lat,Lon,LapDistPct,Lap,LapCurrentLapTime,LapLastLapTime," \
  "LapBestLapTime,FuelLevel,FuelLevelPct"

/* And what else a page draws, or the map is learnt from. */
#define MAIN_FIELDS \
  KEY_FIELDS \
  ",SessionTimeRemain,SessionLapsRemainEx,BrakeABSactive,EngineWarnings," \
  "WaterTemp,OilTemp,TrackTempCrew,AirTemp,PlayerCarMyIncidentCount,LatAccel," \
  "LongAccel,VelocityX,VelocityY,Yaw,YawNorth,PlayerCarSL*," \
  "CarIdxLapDistPct,CarIdxTrackSurface,CarIdxOnPitRoad,CarIdxPosition," \
  "CarIdxClassPosition,CarIdxLap,CarIdxEstTime"

static const struct {
  const gchar *word;
  const gchar *fields;
  guint rate_hz; /* 0 = each tick */
} sets[] = {
  [PB_THIN_NONE] = { "all", "", 0 },
  [PB_THIN_MAIN] = { "main", MAIN_FIELDS, 0 },
  [PB_THIN_KEY] = { "key", KEY_FIELDS, 20 },
  [PB_THIN_LEAST] = { "least", KEY_FIELDS, 10 },
};

/**
 * pb_thin_to_string:
 * @thin: how thin
 *
 * Returns: (transfer none): its word in status, logs and recordings
 */
const gchar *
pb_thin_to_string (PbThin thin)
{
  return sets[thin].word;
}

/**
 * pb_thin_get_fields:
 * @thin: how thin
 *
 * Returns: (transfer none): as telemetryenc's property of that name takes them;
 *   names that a car lacks are passed over
 */
const gchar *
pb_thin_get_fields (PbThin thin)
{
  return sets[thin].fields;
}

/**
 * pb_thin_get_divisor:
 * @thin: how thin
 * @tick_rate_hz: of the simulator
 *
 * Returns: one row of so many ticks, never less often than is said of @thin
 */
guint
pb_thin_get_divisor (PbThin thin, guint tick_rate_hz)
{
  return sets[thin].rate_hz > 0 ? MAX (tick_rate_hz / sets[thin].rate_hz, 1)
                                : 1;
}
