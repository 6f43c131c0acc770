import { type Consumer, DeliverPolicy, type JsMsg, jetstream } from "@nats-io/jetstream";
import { type Clock, type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";
import { type FollowedRecord, type Observation, observe } from "./observation.ts";

const PENDING_LOOK_MS = 500;
const RETRY_MS = 1_000;
/** Records that are taken in together while the log is read, before as long a pause as they took: half a core at most. */
const RECORDS_A_BREATH = 64;
const LONGEST_PAUSE_MS = 50;

/** What is followed, each by an ordered consumer of its own: one filter a consumer is five times faster than several (measured.md). */
interface Followed {
  readonly filter: string;
  /** Bodies stay where they are; they may be large. */
  readonly headersOnly: boolean;
}

/** Ends first: a task that has ended takes a fraction of the memory that an open one does. */
function followedOf(subjects: Subjects, shard: number): readonly Followed[] {
  return [
    { filter: subjects.everywhere(shard, "t.done.client"), headersOnly: true },
    { filter: subjects.writtenBy(shard, "client", "m.send.*"), headersOnly: true },
    { filter: subjects.everywhere(shard, "c.wait.*"), headersOnly: false },
    { filter: subjects.everywhere(shard, "c.fan.0"), headersOnly: false },
    { filter: subjects.everywhere(shard, "c.dead.0"), headersOnly: false },
    { filter: subjects.writtenBy(shard, "timer", "m.reply.*"), headersOnly: false },
    { filter: subjects.writtenBy(shard, "human", "m.reply.*"), headersOnly: false },
    { filter: subjects.writtenBy(shard, "supervisor", "m.send.*"), headersOnly: true },
  ];
}

export interface FollowOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly shards: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Called for every observation, in the order of each kind. Must not throw. */
  readonly onObservation: (observation: Observation) => void;
}

export interface Following {
  /** Resolves when everything that was in the log at the start has been seen, or following was stopped before. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Follows the rare records of all shards from the beginning of the log, for as long as it is not stopped. What is there already is read one
 * kind after the other, with pauses. What cannot be followed now is tried again.
 */
export function follow(options: FollowOptions): Following {
  const closing = new AbortController();
  const followers: Promise<void>[] = [];
  const readAll = async () => {
    for (let shard = 0; shard < options.shards; shard++) {
      for (const followed of followedOf(options.subjects, shard)) {
        const follower = new Follower(options, options.subjects.logStream(shard), followed, closing.signal);
        followers.push(follower.run());
        await follower.caughtUp;
      }
    }
  };
  const caughtUp = readAll();
  return {
    caughtUp,
    stop: async () => {
      closing.abort();
      await caughtUp;
      await Promise.all(followers);
    },
  };
}

const NOTHING_SEEN = { sequence: 0, consumer: "", delivery: 0 };

class Follower {
  readonly #options: FollowOptions;
  readonly #stream: string;
  readonly #followed: Followed;
  readonly #signal: AbortSignal;
  readonly #caughtUp = Promise.withResolvers<void>();
  #hasCaughtUp = false;
  #lastSeen: { readonly sequence: number; readonly consumer: string; readonly delivery: number } = NOTHING_SEEN;

  constructor(options: FollowOptions, stream: string, followed: Followed, signal: AbortSignal) {
    this.#options = options;
    this.#stream = stream;
    this.#followed = followed;
    this.#signal = signal;
  }

  get caughtUp(): Promise<void> {
    return this.#caughtUp.promise;
  }

  /** Until the signal. */
  async run(): Promise<void> {
    const { clock, logger } = this.#options;
    while (!this.#signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        const { filter } = this.#followed;
        logger.warn({ filter, reason: messageOf(error) }, "the log could not be followed; it is tried again");
      }
      await clock.sleep(RETRY_MS, this.#signal).catch(() => undefined);
    }
    this.#beCaughtUp();
  }

  #beCaughtUp(): void {
    this.#hasCaughtUp = true;
    this.#caughtUp.resolve();
  }

  async #follow(): Promise<void> {
    const consumer = await jetstream(this.#options.link.nc).consumers.get(this.#stream, {
      filter_subjects: this.#followed.filter,
      headers_only: this.#followed.headersOnly,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#lastSeen.sequence + 1,
    });
    const messages = await consumer.consume({ max_messages: 500, expires: 2_000, idle_heartbeat: 500 });
    const over = new AbortController();
    const either = AbortSignal.any([this.#signal, over.signal]);
    either.addEventListener("abort", () => void messages.close(), { once: true });
    if (either.aborted) void messages.close();
    const pending = this.#awaitNothingPending(consumer, either);
    try {
      await this.#takeAll(messages);
    } finally {
      over.abort();
      await pending;
    }
  }

  /** The next records are asked for when these are taken in: a pause here is a pause for the server too. */
  async #takeAll(messages: AsyncIterable<JsMsg>): Promise<void> {
    const { clock } = this.#options;
    let count = 0;
    let breathedMs = clock.monotonicMs();
    for await (const message of messages) {
      takeIn(this.#options, message);
      const { consumer, deliverySequence: delivery, pending } = message.info;
      this.#lastSeen = { sequence: message.seq, consumer, delivery };
      if (pending === 0) this.#beCaughtUp();
      if (this.#hasCaughtUp || ++count % RECORDS_A_BREATH !== 0) continue;
      const tookMs = clock.monotonicMs() - breathedMs;
      await clock.sleep(Math.min(LONGEST_PAUSE_MS, tookMs), this.#signal).catch(() => undefined);
      breathedMs = clock.monotonicMs();
    }
  }

  /** There may be no record at all, or the last ones may go before they are delivered: then no message tells that nothing is pending. */
  async #awaitNothingPending(consumer: Consumer, signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#options;
    while (!signal.aborted && !this.#hasCaughtUp) {
      try {
        const { name, num_pending: pending, delivered } = await consumer.info();
        const taken = this.#lastSeen.consumer === name ? this.#lastSeen.delivery : 0;
        if (pending === 0 && delivered.consumer_seq <= taken) this.#beCaughtUp();
      } catch (error) {
        logger.debug({ reason: messageOf(error) }, "a followed consumer did not tell what is pending");
      }
      if (!this.#hasCaughtUp) await clock.sleep(PENDING_LOOK_MS, signal).catch(() => undefined);
    }
  }
}

function takeIn({ subjects, logger, onObservation }: FollowOptions, message: JsMsg): void {
  try {
    const headers = message.headers?.values("Troupe") ?? [];
    const record: FollowedRecord = {
      subject: message.subject,
      sequence: message.seq,
      atMs: Math.floor(message.info.timestampNanos / 1e6),
      header: headers.length === 1 ? headers[0] : undefined,
      body: message.data,
    };
    const observation = observe(subjects, record);
    if (observation) onObservation(observation);
    else logger.warn({ subject: message.subject.slice(0, 200) }, "a record could not be read");
  } catch (error) {
    logger.error({ reason: messageOf(error) }, "a record could not be observed");
  }
}
