/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is asked of an agent, where a button alone does not say enough. */

import { Refusal } from '../protocol/failure.js';
import type { AgentView, Answer, PictureOrder } from './agent-view.js';
import { formDialog, textDialog } from './dialog.js';
import {
  field, selection, type Choice, type Field,
} from './form.js';

type Tell = (words: string) => void;

const SIZES = ['640 × 360', '960 × 540', '1280 × 720', '1920 × 1080',
  '2560 × 1440'];
const RATES = ['24', '25', '30', '50', '60'];
const MESSAGE_CHARS = 200;

/* A no is told in the dialog, which stays. */
async function ask(answer: Promise<Answer>, tell: Tell): Promise<void> {
  const { done, words } = await answer;
  if (!done) throw new Refusal(words);
  tell(words);
}

/** Asks for another log level. */
export function logLevelDialog(
  levels: readonly string[], now: string,
  order: (level: string) => Promise<Answer>, tell: Tell,
): void {
  const level = selection('Log level', 'level',
    levels.map((value) => ({ value, text: value })), now,
    'Until the agent is started anew. info and debug also let its elements '
    + 'speak.');
  formDialog('Log of the agent', {
    submit: 'Set', fields: [level],
    action: () => ask(order(level.value), tell),
  });
}

/** Asks for a short text that the agent tells the driver. */
export function messageDialog(
  order: (text: string) => Promise<Answer>, tell: Tell,
): void {
  const text = field({
    label: 'Message', name: 'message',
    hint: `One line of at most ${MESSAGE_CHARS} characters. The agent writes `
      + 'it into its log and its status file; nothing covers the game.',
    attributes: { maxlength: String(MESSAGE_CHARS) },
  });
  formDialog('Message to the driver', {
    submit: 'Send', fields: [text],
    action: () => ask(order(text.value), tell),
  });
}

/* What is set now is among the choices, too. */
function choices(known: readonly string[], now: string): readonly Choice[] {
  const all = known.includes(now) || now === '' ? known : [now, ...known];
  return all.map((value) => ({ value, text: value }));
}

/* What the driver has set cannot be asked for. */
function lock(made: Field, locked: boolean): Field {
  made.input.disabled = locked;
  return made;
}

const hint = (locked: boolean, otherwise = ''): string =>
  (locked ? 'The driver has set this.' : otherwise);

/** Asks for another picture; the stream begins anew with it. */
export function pictureDialog(
  view: AgentView, order: (picture: PictureOrder) => Promise<Answer>,
  tell: Tell,
): void {
  const has = (name: string): boolean => view.driverSet.includes(name);
  const nowSize = view.width === null ? ''
    : `${view.width} × ${view.height ?? ''}`;
  const nowRate = String(view.framerate ?? '');
  const nowKey = String(view.keyIntervalMs ?? '');
  const sizeLocked = has('width') || has('height');
  const size = lock(selection('Size', 'size', choices(SIZES, nowSize), nowSize,
    hint(sizeLocked)), sizeLocked);
  const rate = lock(selection('Frames a second', 'framerate',
    choices(RATES, nowRate), nowRate, hint(has('framerate'))),
  has('framerate'));
  const key = lock(field({
    label: 'Key frame each … ms', name: 'key-interval', type: 'number',
    value: nowKey, hint: hint(has('key_interval_ms'), '200 to 20000'),
    attributes: { min: '200', max: '20000', step: '100' },
  }), has('key_interval_ms'));
  const encoder = lock(field({
    label: 'Encoder', name: 'encoder', value: view.wantedEncoder,
    hint: hint(has('encoder'), 'auto, or a name such as x264enc'),
    attributes: { maxlength: '64' },
  }), has('encoder'));

  const wanted = (): PictureOrder => {
    const [width, height] = size.value.split(' × ').map(Number);
    return {
      ...size.value === nowSize ? {}
        : { width: width ?? 0, height: height ?? 0 },
      ...rate.value === nowRate ? {} : { framerate: Number(rate.value) },
      ...key.value === nowKey ? {}
        : { keyIntervalMs: Math.round(Number(key.value)) },
      ...encoder.value === view.wantedEncoder ? {}
        : { encoder: encoder.value },
    };
  };
  formDialog('Picture', {
    submit: 'Ask for it', fields: [size, rate, key, encoder],
    action: async () => {
      const picture = wanted();
      if (Object.keys(picture).length === 0) {
        throw new Refusal('Nothing is changed.');
      }
      await ask(order(picture), tell);
    },
  });
}

/** Shows what an agent says of itself, to be saved and passed on. */
export function diagnosticsDialog(device: string, text: string): void {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  textDialog(`Diagnostics of ${device}`, text,
    `pitbox-diagnostics-${device}-${time}.txt`);
}
