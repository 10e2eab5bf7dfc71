/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Picture and telemetry by connections of their own: what is trimmed, by hand or
 * by a flash that the driver's screen shows. */

import type { Composition } from '../live/compositor.js';
import type { OrderResult } from '../live/control-link.js';
import { FlashHunt, type FlashAnswer } from '../live/flash-hunt.js';
import { FlashLook } from '../live/flash-look.js';
import { Trim } from '../live/trim.js';
import type { SyncInfo } from '../protocol/model.js';
import { SyncTrimWidget } from '../widgets/sync-trim.js';
import { toast } from '../widgets/toast.js';

/** Between two looks whether enough was seen. */
const TURN_MS = 100;

export interface PairingWorld {
  /** Of the driver on the stage. */
  readonly sync: () => SyncInfo | undefined;
  readonly frameMs: () => number;
  readonly tickRateHz: () => number;
  readonly mayControl: () => boolean;
  /** The driver's agent is there, and knows the command. */
  readonly mayFlash: () => boolean;
  readonly askFlash: () => Promise<OrderResult>;
  readonly send: (offsetMs: number) => Promise<number>;
}

export class PairingPanel {
  readonly #world: PairingWorld;
  readonly #trimmer: Trim;
  readonly #hunt: FlashHunt;
  readonly #widget: SyncTrimWidget;
  #look: FlashLook | undefined;

  constructor(root: HTMLElement, world: PairingWorld) {
    this.#world = world;
    this.#trimmer = new Trim(world.send,
      (why) => toast(`Not trimmed: ${why}`, 'bad'));
    this.#hunt = new FlashHunt({
      ask: () => this.#askFlash(),
      now: () => performance.now(),
      offsetMs: () => this.#trimmer.offsetMs,
      frameMs: world.frameMs,
      tickMs: () => 1000 / world.tickRateHz(),
      changed: () => this.show(),
    });
    this.#widget = new SyncTrimWidget(root, {
      by: (ms) => this.trim(0, ms),
      reset: () => this.reset(),
      find: () => this.#find(),
      take: (offsetMs) => this.#set(offsetMs),
    });
    setInterval(() => this.#hunt.turn(), TURN_MS);
  }

  /** By so many pictures and milliseconds. */
  trim(frames: number, ms: number): void {
    this.#set(this.#trimmer.offsetMs + frames * this.#world.frameMs() + ms);
  }

  reset(): void {
    this.#set(0);
  }

  /** What the server says of the driver on the stage. */
  heard(): void {
    const sync = this.#world.sync();
    if (sync) this.#trimmer.heard(sync.offsetMs);
    this.show();
  }

  /** Another driver is on the stage. */
  selected(): void {
    this.#trimmer.heard(this.#world.sync()?.offsetMs ?? 0);
    this.#hunt.forget();
  }

  /** A frame is drawn; it is there until this returns. */
  framed(source: CanvasImageSource, c: Composition): void {
    if (!this.#hunt.looks) return;
    const look = this.#look ??= new FlashLook();
    this.#hunt.frame({
      read: (nowMs) =>
        look.read(source, c.pictureWidth, c.pictureHeight, nowMs),
      rowTick: c.lock === 'exact' ? c.sample?.rows.at(-1)?.tick ?? null : null,
    });
  }

  show(): void {
    const sync = this.#world.sync();
    if (!sync?.paired) {
      this.#widget.update(null);
      return;
    }
    const { offsetMs } = this.#trimmer;
    const { words, busy, offerMs } = this.#hunt.state;
    this.#widget.update({
      device: sync.device, offsetMs,
      delayMs: sync.delayMs - sync.offsetMs + offsetMs,
      byClock: sync.byClock, frameMs: this.#world.frameMs(), mayTrim: this.#mayTrim,
      flash: { mayAsk: this.#world.mayFlash(), words, busy, offerMs },
    });
  }

  get #mayTrim(): boolean {
    return this.#world.mayControl() && this.#world.sync()?.paired === true;
  }

  #set(offsetMs: number): void {
    if (!this.#mayTrim) return;
    if (!this.#hunt.looks) this.#hunt.forget();
    void this.#trimmer.set(offsetMs);
    this.show();
  }

  #find(): void {
    if (!this.#mayTrim) return;
    this.#look = undefined;
    void this.#hunt.begin();
  }

  async #askFlash(): Promise<FlashAnswer> {
    const { state, reason, flash } = await this.#world.askFlash();
    return state === 'executed' && flash
      ? { shown: flash, reason: '' }
      : { shown: null, reason: reason || 'the agent did not say why.' };
  }
}
