/* SPDX-License-Identifier: LGPL-2.1-or-later
 * From the data channel's bytes to samples with a schema: messages that come
 * before their schema wait for it, since both are asked for at once. */

import { readHeader, SampleDecoder, type Sample } from '../protocol/sample.js';
import type { Schema } from '../protocol/schema.js';

/* Two seconds of messages: a schema that takes longer is no use to them. */
const MAX_WAITING = 120;

export interface FeedEvents {
  readonly sample: (sample: Sample, schema: Schema) => void;
  readonly undecodable: (reason: string) => void;
  /** The schema of this id is needed; called once while it is missing. */
  readonly wantSchema: (id: number) => void;
}

export class TelemetryFeed {
  readonly #events: FeedEvents;
  #decoder = new SampleDecoder();
  #waiting: ArrayBuffer[] = [];
  #asked: number | null = null;

  constructor(events: FeedEvents) {
    this.#events = events;
  }

  get schema(): Schema | undefined {
    return this.#decoder.schema;
  }

  /** A new view: its first message will be a key sample. */
  reset(): void {
    const { schema } = this.#decoder;
    this.#decoder = new SampleDecoder();
    if (schema) this.#decoder.setSchema(schema);
    this.#waiting = [];
    this.#asked = null;
  }

  /** Another driver: what the last one's rows were like says nothing. */
  forget(): void {
    this.#decoder = new SampleDecoder();
    this.#waiting = [];
    this.#asked = null;
  }

  setSchema(schema: Schema): void {
    this.#asked = null;
    this.#decoder.setSchema(schema);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) this.message(message);
  }

  /** The schema could not be had; ask again with the next message. */
  schemaFailed(): void {
    this.#asked = null;
  }

  message(message: ArrayBuffer): void {
    const header = readHeader(message);
    const known = header?.schemaId === this.#decoder.schema?.id;
    if (header && header.rowCount > 0 && !known) {
      this.#wait(message, header.schemaId);
      return;
    }
    /* Whatever comes behind a waiting message waits too: order is all. */
    if (this.#waiting.length > 0) {
      this.#queue(message);
      return;
    }
    const result = this.#decoder.decode(message);
    if (!result.ok) this.#events.undecodable(result.error);
    else if (this.#decoder.schema) {
      this.#events.sample(result.sample, this.#decoder.schema);
    }
  }

  #wait(message: ArrayBuffer, schemaId: number): void {
    this.#queue(message);
    if (this.#asked === schemaId) return;
    this.#asked = schemaId;
    this.#events.wantSchema(schemaId);
  }

  #queue(message: ArrayBuffer): void {
    this.#waiting.push(message);
    if (this.#waiting.length > MAX_WAITING) {
      this.#waiting.shift();
      this.#events.undecodable('schema');
    }
  }
}
