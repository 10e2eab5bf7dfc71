/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the page shows of a row, read by name from iRacing's variables. A car
 * without a variable has NaN there, and the page leaves the place empty. */

import type { Field, Schema } from './schema.js';

/** The driver's inputs and what they do, one row. */
export interface Inputs {
  readonly tick: number;
  /** Tick in seconds of the simulator. */
  readonly timeS: number;
  readonly speedMps: number;
  readonly rpm: number;
  /** -1 reverse, 0 neutral. */
  readonly gear: number;
  /** 0..1 each. */
  readonly throttle: number;
  readonly brake: number;
  readonly clutch: number;
  /** Positive to the left. */
  readonly steeringRad: number;
}

export interface CarState extends Inputs {
  readonly absActive: boolean;
  readonly lap: number;
  /** 0..1 round the track. */
  readonly lapPct: number;
  readonly lapTimeS: number;
  readonly lastLapS: number;
  readonly bestLapS: number;
  readonly fuelL: number;
  readonly fuelPct: number;
  readonly position: number;
  readonly classPosition: number;
  readonly onPitRoad: boolean;
  readonly onTrack: boolean;
  /** irsdk_Flags, unsigned. */
  readonly flags: number;
  /** irsdk_EngineWarnings. */
  readonly warnings: number;
  readonly waterC: number;
  readonly oilC: number;
  readonly trackC: number;
  readonly airC: number;
  readonly incidents: number;
  readonly timeRemainS: number;
  readonly lapsRemain: number;
  readonly sessionNum: number;
  /** irsdk_SessionState: below 4 nobody races yet. */
  readonly sessionState: number;
  readonly playerCarIdx: number;
  readonly latAccel: number;
  readonly longAccel: number;
  readonly shiftFirstRpm: number;
  readonly shiftRpm: number;
  readonly shiftBlinkRpm: number;
}

/** One car on the track. */
export interface CarSpot {
  readonly carIdx: number;
  readonly lapPct: number;
  readonly onPitRoad: boolean;
  readonly position: number;
  readonly classPosition: number;
  /** Laps begun. */
  readonly lap: number;
  /** Time from the line to here as the simulator estimates it. */
  readonly estS: number;
}

export const EngineWarning = {
  waterTemp: 0x01, fuelPressure: 0x02, oilPressure: 0x04, stalled: 0x08,
  pitLimiter: 0x10, revLimiter: 0x20, oilTemp: 0x40, mandatoryRepair: 0x80,
  optionalRepair: 0x100,
} as const;

/* "Unlimited" in iRacing's words. */
const UNLIMITED_LAPS = 32767;
const UNLIMITED_S = 604800;

function positive(n: number): number {
  return n > 0 ? n : NaN;
}

/** Reads rows of one schema. */
export class CarReader {
  readonly #tickRate: number;
  readonly #fields = new Map<string, Field>();

  constructor(schema: Schema) {
    this.#tickRate = schema.tickRate;
    for (const name of NAMES) {
      const field = schema.field(name);
      if (field) this.#fields.set(name, field);
    }
  }

  /** Whether the rows of this car carry other cars' places. */
  get hasOthers(): boolean {
    return this.#fields.has('CarIdxLapDistPct');
  }

  #num(row: DataView, name: Name): number {
    return this.#fields.get(name)?.read(row) ?? NaN;
  }

  #flag(row: DataView, name: Name): boolean {
    return this.#fields.get(name)?.read(row) === 1;
  }

  inputs(tick: number, row: DataView): Inputs {
    return {
      tick,
      timeS: tick / this.#tickRate,
      speedMps: this.#num(row, 'Speed'),
      rpm: this.#num(row, 'RPM'),
      gear: this.#num(row, 'Gear'),
      throttle: this.#num(row, 'Throttle'),
      brake: this.#num(row, 'Brake'),
      clutch: this.#num(row, 'Clutch'),
      steeringRad: this.#num(row, 'SteeringWheelAngle'),
    };
  }

  /** The same of a row whose INPUT_FIELDS alone are known. */
  inputsOf(tick: number, values: readonly (number | null)[]): Inputs {
    const [speed, rpm, gear, throttle, brake, steering] =
      values.map((n) => n ?? NaN);
    return {
      tick,
      timeS: tick / this.#tickRate,
      speedMps: speed ?? NaN,
      rpm: rpm ?? NaN,
      gear: gear ?? NaN,
      throttle: throttle ?? NaN,
      brake: brake ?? NaN,
      clutch: NaN,
      steeringRad: steering ?? NaN,
    };
  }

  state(tick: number, row: DataView): CarState {
    const timeRemainS = this.#num(row, 'SessionTimeRemain');
    const lapsRemain = this.#num(row, 'SessionLapsRemainEx');
    return {
      ...this.inputs(tick, row),
      absActive: this.#flag(row, 'BrakeABSactive'),
      lap: this.#num(row, 'Lap'),
      lapPct: this.#num(row, 'LapDistPct'),
      lapTimeS: this.#num(row, 'LapCurrentLapTime'),
      lastLapS: positive(this.#num(row, 'LapLastLapTime')),
      bestLapS: positive(this.#num(row, 'LapBestLapTime')),
      fuelL: this.#num(row, 'FuelLevel'),
      fuelPct: this.#num(row, 'FuelLevelPct'),
      position: positive(this.#num(row, 'PlayerCarPosition')),
      classPosition: positive(this.#num(row, 'PlayerCarClassPosition')),
      onPitRoad: this.#flag(row, 'OnPitRoad'),
      onTrack: this.#flag(row, 'IsOnTrack'),
      flags: this.#num(row, 'SessionFlags') >>> 0,
      warnings: this.#num(row, 'EngineWarnings') >>> 0,
      waterC: this.#num(row, 'WaterTemp'),
      oilC: this.#num(row, 'OilTemp'),
      trackC: this.#num(row, 'TrackTempCrew'),
      airC: this.#num(row, 'AirTemp'),
      incidents: this.#num(row, 'PlayerCarMyIncidentCount'),
      timeRemainS: timeRemainS >= 0 && timeRemainS < UNLIMITED_S
        ? timeRemainS : NaN,
      lapsRemain: lapsRemain >= 0 && lapsRemain < UNLIMITED_LAPS
        ? lapsRemain : NaN,
      sessionNum: this.#num(row, 'SessionNum'),
      sessionState: this.#num(row, 'SessionState'),
      playerCarIdx: this.#num(row, 'PlayerCarIdx'),
      latAccel: this.#num(row, 'LatAccel'),
      longAccel: this.#num(row, 'LongAccel'),
      shiftFirstRpm: this.#num(row, 'PlayerCarSLFirstRPM'),
      shiftRpm: this.#num(row, 'PlayerCarSLShiftRPM'),
      shiftBlinkRpm: this.#num(row, 'PlayerCarSLBlinkRPM'),
    };
  }

  /** Cars that are in the world; -1 in iRacing's arrays means they are not. */
  spots(row: DataView): CarSpot[] {
    const pct = this.#fields.get('CarIdxLapDistPct');
    if (!pct) return [];
    const surface = this.#fields.get('CarIdxTrackSurface');
    const pit = this.#fields.get('CarIdxOnPitRoad');
    const place = this.#fields.get('CarIdxPosition');
    const classPlace = this.#fields.get('CarIdxClassPosition');
    const lap = this.#fields.get('CarIdxLap');
    const est = this.#fields.get('CarIdxEstTime');
    const out: CarSpot[] = [];
    for (let carIdx = 0; carIdx < pct.variable.count; carIdx++) {
      const lapPct = pct.read(row, carIdx);
      if (!(lapPct >= 0) || surface?.read(row, carIdx) === -1) continue;
      out.push({
        carIdx,
        lapPct: lapPct % 1,
        onPitRoad: pit?.read(row, carIdx) === 1,
        position: positive(place?.read(row, carIdx) ?? NaN),
        classPosition: positive(classPlace?.read(row, carIdx) ?? NaN),
        lap: lap?.read(row, carIdx) ?? NaN,
        estS: est?.read(row, carIdx) ?? NaN,
      });
    }
    return out;
  }
}

/** What CarReader.inputsOf() takes, in this order. */
export const INPUT_FIELDS = [
  'Speed', 'RPM', 'Gear', 'Throttle', 'Brake', 'SteeringWheelAngle',
] as const;

const NAMES = [
  'Speed', 'RPM', 'Gear', 'Throttle', 'Brake', 'Clutch', 'SteeringWheelAngle',
  'BrakeABSactive', 'Lap', 'LapDistPct', 'LapCurrentLapTime', 'LapLastLapTime',
  'LapBestLapTime', 'FuelLevel', 'FuelLevelPct', 'PlayerCarPosition',
  'PlayerCarClassPosition', 'OnPitRoad', 'IsOnTrack', 'SessionFlags',
  'EngineWarnings', 'WaterTemp', 'OilTemp', 'TrackTempCrew', 'AirTemp',
  'PlayerCarMyIncidentCount', 'SessionTimeRemain', 'SessionLapsRemainEx',
  'SessionNum', 'SessionState', 'PlayerCarIdx', 'LatAccel', 'LongAccel',
  'PlayerCarSLFirstRPM', 'PlayerCarSLShiftRPM', 'PlayerCarSLBlinkRPM',
  'CarIdxLapDistPct', 'CarIdxTrackSurface', 'CarIdxOnPitRoad',
  'CarIdxPosition', 'CarIdxClassPosition', 'CarIdxLap', 'CarIdxEstTime',
] as const;
type Name = (typeof NAMES)[number];
