/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Typed events, called synchronously in order of subscription. */

export class Emitter<Events> {
  readonly #handlers = new Map<keyof Events, Set<(value: never) => void>>();

  /** Returns a function that ends the subscription. */
  on<K extends keyof Events>(
    name: K, handler: (value: Events[K]) => void,
  ): () => void {
    const set = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, set);
    set.add(handler as (value: never) => void);
    return () => set.delete(handler as (value: never) => void);
  }

  /** A handler that throws is reported and keeps nobody else from its turn. */
  emit<K extends keyof Events>(name: K, value: Events[K]): void {
    for (const handler of this.#handlers.get(name) ?? []) {
      try {
        (handler as (value: Events[K]) => void)(value);
      } catch (e) {
        reportError(e);
      }
    }
  }
}
