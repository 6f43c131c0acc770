/**
 * Publishes into streams and says what became of each message. One inbox for all acknowledgements and one sweep instead of a timer per
 * publish: this is the hot path of every hop.
 *
 * What was sent before a disconnect is `unknown` at once, not after the time-out. What is published while disconnected waits for the
 * reconnect (the library would throw it away silently), at most the time-out.
 */
import { createInbox, InvalidArgumentError, type Msg, type MsgHdrs } from "@nats-io/transport-node";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { Slots } from "../slots.ts";
import type { Link } from "./connection.ts";
import { type Expectation, type HeaderFields, headerBlock } from "./header-block.ts";
import { type PublishOutcome, parsePubAck } from "./publish-outcome.ts";

export interface Publisher {
  /** Publishes one message; never rejects for what a server may answer or leave out. */
  publish(subject: string, body: Uint8Array, headers?: HeaderFields, expected?: Expectation): Promise<PublishOutcome>;
  /** Publishes still open become `unknown`. The connection stays. */
  close(): void;
}

export interface PublisherOptions {
  /** How long an acknowledgement may take, ms; default 1,000. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

interface Pending {
  /** No other publish of this publisher has it; a slot is used again. */
  readonly number: number;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers: MsgHdrs | undefined;
  readonly sinceMs: number;
  readonly settle: (outcome: PublishOutcome) => void;
  isSent: boolean;
}

/** Creates a publisher on a link. */
export function createPublisher(link: Link, options: PublisherOptions = {}): Publisher {
  return new AckedPublisher(link, options.timeoutMs ?? 1_000, options.clock ?? systemClock);
}

class AckedPublisher implements Publisher {
  readonly #link: Link;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #inbox: string;
  readonly #pending = new Slots<Pending>();
  readonly #sweep: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #count = 0;
  #isConnected: boolean;
  #isClosed = false;

  constructor(link: Link, timeoutMs: number, clock: Clock) {
    this.#link = link;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#isConnected = link.nc.info !== undefined;
    this.#inbox = `${createInbox(link.inboxPrefix)}.`;
    const subscription = link.nc.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        if (!error) this.#onAck(message);
      },
    });
    this.#unsubscribe = () => subscription.unsubscribe();
    this.#sweep = setInterval(() => this.#expire(), timeoutMs / 4);
    this.#sweep.unref();
    void this.#followConnection();
  }

  publish(subject: string, body: Uint8Array, headers?: HeaderFields, expected?: Expectation): Promise<PublishOutcome> {
    if (this.#isClosed) return Promise.resolve({ kind: "unknown", text: "the publisher is closed" });
    const block = headers || expected ? headerBlock(headers, expected) : undefined;
    return new Promise((settle) => {
      const pending: Pending = {
        number: this.#count++,
        subject,
        body,
        headers: block,
        sinceMs: this.#clock.monotonicMs(),
        settle,
        isSent: false,
      };
      const slot = this.#pending.add(pending);
      if (this.#isConnected) this.#send(slot, pending);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#sweep);
    if (!this.#link.nc.isClosed()) this.#unsubscribe();
    this.#settleAll(
      () => true,
      () => "the publisher was closed",
    );
  }

  #send(slot: number, pending: Pending): void {
    const { subject, body, headers, number } = pending;
    pending.isSent = true;
    try {
      const reply = `${this.#inbox}${slot}-${number}`;
      this.#link.nc.publish(subject, body, headers ? { reply, headers } : { reply });
      this.#link.outbox.flush();
    } catch (error) {
      const tooLarge = error instanceof InvalidArgumentError;
      this.#settle(
        slot,
        pending,
        tooLarge
          ? { kind: "refused", code: 10054, text: messageOf(error) }
          : { kind: "unknown", text: messageOf(error) },
      );
    }
  }

  #onAck(message: Msg): void {
    const { subject } = message;
    const dash = subject.indexOf("-", this.#inbox.length);
    const slot = Number(subject.slice(this.#inbox.length, dash));
    const pending = this.#pending.at(slot);
    // A late answer to what was given up.
    if (pending === undefined || pending.number !== Number(subject.slice(dash + 1))) return;
    const isUnserved = message.data.length === 0 && message.headers?.code === 503;
    const outcome = isUnserved ? ({ kind: "unknown", text: "no responders" } as const) : parsePubAck(message.data);
    this.#settle(slot, pending, outcome);
  }

  #settle(slot: number, pending: Pending, outcome: PublishOutcome): void {
    this.#pending.remove(slot);
    pending.settle(outcome);
  }

  #settleAll(which: (pending: Pending) => boolean, text: (pending: Pending) => string): void {
    for (const [slot, pending] of this.#pending.entries()) {
      if (which(pending)) this.#settle(slot, pending, { kind: "unknown", text: text(pending) });
    }
  }

  #expire(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#settleAll(
      ({ sinceMs }) => nowMs - sinceMs >= this.#timeoutMs,
      ({ isSent }) => (isSent ? "no acknowledgement in time" : "not connected"),
    );
  }

  /** What was published while there was no connection, in that order. */
  #sendWaiting(): void {
    const waiting = [...this.#pending.entries()].filter(([, pending]) => !pending.isSent);
    for (const [slot, pending] of waiting.toSorted(([, a], [, b]) => a.number - b.number)) this.#send(slot, pending);
  }

  async #followConnection(): Promise<void> {
    for await (const status of this.#link.nc.status()) {
      if (this.#isClosed) return;
      if (status.type === "disconnect") {
        this.#isConnected = false;
        this.#settleAll(
          ({ isSent }) => isSent,
          () => "disconnected",
        );
      } else if (status.type === "reconnect") {
        this.#isConnected = true;
        this.#sendWaiting();
      }
    }
    this.close();
  }
}
