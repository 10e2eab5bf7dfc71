/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Trims by how much pictures come later than their connection says: keys and
 * buttons may be faster than the server, which gets the newest wish alone. */

/** What the server takes. */
export const MAX_OFFSET_MS = 10000;

/* What encoders are set to; a rate measured over a second is near one. */
const RATES = [24, 25, 30, 48, 50, 60, 72, 75, 90, 100, 120, 144, 240];

/** Of one picture at a rate that was measured. */
export function frameMs(fps: number | null): number {
  const measured = fps && fps > 1 ? fps : 60;
  const off = (rate: number): number => Math.abs(Math.log(rate / measured));
  const nearest = RATES.reduce((a, b) => (off(b) < off(a) ? b : a));
  return 1000 / (off(nearest) < 0.1 ? nearest : Math.round(measured));
}

export class Trim {
  readonly #send: (offsetMs: number) => Promise<number>;
  readonly #failed: (why: string) => void;
  #known = 0;
  #wanted: number | null = null;
  #busy = false;

  constructor(
    /** Gives what counts from now on. */
    send: (offsetMs: number) => Promise<number>,
    failed: (why: string) => void,
  ) {
    this.#send = send;
    this.#failed = failed;
  }

  get offsetMs(): number {
    return this.#wanted ?? this.#known;
  }

  /** What the server says, also when somebody else has trimmed. */
  heard(offsetMs: number): void {
    if (!this.#busy) this.#known = offsetMs;
  }

  /** To microseconds, which is what is kept. */
  async set(offsetMs: number): Promise<void> {
    const within = Math.min(MAX_OFFSET_MS, Math.max(-MAX_OFFSET_MS, offsetMs));
    this.#wanted = Math.round(within * 1000) / 1000;
    if (this.#busy) return;
    this.#busy = true;
    try {
      while (this.#wanted !== null && this.#wanted !== this.#known) {
        this.#known = await this.#send(this.#wanted);
        /* Rounded elsewhere, or no newer wish. */
        if (Math.abs(this.#known - this.#wanted) < 0.001) break;
      }
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
    } finally {
      this.#wanted = null;
      this.#busy = false;
    }
  }

  by(ms: number): Promise<void> {
    return this.set(this.offsetMs + ms);
  }
}
