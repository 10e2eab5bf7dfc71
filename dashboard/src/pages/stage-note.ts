/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the stage says when it has nothing to show, and why. */

import type { ConnectionState } from '../live/connection.js';
import type { DriverInfo } from '../protocol/model.js';

export interface StageSituation {
  /** Something was composed within the last second or so. */
  readonly showing: boolean;
  readonly serverAnswers: boolean;
  /** Nothing comes from the server by any way. */
  readonly serverLost: boolean;
  readonly drivers: readonly DriverInfo[] | null;
  readonly selected: string | null;
  readonly connection: ConnectionState | null;
  readonly reason: string;
  readonly driverAway: boolean;
  readonly canH264: boolean;
}

export interface Note {
  readonly title: string;
  readonly text: string;
}

function since(utcMs: number | null): string {
  if (utcMs === null) return '';
  const t = new Date(utcMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  return ` since ${two(t.getHours())}:${two(t.getMinutes())}`;
}

/** null: the stage speaks for itself. */
export function stageNote(s: StageSituation): Note | null {
  if (s.serverLost) {
    return {
      title: 'The connection to the server is lost',
      text: 'What stands around here is old. Trying again; the page goes on '
        + 'by itself.',
    };
  }
  if (s.showing) return null;
  if (!s.serverAnswers) {
    return {
      title: 'The server does not answer',
      text: 'Trying again. The page comes back by itself.',
    };
  }
  if (s.drivers === null) return { title: 'Connecting …', text: '' };
  if (s.selected === null) {
    return {
      title: 'No driver yet',
      text: 'An engineer lets a driver’s PC in under “Pair a device”; then '
        + 'start pitbox-agent there. The picture appears by itself.',
    };
  }
  const driver = s.drivers.find((d) => d.id === s.selected);
  if (!driver) {
    return {
      title: `“${s.selected}” is not known here`,
      text: 'Choose a driver on the left, or wait for this one to connect.',
    };
  }
  if (driver.state === 'offline' && driver.sinceUtcMs === 0) {
    return {
      title: `${driver.name} is offline`,
      text: "Not seen since the server's start. Start pitbox-agent on the "
        + "driver's PC; the page goes on by itself.",
    };
  }
  if (driver.state === 'offline' || s.driverAway) {
    return {
      title: `${driver.name} is offline${since(driver.sinceUtcMs)}`,
      text: 'The page goes on by itself when the driver is back.',
    };
  }
  if (s.connection === 'retrying' || s.connection === 'refused') {
    return { title: 'Connecting again …', text: s.reason };
  }
  return {
    title: driver.mode === 'video' && s.canH264
      ? `Waiting for ${driver.name}’s picture`
      : `Waiting for ${driver.name}’s telemetry`,
    text: '',
  };
}

/** A line over the stage, or null. */
export function stageBanner(s: StageSituation): string | null {
  if (s.serverLost) return null;
  if (s.showing && !s.serverAnswers) {
    return 'The server answers no questions at the moment; picture and '
      + 'telemetry go on.';
  }
  const driver = s.drivers?.find((d) => d.id === s.selected);
  if (driver?.recording?.state === 'paused') {
    return `Not recorded at the moment: ${driver.recording.failure}.`;
  }
  if (driver?.recording?.state === 'unindexed') {
    return `Recorded, but not indexed: ${driver.recording.failure}.`;
  }
  if (driver?.contest) return `Note: ${driver.contest}.`;
  return driver?.mode === 'video' && !s.canH264
    ? 'This browser cannot decode H.264: telemetry only. Chrome, Edge and '
      + 'Safari show the picture too.'
    : null;
}
