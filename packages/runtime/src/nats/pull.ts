/**
 * Takes messages from a durable consumer, exactly as many as there are free slots.
 *
 * One pull request is outstanding at a time; it is renewed when it is used up, ends, falls silent or the connection comes back. The
 * library's own `consume()` asks for more than there is room for and stalls for over 14 s after a leader loss (measured.md 1.6, 3.1).
 */
import { createInbox, type Msg, nuid, type Subscription } from "@nats-io/transport-node";
import type { Logger } from "pino";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { type Random, systemRandom } from "../random.ts";
import { parseAckSubject } from "./ack-subject.ts";
import type { Link } from "./connection.ts";
import { HeldMessages, type PulledMessage } from "./held-messages.ts";

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
const NANOS = 1_000_000;

/** Starts to pull at once, unless it begins paused. */
export function startPull(options: PullOptions): PullLoop {
  const loop = new SlotPull(options);
  if (options.isPaused !== true) loop.resume();
  return loop;
}

class SlotPull implements PullLoop {
  readonly #options: PullOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #next: string;
  readonly #held: HeldMessages;
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
  #isTaking = false;
  #isAside = false;
  #whenAnswered: (() => void)[] = [];

  constructor(options: PullOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#slots = options.slots;
    this.#held = new HeldMessages({
      link: options.link,
      run: options.run,
      onFree: () => {
        if (this.#left === 0) this.#pullSoon(0);
      },
      logger: options.logger,
    });
    this.#next = `${options.link.apiPrefix}.CONSUMER.MSG.NEXT.${options.stream}.${options.durable}`;
    this.#watch = setInterval(() => this.#onWatch(), WATCH_MS);
    this.#watch.unref();
    this.#endRenewals = options.link.renewal.add(() => this.#standAside());
    void this.#followConnection();
  }

  held(): number[] {
    return this.#held.sequences();
  }

  resume(): void {
    if (this.#isStopped || this.#isTaking) return;
    this.#isTaking = true;
    if (!this.#isAside) this.#open();
  }

  #open(): void {
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
    this.#isTaking = false;
    this.#subscription = undefined;
    this.#left = 0;
    this.#answered();
    // What is on its way still comes, and is then given back.
    if (subscription) await this.#drain(subscription);
  }

  /** Ends the server's interest, and waits for what is on its way. */
  async #drain(subscription: Subscription): Promise<void> {
    if (subscription.isClosed()) return;
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
    await this.#held.allDealtWith();
    clearInterval(this.#watch);
  }

  /**
   * Asks for no more until it is told to go on, and waits for the end of what it has asked for; then for what requests that were given up for
   * silence bring yet. All of it is taken: what a pause gives back right before the connection ends does not get there.
   */
  async #standAside(): Promise<() => void> {
    this.#isAside = true;
    if (this.#left > 0) await new Promise<void>((resolve) => this.#whenAnswered.push(resolve));
    const subscription = this.#subscription;
    if (subscription) await this.#drain(subscription);
    if (this.#subscription === subscription) this.#subscription = undefined;
    return () => {
      this.#isAside = false;
      if (this.#isTaking && !this.#subscription) this.#open();
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
    try {
      this.#options.link.nc.publish(this.#next, JSON.stringify(request), { reply: this.#inbox + this.#request });
    } catch (error) {
      this.#options.logger.debug({ reason: messageOf(error) }, "pull request not published");
    }
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
    if (!this.#held.isRedelivery(reply, at)) {
      const hasRoom = subscription === this.#subscription && this.#held.size < this.#slots;
      if (hasRoom) this.#held.take(message, reply, at, this.#heardMs);
      else this.#held.refuse(reply);
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

  #onWatch(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#left > 0 && nowMs - this.#heardMs > SILENCE_MS) this.#requestEnded("silent", 0);
    this.#held.sayWorking(nowMs);
  }

  async #followConnection(): Promise<void> {
    for await (const status of this.#options.link.nc.status()) {
      if (this.#isStopped) return;
      // The server forgot the request with the connection.
      if (status.type === "reconnect") this.#requestEnded("reconnected", 0);
    }
  }
}
