/**
 * Takes messages from a durable consumer, exactly as many as there are free slots.
 *
 * One pull request is outstanding at a time; it is renewed when it is used up, ends, falls silent or the connection comes back. The
 * library's own `consume()` asks for more than there is room for and stalls for over 14 s after a leader loss (measured.md 1.6, 3.1).
 */
import { createInbox, type Msg, type MsgHdrs, nuid, type Subscription } from "@nats-io/transport-node";
import type { Logger } from "pino";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { type Random, systemRandom } from "../random.ts";
import { type AckSubject, parseAckSubject } from "./ack-subject.ts";
import type { Link } from "./connection.ts";
import { headerBytesOf } from "./header-bytes.ts";

/** One message that this process holds until `run` settles, with what its consumer says of it. */
export interface PulledMessage {
  readonly subject: string;
  /** Made when first asked for. */
  readonly headers: MsgHdrs | undefined;
  /** The same as they came. */
  readonly headerBytes: Uint8Array | undefined;
  readonly body: Uint8Array;
  /** 1 = nobody got it before, as far as the server knows; counts restart with a server. */
  readonly deliveries: number;
  readonly streamSequence: number;
  readonly consumerSequence: number;
  readonly storedAtMs: number;
  /** Messages that wait behind it in the consumer. */
  readonly pending: number;
  /** Monotonic. */
  readonly arrivedMs: number;
  /** Dealt with; not awaited, goes out a moment later, may be lost. */
  ack(): void;
  /** Still being worked on. The loop says so by itself every 2 s while `run` is pending. */
  working(): void;
  /** Back to the consumer, for another delivery after `delayMs` (default at once). */
  giveBack(delayMs?: number): void;
}

export interface PullOptions {
  readonly link: Link;
  readonly stream: string;
  readonly durable: string;
  /** Most messages held at once. */
  readonly slots: number;
  /** Takes nothing before it is resumed. Default false. */
  readonly isPaused?: boolean;
  /** Deals with one message; its slot is free when the promise settles. A rejection is logged and gives the message back. */
  readonly run: (message: PulledMessage) => Promise<void>;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface PullLoop {
  /** Stream sequences of the messages that are held. */
  held(): number[];
  /** Takes no more messages until {@link resume}; what is held runs on. */
  pause(): Promise<void>;
  resume(): void;
  /** Changes the number of slots; a smaller one is reached as messages end. */
  resize(slots: number): void;
  /** Takes no more messages, and waits until those that are held are dealt with and that is said. */
  stop(): Promise<void>;
}

const EXPIRES_MS = 2_000;
const IDLE_HEARTBEAT_MS = 500;
/** 2.5 heartbeats. */
const SILENCE_MS = 1_250;
const WATCH_MS = 250;
const WORKING_MS = 2_000;
const NANOS = 1_000_000;
const ACK = "+ACK";
const PROGRESS = "+WPI";

/** Starts to pull at once, unless it begins paused. */
export function startPull(options: PullOptions): PullLoop {
  const loop = new SlotPull(options);
  if (options.isPaused !== true) loop.resume();
  return loop;
}

interface Held {
  /** Of the newest delivery: an older one's would be refused after a redelivery. */
  ackSubject: string;
  saidWorkingMs: number;
  /** What was said of it: `+ACK` or `-NAK …`; absent while it is open. */
  answer?: string;
}

class SlotPull implements PullLoop {
  readonly #options: PullOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #next: string;
  readonly #held = new Map<number, Held>();
  readonly #watch: NodeJS.Timeout;
  readonly #endRenewals: () => void;
  #slots: number;
  #inbox = "";
  #subscription: Subscription | undefined;
  /** The outstanding request and how many messages it may still bring. */
  #request = "";
  #left = 0;
  #heardMs = 0;
  #isPullDue = false;
  #isStopped = false;
  #isAside = false;
  #whenAnswered: (() => void)[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(options: PullOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#slots = options.slots;
    this.#next = `${options.link.apiPrefix}.CONSUMER.MSG.NEXT.${options.stream}.${options.durable}`;
    this.#watch = setInterval(() => this.#onWatch(), WATCH_MS);
    this.#watch.unref();
    this.#endRenewals = options.link.renewal.add(() => this.#standAside());
    void this.#followConnection();
  }

  held(): number[] {
    return [...this.#held.keys()];
  }

  resume(): void {
    if (this.#isStopped || this.#subscription) return;
    this.#inbox = `${createInbox(this.#options.link.inboxPrefix)}.`;
    const subscription = this.#options.link.nc.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        try {
          if (!error) this.#onMessage(message, subscription);
        } catch (thrown) {
          this.#options.logger.error({ reason: messageOf(thrown), subject: message.subject }, "message not taken");
        }
      },
    });
    this.#subscription = subscription;
    this.#left = 0;
    this.#pull();
  }

  async pause(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    this.#left = 0;
    this.#answered();
    if (!subscription || subscription.isClosed()) return;
    // Draining ends the server's interest and still hands over what is on its way, which is then given back.
    await subscription.drain().catch((error: unknown) => {
      this.#options.logger.debug({ reason: messageOf(error) }, "pull subscription not drained");
    });
  }

  resize(slots: number): void {
    this.#slots = slots;
    this.#pullSoon(0);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endRenewals();
    await this.pause();
    if (this.#held.size > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
    this.#options.link.outbox.flush();
    clearInterval(this.#watch);
  }

  /**
   * Asks for no more until it is told to go on, and waits for the end of what it has asked for. A pause would not do: what it gives back
   * right before the connection ends does not get there.
   */
  async #standAside(): Promise<() => void> {
    this.#isAside = true;
    if (this.#left > 0) await new Promise<void>((resolve) => this.#whenAnswered.push(resolve));
    return () => {
      this.#isAside = false;
      this.#pullSoon(0);
    };
  }

  #answered(): void {
    for (const resolve of this.#whenAnswered.splice(0)) resolve();
  }

  #pull(): void {
    this.#isPullDue = false;
    const batch = this.#slots - this.#held.size;
    if (!this.#subscription || this.#isAside || this.#left > 0 || batch < 1) return;
    this.#request = nuid.next();
    this.#left = batch;
    this.#heardMs = this.#clock.monotonicMs();
    const request = { batch, expires: EXPIRES_MS * NANOS, idle_heartbeat: IDLE_HEARTBEAT_MS * NANOS };
    this.#say(this.#next, JSON.stringify(request), this.#inbox + this.#request);
  }

  #pullSoon(delayMs: number): void {
    if (this.#isPullDue) return;
    this.#isPullDue = true;
    if (delayMs > 0) setTimeout(() => this.#pull(), delayMs).unref();
    else setImmediate(() => this.#pull());
  }

  #requestEnded(why: string, delayMs: number): void {
    this.#options.logger.trace({ why, durable: this.#options.durable }, "pull ended");
    this.#left = 0;
    this.#answered();
    this.#pullSoon(delayMs);
  }

  #onMessage(message: Msg, subscription: Subscription): void {
    const reply = message.reply;
    if (!reply) return this.#onStatus(message);
    const at = parseAckSubject(reply);
    if (!at || at.stream !== this.#options.stream || at.durable !== this.#options.durable) {
      this.#options.logger.warn({ subject: message.subject }, "message from nobody's consumer ignored");
      return;
    }
    this.#heardMs = this.#clock.monotonicMs();
    if (this.#left > 0 && --this.#left === 0) this.#answered();
    const known = this.#held.get(at.streamSequence);
    if (known) {
      // Redelivered while it runs here: only the acknowledgement subject is new.
      known.ackSubject = reply;
      this.#say(reply, known.answer ?? PROGRESS);
    } else if (subscription !== this.#subscription || this.#held.size >= this.#slots) {
      this.#say(reply, "-NAK");
    } else {
      this.#take(message, reply, at);
    }
    if (this.#left === 0) this.#pullSoon(0);
  }

  #onStatus(message: Msg): void {
    if (!message.subject.endsWith(this.#request)) return; // of a request that was given up
    const code = message.headers?.code ?? 0;
    this.#heardMs = this.#clock.monotonicMs();
    if (code === 100) return;
    const text = `${code} ${message.headers?.description ?? ""}`;
    const isOrdinary = code === 404 || code === 408;
    if (!isOrdinary) {
      this.#options.logger.warn({ status: text, durable: this.#options.durable }, "pull refused; trying again");
    }
    this.#requestEnded(text, isOrdinary ? 0 : 200 + this.#random.unit() * 300);
  }

  #take(message: Msg, ackSubject: string, at: AckSubject): void {
    const held: Held = { ackSubject, saidWorkingMs: this.#heardMs };
    this.#held.set(at.streamSequence, held);
    void this.#run(this.#pulled(message, at, held), at.streamSequence);
  }

  #pulled(message: Msg, at: AckSubject, held: Held): PulledMessage {
    const settle = (answer: string) => {
      if (held.answer !== undefined) return;
      held.answer = answer;
      if (answer === ACK) this.#options.link.outbox.post(held.ackSubject, answer);
      else this.#say(held.ackSubject, answer);
    };
    return {
      subject: message.subject,
      get headers() {
        return message.headers;
      },
      headerBytes: headerBytesOf(message),
      body: message.data,
      deliveries: at.deliveries,
      streamSequence: at.streamSequence,
      consumerSequence: at.consumerSequence,
      storedAtMs: at.storedAtMs,
      pending: at.pending,
      arrivedMs: this.#heardMs,
      ack: () => settle(ACK),
      working: () => {
        if (held.answer === undefined) this.#say(held.ackSubject, PROGRESS);
      },
      giveBack: (delayMs = 0) => settle(delayMs > 0 ? `-NAK {"delay":${Math.round(delayMs * NANOS)}}` : "-NAK"),
    };
  }

  async #run(message: PulledMessage, sequence: number): Promise<void> {
    try {
      await this.#options.run(message);
    } catch (error) {
      this.#options.logger.error({ reason: messageOf(error), subject: message.subject }, "delivery failed");
      message.giveBack(200);
    }
    this.#held.delete(sequence);
    if (this.#held.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    if (this.#left === 0) this.#pullSoon(0);
  }

  #onWatch(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#left > 0 && nowMs - this.#heardMs > SILENCE_MS) this.#requestEnded("silent", 0);
    for (const held of this.#held.values()) {
      if (held.answer !== undefined || nowMs - held.saidWorkingMs < WORKING_MS) continue;
      held.saidWorkingMs = nowMs;
      this.#say(held.ackSubject, PROGRESS);
    }
  }

  async #followConnection(): Promise<void> {
    for await (const status of this.#options.link.nc.status()) {
      if (this.#isStopped) return;
      // The server forgot the request with the connection.
      if (status.type === "reconnect") this.#requestEnded("reconnected", 0);
    }
  }

  /** A closed connection is no reason to throw: what is held is given to somebody else by the server. */
  #say(subject: string, body: string, reply?: string): void {
    try {
      this.#options.link.nc.publish(subject, body, reply === undefined ? {} : { reply });
    } catch (error) {
      this.#options.logger.debug({ reason: messageOf(error), subject }, "not published");
    }
  }
}
