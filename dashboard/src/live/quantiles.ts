/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Quantiles over the last values of a figure. */

export class Window {
  readonly #values: Float64Array;
  #next = 0;
  #count = 0;

  /** Keeps the last `size` values. */
  constructor(size: number) {
    this.#values = new Float64Array(size);
  }

  push(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    this.#count = Math.min(this.#count + 1, this.#values.length);
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#next = this.#count = 0;
  }

  /** Nearest-rank quantiles, each null while there is no value. */
  quantiles(...ps: number[]): (number | null)[] {
    if (this.#count === 0) return ps.map(() => null);
    const sorted = this.#values.slice(0, this.#count).sort();
    return ps.map((p) =>
      sorted[Math.max(0, Math.ceil(p * this.#count) - 1)]!);
  }
}
