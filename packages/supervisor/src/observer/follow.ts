import { type Consumer, type JsMsg, jetstream } from "@nats-io/jetstream";
import { type Clock, type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";
import { type FollowedRecord, type Observation, observe } from "./observation.ts";

const PENDING_LOOK_MS = 500;

/** What is followed, each by an ordered consumer of its own: one filter a consumer is five times faster than several (measured.md). */
interface Followed {
  readonly filter: string;
  /** Bodies stay where they are; they may be large. */
  readonly headersOnly: boolean;
}

function followedOf(subjects: Subjects, shard: number): readonly Followed[] {
  return [
    { filter: subjects.writtenBy(shard, "client", "m.send.*"), headersOnly: true },
    { filter: subjects.everywhere(shard, "c.wait.*"), headersOnly: false },
    { filter: subjects.everywhere(shard, "c.fan.0"), headersOnly: false },
    { filter: subjects.everywhere(shard, "c.dead.0"), headersOnly: false },
    { filter: subjects.writtenBy(shard, "timer", "m.reply.*"), headersOnly: false },
    { filter: subjects.writtenBy(shard, "human", "m.reply.*"), headersOnly: false },
    { filter: subjects.writtenBy(shard, "supervisor", "m.send.*"), headersOnly: true },
    { filter: subjects.everywhere(shard, "t.done.client"), headersOnly: true },
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
  /** Resolves when everything that was in the log at the start has been seen. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

/** Follows the rare records of all shards from the beginning of the log, for as long as it is not stopped. */
export async function follow(options: FollowOptions): Promise<Following> {
  const stops: (() => Promise<void>)[] = [];
  const caughtUp: Promise<void>[] = [];
  for (let shard = 0; shard < options.shards; shard++) {
    for (const followed of followedOf(options.subjects, shard)) {
      const one = await followOne(options, options.subjects.logStream(shard), followed);
      stops.push(one.stop);
      caughtUp.push(one.caughtUp);
    }
  }
  return {
    caughtUp: Promise.all(caughtUp).then(() => undefined),
    stop: async () => void (await Promise.all(stops.map((stop) => stop()))),
  };
}

async function followOne(options: FollowOptions, stream: string, { filter, headersOnly }: Followed) {
  const consumer = await jetstream(options.link.nc).consumers.get(stream, {
    filter_subjects: filter,
    headers_only: headersOnly,
  });
  const { promise: caughtUp, resolve } = Promise.withResolvers<void>();
  const messages = await consumer.consume({
    max_messages: 500,
    expires: 2_000,
    idle_heartbeat: 500,
    callback: (message) => {
      takeIn(options, message);
      if (message.info.pending === 0) resolve();
    },
  });
  const closing = new AbortController();
  void awaitNothingPending(options, consumer, closing.signal).then(resolve);
  const stop = async () => {
    closing.abort();
    await messages.close();
  };
  return { caughtUp, stop };
}

/** An exception here would stop the read loop of the whole connection. */
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

/** There may be no record at all, or the last ones may go before they are delivered: then no message tells that nothing is pending. */
async function awaitNothingPending(
  { clock, logger }: FollowOptions,
  consumer: Consumer,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      if ((await consumer.info()).num_pending === 0) return;
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, "a followed consumer did not tell what is pending");
    }
    await clock.sleep(PENDING_LOOK_MS, signal).catch(() => undefined);
  }
}
