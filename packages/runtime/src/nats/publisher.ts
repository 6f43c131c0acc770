/**
 * Publishes into streams and says what became of each message. One inbox for all acknowledgements and one sweep instead of a timer per
 * publish: this is the hot path of every hop.
 *
 * What was sent before a disconnect is `unknown` at once, not after the time-out. What is published while disconnected waits for the
 * reconnect (the library would throw it away silently), at most the time-out.
 */
import { createInbox, InvalidArgumentError, type Msg } from "@nats-io/transport-node";
import { type Clock, systemClock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Link } from "./connection.ts";
import { type HeaderBlock, type HeaderFields, headerBlock } from "./header-block.ts";
import { type PublishOutcome, parsePubAck } from "./publish-outcome.ts";

/** What a write relies on: the last sequence under `filter` (a literal subject or a wildcard). 0 = none yet. */
export interface Expectation {
  readonly filter: string;
  readonly sequence: number;
}

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
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers: HeaderBlock | undefined;
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
  /** In the order of publishing, so that the sweep stops at the first that is young enough. */
  readonly #pending = new Map<string, Pending>();
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
    const block = headers || expected ? headerBlock(withExpectation(headers, expected)) : undefined;
    return new Promise((settle) => {
      const key = (this.#count++).toString(36);
      const pending = { subject, body, headers: block, sinceMs: this.#clock.monotonicMs(), settle, isSent: false };
      this.#pending.set(key, pending);
      if (this.#isConnected) this.#send(key, pending);
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#sweep);
    if (!this.#link.nc.isClosed()) this.#unsubscribe();
    this.#settleAll(() => true, "the publisher was closed");
  }

  #send(key: string, pending: Pending): void {
    pending.isSent = true;
    try {
      const reply = this.#inbox + key;
      this.#link.nc.publish(
        pending.subject,
        pending.body,
        pending.headers ? { reply, headers: pending.headers } : { reply },
      );
    } catch (error) {
      const tooLarge = error instanceof InvalidArgumentError;
      this.#settle(
        key,
        tooLarge
          ? { kind: "refused", code: 10054, text: messageOf(error) }
          : { kind: "unknown", text: messageOf(error) },
      );
    }
  }

  #onAck(message: Msg): void {
    const key = message.subject.slice(this.#inbox.length);
    const isUnserved = message.data.length === 0 && message.headers?.code === 503;
    this.#settle(key, isUnserved ? { kind: "unknown", text: "no responders" } : parsePubAck(message.data));
  }

  #settle(key: string, outcome: PublishOutcome): void {
    const pending = this.#pending.get(key);
    if (!pending) return;
    this.#pending.delete(key);
    pending.settle(outcome);
  }

  #settleAll(which: (pending: Pending) => boolean, text: string): void {
    for (const [key, pending] of this.#pending) if (which(pending)) this.#settle(key, { kind: "unknown", text });
  }

  #expire(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, pending] of this.#pending) {
      if (nowMs - pending.sinceMs < this.#timeoutMs) break;
      this.#settle(key, { kind: "unknown", text: pending.isSent ? "no acknowledgement in time" : "not connected" });
    }
  }

  async #followConnection(): Promise<void> {
    for await (const status of this.#link.nc.status()) {
      if (this.#isClosed) return;
      if (status.type === "disconnect") {
        this.#isConnected = false;
        this.#settleAll((pending) => pending.isSent, "disconnected");
      } else if (status.type === "reconnect") {
        this.#isConnected = true;
        for (const [key, pending] of this.#pending) if (!pending.isSent) this.#send(key, pending);
      }
    }
    this.close();
  }
}

function withExpectation(headers: HeaderFields | undefined, expected: Expectation | undefined): HeaderFields {
  if (!expected) return headers ?? {};
  return {
    "Nats-Expected-Last-Subject-Sequence": String(expected.sequence),
    "Nats-Expected-Last-Subject-Sequence-Subject": expected.filter,
    ...headers,
  };
}
