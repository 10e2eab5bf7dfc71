/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The page's end of the control channel; it comes back by itself. */

import {
  commandText, helloText, parseControl, SUBPROTOCOL,
  type AgentFlash, type AgentInfo, type ControlMessage, type Order, type ReceiptState,
} from '../protocol/control.js';
import { backoffMs } from './backoff.js';
import { Emitter } from './emitter.js';

/* The server speaks each second. */
const SILENT_MS = 5000;
/* A link's cookie and an old server have no such channel: asked for rarely. */
const REFUSED_AFTER = 4;
const REFUSED_MS = 60000;

export interface OrderResult {
  readonly state: ReceiptState;
  readonly reason: string;
  /** Why what of it is not done, though the rest is. */
  readonly refused: readonly string[];
  /** What came before the receipt, if all of it did. */
  readonly diagnostics: string | null;
  /** What was shown on the driver's screen. */
  readonly flash: AgentFlash | null;
}

/* Nothing came of it. */
function nothing(state: ReceiptState, reason: string): OrderResult {
  return { state, reason, refused: [], diagnostics: null, flash: null };
}

interface Waiting {
  readonly tell: (result: OrderResult) => void;
  /** The server has taken it. */
  accepted: boolean;
  text: string;
  parts: number;
  complete: boolean;
}

export interface ControlEvents {
  /** null: the channel is away. */
  readonly agents: readonly AgentInfo[] | null;
  /** Why there will be no channel, in words: page and server do not fit. */
  readonly refused: string;
}

export class ControlLink extends Emitter<ControlEvents> {
  readonly #version: string;
  readonly #waiting = new Map<string, Waiting>();
  #socket: WebSocket | undefined;
  #started = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardMs = 0;
  /* The server has said that it would refuse again. */
  #refused = false;
  mayControl = false;

  constructor(version: string) {
    super();
    this.#version = version;
  }

  /** A second time does nothing. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#connect();
    setInterval(() => {
      if (this.#socket && performance.now() - this.#heardMs > SILENT_MS) {
        this.#socket.close();
        this.#lost(this.#socket);
      }
    }, 1000);
  }

  /** The server was away and is heard of again: what failed meanwhile was no
   * refusal, and nobody waits for the next try. */
  again(): void {
    if (!this.#started || this.#refused || this.#socket) return;
    clearTimeout(this.#timer);
    this.#failures = 0;
    this.#connect();
  }

  /** Gives a command; the answer is the last that is heard of it. */
  order(order: Order): Promise<OrderResult> {
    const socket = this.#socket;
    if (!socket || socket.readyState !== WebSocket.OPEN) {
      return Promise.resolve(
        nothing('refused', 'The server cannot be reached.'));
    }
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)),
      (byte) => byte.toString(16).padStart(2, '0')).join('');
    return new Promise((resolve) => {
      this.#waiting.set(id,
        {
          tell: resolve, accepted: false, text: '', parts: 0, complete: false,
        });
      socket.send(commandText(id, order));
    });
  }

  #connect(): void {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(
      `${scheme}//${location.host}/api/v1/control`, SUBPROTOCOL);
    this.#socket = socket;
    this.#heardMs = performance.now() + SILENT_MS;
    socket.addEventListener('open', () => socket.send(helloText(this.#version)));
    socket.addEventListener('message', (e) => {
      this.#heardMs = performance.now();
      const message = typeof e.data === 'string'
        ? parseControl(e.data) : undefined;
      if (message) this.#take(message);
    });
    socket.addEventListener('close', () => this.#lost(socket));
  }

  #take(message: ControlMessage): void {
    if (message.type === 'welcome') {
      this.#failures = 0;
      this.#refused = false;
      this.mayControl = message.mayControl;
    } else if (message.type === 'agents') {
      this.emit('agents', message.agents);
    } else if (message.type === 'diagnostics') {
      const waiting = this.#waiting.get(message.id);
      if (!waiting || message.part !== waiting.parts + 1) return;
      waiting.parts++;
      waiting.text += message.text;
      waiting.complete = message.last;
    } else if (message.type === 'receipt' && message.state === 'accepted') {
      const waiting = this.#waiting.get(message.id);
      if (waiting) waiting.accepted = true;
    } else if (message.type === 'receipt') {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      waiting?.tell({
        state: message.state, reason: message.reason,
        refused: message.refused,
        diagnostics: waiting.complete ? waiting.text : null,
        flash: message.flash,
      });
    } else if (message.type === 'error' && !message.fatal) {
      this.#notTaken(message.message);
    } else if (message.type === 'error' && !this.#refused) {
      this.#refused = true;
      this.emit('refused', message.message);
    }
  }

  /* What the server cannot use has no receipt: it is the first that it has not
   * spoken of, for it answers in order. */
  #notTaken(reason: string): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.accepted) continue;
      this.#waiting.delete(id);
      waiting.tell(nothing('refused', reason));
      return;
    }
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    this.#failures++;
    for (const { tell } of this.#waiting.values()) {
      tell(nothing('lost', 'The connection to the server broke.'));
    }
    this.#waiting.clear();
    this.emit('agents', null);
    this.#timer = setTimeout(() => this.#connect(), this.#refused || this.#failures > REFUSED_AFTER
      ? REFUSED_MS : backoffMs(this.#failures, Math.random()));
  }
}
