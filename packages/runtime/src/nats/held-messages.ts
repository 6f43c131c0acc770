/** The messages of one pull loop that this process holds: worked on, kept from being given to others, answered once. */
import type { Msg, MsgHdrs } from "@nats-io/transport-node";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";
import type { AckSubject } from "./ack-subject.ts";
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

export interface HeldMessagesOptions {
  readonly link: Pick<Link, "nc" | "outbox">;
  /** Deals with one message, which is held until the promise settles. A rejection is logged and gives the message back. */
  readonly run: (message: PulledMessage) => Promise<void>;
  /** One message is held no more. */
  readonly onFree: () => void;
  readonly logger: Logger;
}

const WORKING_MS = 2_000;
const NANOS = 1_000_000;
const ACK = "+ACK";
const NAK = "-NAK";
const PROGRESS = "+WPI";

interface Held {
  /** Of the newest delivery: an older one's would be refused after a redelivery. */
  ackSubject: string;
  saidWorkingMs: number;
  /** What was said of it: `+ACK` or `-NAK …`; absent while it is open. */
  answer?: string;
}

export class HeldMessages {
  readonly #options: HeldMessagesOptions;
  readonly #held = new Map<number, Held>();
  #whenNone: (() => void)[] = [];

  constructor(options: HeldMessagesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#held.size;
  }

  /** Stream sequences. */
  sequences(): number[] {
    return [...this.#held.keys()];
  }

  take(message: Msg, ackSubject: string, at: AckSubject, nowMs: number): void {
    const held: Held = { ackSubject, saidWorkingMs: nowMs };
    this.#held.set(at.streamSequence, held);
    void this.#run(this.#pulled(message, at, held, nowMs));
  }

  /** Whether the message is held here; then the new delivery is answered as the one that runs. */
  isRedelivery(ackSubject: string, at: AckSubject): boolean {
    const held = this.#held.get(at.streamSequence);
    if (!held) return false;
    held.ackSubject = ackSubject;
    this.#say(ackSubject, held.answer ?? PROGRESS);
    return true;
  }

  /** Gives a delivery back that is not taken. */
  refuse(ackSubject: string): void {
    this.#say(ackSubject, NAK);
  }

  /** Says of every message that has been open for 2 s more that it is still being worked on. */
  sayWorking(nowMs: number): void {
    for (const held of this.#held.values()) {
      if (held.answer !== undefined || nowMs - held.saidWorkingMs < WORKING_MS) continue;
      held.saidWorkingMs = nowMs;
      this.#say(held.ackSubject, PROGRESS);
    }
  }

  /** Resolves when no message is held, and what was said of them has gone out. */
  async allDealtWith(): Promise<void> {
    if (this.#held.size > 0) await new Promise<void>((resolve) => this.#whenNone.push(resolve));
    this.#options.link.outbox.flush();
  }

  #pulled(message: Msg, at: AckSubject, held: Held, arrivedMs: number): PulledMessage {
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
      arrivedMs,
      ack: () => settle(ACK),
      working: () => {
        if (held.answer === undefined) this.#say(held.ackSubject, PROGRESS);
      },
      giveBack: (delayMs = 0) => settle(delayMs > 0 ? `${NAK} {"delay":${Math.round(delayMs * NANOS)}}` : NAK),
    };
  }

  async #run(message: PulledMessage): Promise<void> {
    const { run, onFree, logger } = this.#options;
    try {
      await run(message);
    } catch (error) {
      logger.error({ reason: messageOf(error), subject: message.subject }, "delivery failed");
      message.giveBack(200);
    }
    this.#held.delete(message.streamSequence);
    if (this.#held.size === 0) for (const resolve of this.#whenNone.splice(0)) resolve();
    onFree();
  }

  /** A closed connection is no reason to throw: what is held is given to somebody else by the server. */
  #say(subject: string, body: string): void {
    try {
      this.#options.link.nc.publish(subject, body);
    } catch (error) {
      this.#options.logger.debug({ reason: messageOf(error), subject }, "not published");
    }
  }
}
