/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The values of one row by the simulator's own names, all as double. */
#pragma once

#include "rs-race.h"

/*
 * X (name, count). Members carry the SDK's names, so that a variable finds its
 * value by name. A scalar that has a 360 Hz twin is the twin's last element.
 */
#define RS_FRAME_FIELDS(X) \
  X (SessionTime, 1) \
  X (SessionTick, 1) \
  X (SessionState, 1) \
  X (SessionFlags, 1) \
  X (SessionTimeRemain, 1) \
  X (SessionTimeTotal, 1) \
  X (SessionTimeOfDay, 1) \
  X (ReplayFrameNumEnd, 1) \
  X (FrameRate, 1) \
  X (CpuUsageFG, 1) \
  X (CpuUsageBG, 1) \
  X (GpuUsage, 1) \
  X (ChanAvgLatency, 1) \
  X (ChanLatency, 1) \
  X (ChanQuality, 1) \
  X (MemSoftPageFaultSec, 1) \
  X (PlayerCarPosition, 1) \
  X (PlayerCarClassPosition, 1) \
  X (PlayerTrackSurface, 1) \
  X (PlayerTrackSurfaceMaterial, 1) \
  X (PlayerCarIdx, 1) \
  X (PlayerCarInPitStall, 1) \
  X (CamCarIdx, 1) \
  X (SessionNum, 1) \
  X (SessionLapsRemain, 1) \
  X (SessionLapsRemainEx, 1) \
  X (SessionLapsTotal, 1) \
  X (IsOnTrack, 1) \
  X (IsOnTrackCar, 1) \
  X (IsInGarage, 1) \
  X (IsReplayPlaying, 1) \
  X (ReplayPlaySpeed, 1) \
  X (ReplaySessionTime, 1) \
  X (ReplaySessionNum, 1) \
  X (ReplayFrameNum, 1) \
  X (PlayerCarTeamIncidentCount, 1) \
  X (PlayerCarMyIncidentCount, 1) \
  X (PlayerCarDriverIncidentCount, 1) \
  X (PlayerIncidents, 1) \
  X (PlayerCarTowTime, 1) \
  X (PlayerCarPitSvStatus, 1) \
  X (PlayerTireCompound, 1) \
  X (PaceMode, 1) \
  X (PitsOpen, 1) \
  X (PitRepairLeft, 1) \
  X (PitOptRepairLeft, 1) \
  X (PitstopActive, 1) \
  X (PitSvFlags, 1) \
  X (PitSvFuel, 1) \
  X (PitSvTireCompound, 1) \
  X (TireSetsUsed, 1) \
  X (LFTiresUsed, 1) \
  X (RFTiresUsed, 1) \
  X (LRTiresUsed, 1) \
  X (RRTiresUsed, 1) \
  X (LeftTireSetsUsed, 1) \
  X (RightTireSetsUsed, 1) \
  X (FrontTireSetsUsed, 1) \
  X (RearTireSetsUsed, 1) \
  X (DCDriversSoFar, 1) \
  X (TrackTemp, 1) \
  X (TrackTempCrew, 1) \
  X (AirTemp, 1) \
  X (TrackWetness, 1) \
  X (Skies, 1) \
  X (WindVel, 1) \
  X (WindDir, 1) \
  X (RelativeHumidity, 1) \
  X (FogLevel, 1) \
  X (Precipitation, 1) \
  X (WeatherDeclaredWet, 1) \
  X (CarIdxPaceLine, RS_MAX_CARS) \
  X (CarIdxPaceRow, RS_MAX_CARS) \
  X (CarIdxPaceFlags, RS_MAX_CARS) \
  X (CarIdxLap, RS_MAX_CARS) \
  X (CarIdxLapCompleted, RS_MAX_CARS) \
  X (CarIdxLapDistPct, RS_MAX_CARS) \
  X (CarIdxTrackSurface, RS_MAX_CARS) \
  X (CarIdxTrackSurfaceMaterial, RS_MAX_CARS) \
  X (CarIdxOnPitRoad, RS_MAX_CARS) \
  X (CarIdxPosition, RS_MAX_CARS) \
  X (CarIdxClassPosition, RS_MAX_CARS) \
  X (CarIdxClass, RS_MAX_CARS) \
  X (CarIdxF2Time, RS_MAX_CARS) \
  X (CarIdxEstTime, RS_MAX_CARS) \
  X (CarIdxLastLapTime, RS_MAX_CARS) \
  X (CarIdxBestLapTime, RS_MAX_CARS) \
  X (CarIdxBestLapNum, RS_MAX_CARS) \
  X (CarIdxTireCompound, RS_MAX_CARS) \
  X (CarIdxSessionFlags, RS_MAX_CARS) \
  X (CarIdxSteer, RS_MAX_CARS) \
  X (CarIdxRPM, RS_MAX_CARS) \
  X (CarIdxGear, RS_MAX_CARS) \
  X (OnPitRoad, 1) \
  X (SteeringWheelAngle, 1) \
  X (Throttle, 1) \
  X (Brake, 1) \
  X (Clutch, 1) \
  X (ThrottleRaw, 1) \
  X (BrakeRaw, 1) \
  X (ClutchRaw, 1) \
  X (Gear, 1) \
  X (RPM, 1) \
  X (Engine0_RPM, 1) \
  X (Lap, 1) \
  X (LapCompleted, 1) \
  X (LapDist, 1) \
  X (LapDistPct, 1) \
  X (RaceLaps, 1) \
  X (CarDistAhead, 1) \
  X (CarDistBehind, 1) \
  X (CarLeftRight, 1) \
  X (LapBestLap, 1) \
  X (LapBestLapTime, 1) \
  X (LapLastLapTime, 1) \
  X (LapCurrentLapTime, 1) \
  X (LapDeltaToBestLap, 1) \
  X (LapDeltaToBestLap_DD, 1) \
  X (LapDeltaToBestLap_OK, 1) \
  X (LapDeltaToOptimalLap, 1) \
  X (LapDeltaToOptimalLap_DD, 1) \
  X (LapDeltaToOptimalLap_OK, 1) \
  X (LapDeltaToSessionBestLap, 1) \
  X (LapDeltaToSessionBestLap_DD, 1) \
  X (LapDeltaToSessionBestLap_OK, 1) \
  X (LapDeltaToSessionOptimalLap, 1) \
  X (LapDeltaToSessionOptimalLap_DD, 1) \
  X (LapDeltaToSessionOptimalLap_OK, 1) \
  X (LapDeltaToSessionLastlLap, 1) \
  X (LapDeltaToSessionLastlLap_DD, 1) \
  X (LapDeltaToSessionLastlLap_OK, 1) \
  X (Speed, 1) \
  X (Yaw, 1) \
  X (YawNorth, 1) \
  X (Pitch, 1) \
  X (Roll, 1) \
  X (EnterExitReset, 1) \
  X (Lat, 1) \
  X (Lon, 1) \
  X (Alt, 1) \
  X (BrakeABSactive, 1) \
  X (BrakeABScutPct, 1) \
  X (dcPitSpeedLimiterToggle, 1) \
  X (EngineWarnings, 1) \
  X (FuelLevel, 1) \
  X (FuelLevelPct, 1) \
  X (FuelUsePerHour, 1) \
  X (ShiftIndicatorPct, 1) \
  X (SteeringWheelPctTorque, 1) \
  X (SteeringWheelPctTorqueSign, 1) \
  X (SteeringWheelPctTorqueSignStops, 1) \
  X (WaterTemp, 1) \
  X (OilTemp, 1) \
  X (OilPress, 1) \
  X (ManifoldPress, 1) \
  X (Voltage, 1) \
  X (SteeringWheelTorque_ST, RS_SUBSTEPS) \
  X (VelocityX_ST, RS_SUBSTEPS) \
  X (VelocityY_ST, RS_SUBSTEPS) \
  X (VelocityZ_ST, RS_SUBSTEPS) \
  X (YawRate_ST, RS_SUBSTEPS) \
  X (PitchRate_ST, RS_SUBSTEPS) \
  X (RollRate_ST, RS_SUBSTEPS) \
  X (VertAccel_ST, RS_SUBSTEPS) \
  X (LatAccel_ST, RS_SUBSTEPS) \
  X (LongAccel_ST, RS_SUBSTEPS) \
  X (CFSRrideHeight, 1) \
  RS_FRAME_WHEEL_FIELDS (X, LF) \
  RS_FRAME_WHEEL_FIELDS (X, RF) \
  RS_FRAME_WHEEL_FIELDS (X, LR) \
  RS_FRAME_WHEEL_FIELDS (X, RR)

/* In the order of RsFrameWheel. */
#define RS_FRAME_WHEEL_FIELDS(X, w) \
  X (w##brakeLinePress, 1) \
  X (w##odometer, 1) \
  X (w##speed, 1) \
  X (w##pressure, 1) \
  X (w##rideHeight, 1) \
  X (w##tempL, 1) \
  X (w##tempM, 1) \
  X (w##tempR, 1) \
  X (w##tempCL, 1) \
  X (w##tempCM, 1) \
  X (w##tempCR, 1) \
  X (w##wearL, 1) \
  X (w##wearM, 1) \
  X (w##wearR, 1) \
  X (w##shockDefl_ST, RS_SUBSTEPS) \
  X (w##shockVel_ST, RS_SUBSTEPS)

/* One wheel's part of a frame. */
typedef struct {
  double brake_line_bar, odometer_m, speed_mps, pressure_kpa, ride_height_m;
  double temp_c[3], carcass_c[3], wear[3];
  double shock_m[RS_SUBSTEPS], shock_mps[RS_SUBSTEPS];
} RsFrameWheel;

#define RS_FRAME_MEMBER(name, count) double name[count];
typedef struct {
  RS_FRAME_FIELDS (RS_FRAME_MEMBER)
} RsFrame;
#undef RS_FRAME_MEMBER
