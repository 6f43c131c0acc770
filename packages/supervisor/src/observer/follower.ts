import type { Consumer, ConsumerMessages, JsMsg } from "@nats-io/jetstream";
import { type Clock, type Link, type Logger, messageOf, TroupeError } from "@troupe/runtime/internal";
import type { FollowedRecord } from "./observation.ts";
import { type Followed, onlyHeader, openConsumer } from "./record-consumer.ts";

const RETRY_MS = 1_000;
/** What is on its way when a batch ends early is lost, so silence is borne for two heartbeats: a machine that is overloaded is silent for a second. */
const BATCH = { max_messages: 500, expires: 5_000, idle_heartbeat: 2_000 };
/** Records that are taken in together while the log is read, before as long a pause as they took: half a core at most. */
const RECORDS_A_BREATH = 64;
const LONGEST_PAUSE_MS = 50;

export interface FollowerOptions {
  readonly link: Link;
  readonly followed: Followed;
  /** Everything up to this sequence is known already. */
  readonly after: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Called for every record, in the order of their sequences, once each. Must not throw. */
  readonly take: (record: FollowedRecord) => void;
}

/**
 * Follows one sort of record. What is there already is read with pauses; a consumer that the server has forgotten, or that has sent what did not
 * arrive, is replaced by another one (see {@link openConsumer}). What cannot be followed now is tried again.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #caughtUp = Promise.withResolvers<void>();
  #hasCaughtUp = false;
  /** Everything up to this sequence is taken in. */
  #seenThrough: number;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#seenThrough = options.after;
  }

  /** Resolves when everything that was in the log at the start has been taken in, or following has ended before. */
  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, logger, followed } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#follow(signal);
      } catch (error) {
        const reason = messageOf(error);
        if (!signal.aborted) logger.warn({ filter: followed.filter, reason }, "the log is followed anew");
      }
      await clock.sleep(RETRY_MS, signal).catch(() => undefined);
    }
    this.#beCaughtUp();
  }

  #beCaughtUp(): void {
    this.#hasCaughtUp = true;
    this.#caughtUp.resolve();
  }

  /** As long as one consumer lasts. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { link, followed, take } = this.#options;
    const { consumer, pending, gap, gapThrough } = await openConsumer(link, followed, this.#seenThrough);
    for await (const record of gap) {
      take(record);
      this.#seenThrough = record.sequence;
      if (signal.aborted) return;
    }
    this.#seenThrough = Math.max(this.#seenThrough, gapThrough);
    if (pending === 0) this.#beCaughtUp();
    const reading: Reading = { taken: 0, hasEndedEarly: false };
    while (!signal.aborted) await this.#takeBatch(consumer, reading, signal);
  }

  /** Throws when the consumer has sent what did not arrive, or two batches in a row ended early: then it is gone, or may as well be. */
  async #takeBatch(consumer: Consumer, reading: Reading, signal: AbortSignal): Promise<void> {
    const batch = await consumer.fetch(BATCH);
    const heartbeats = watchHeartbeats(batch);
    const before = reading.taken;
    const end = () => void batch.close();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    try {
      await this.#takeAll(batch, reading, signal);
      reading.hasEndedEarly = false;
    } catch (error) {
      if (TroupeError.is(error) || reading.hasEndedEarly) throw error;
      reading.hasEndedEarly = true;
      await this.#options.clock.sleep(RETRY_MS, signal).catch(() => undefined);
    } finally {
      signal.removeEventListener("abort", end);
    }
    this.#heed(heartbeats.last, reading);
    const isStuck = !this.#hasCaughtUp && !reading.hasEndedEarly && reading.taken === before && !signal.aborted;
    if (isStuck) await this.#lookAtPending(consumer, reading);
  }

  async #takeAll(batch: ConsumerMessages, reading: Reading, signal: AbortSignal): Promise<void> {
    const { clock, take } = this.#options;
    let breathedMs = clock.monotonicMs();
    for await (const message of batch) {
      const { deliverySequence, pending } = message.info;
      if (deliverySequence !== ++reading.taken) throw lost(deliverySequence, reading);
      take(recordOf(message));
      this.#seenThrough = message.seq;
      if (pending === 0) this.#beCaughtUp();
      if (this.#hasCaughtUp || reading.taken % RECORDS_A_BREATH !== 0) continue;
      const tookMs = clock.monotonicMs() - breathedMs;
      await clock.sleep(Math.min(LONGEST_PAUSE_MS, tookMs), signal).catch(() => undefined);
      breathedMs = clock.monotonicMs();
    }
  }

  /** A consumer that is idle tells how far it has looked, whether or not anything matched: there the next one may begin. */
  #heed(idle: Heartbeat | undefined, reading: Reading): void {
    if (idle === undefined) return;
    if (idle.lastConsumerSequence > reading.taken) throw lost(idle.lastConsumerSequence, reading);
    if (idle.lastConsumerSequence === reading.taken)
      this.#seenThrough = Math.max(this.#seenThrough, idle.lastStreamSequence);
  }

  /** The last ones may have gone before they were delivered: then no message tells that nothing is pending. */
  async #lookAtPending(consumer: Consumer, reading: Reading): Promise<void> {
    const { num_pending: pending, delivered } = await consumer.info();
    if (pending === 0 && delivered.consumer_seq <= reading.taken) this.#beCaughtUp();
  }
}

/** How far one is with a consumer. */
interface Reading {
  /** How many of its messages are taken in. */
  taken: number;
  /** Whether its last batch ended before its time: the server was silent, or said that there is no such consumer. */
  hasEndedEarly: boolean;
}

interface Heartbeat {
  readonly lastConsumerSequence: number;
  readonly lastStreamSequence: number;
}

/** Keeps the last that came with a batch. */
function watchHeartbeats(batch: ConsumerMessages): { readonly last: Heartbeat | undefined } {
  const seen: { last: Heartbeat | undefined } = { last: undefined };
  void (async () => {
    for await (const status of batch.status()) if (status.type === "heartbeat") seen.last = status;
  })();
  return seen;
}

const lost = (sent: number, { taken }: Reading): TroupeError =>
  new TroupeError("unavailable", `the server has sent ${sent} records of which ${taken} arrived`);

function recordOf(message: JsMsg): FollowedRecord {
  return {
    subject: message.subject,
    sequence: message.seq,
    atMs: Math.floor(message.info.timestampNanos / 1e6),
    header: onlyHeader(message.headers?.values("Troupe") ?? []),
    body: message.data,
  };
}
