import { type Clock, type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";
import { Follower } from "./follower.ts";
import { type FollowedRecord, type Observation, observe } from "./observation.ts";
import type { Followed } from "./record-consumer.ts";

/**
 * What is followed, each by a consumer of its own: one filter a consumer is five times faster than several (measured.md). Ends first: a task
 * that has ended takes a fraction of the memory that an open one does.
 */
function followedOf(subjects: Subjects, shard: number): readonly Followed[] {
  const stream = subjects.logStream(shard);
  return [
    { stream, filter: subjects.everywhere(shard, "t.done.client"), headersOnly: true },
    { stream, filter: subjects.writtenBy(shard, "client", "m.send.*"), headersOnly: true },
    { stream, filter: subjects.everywhere(shard, "c.wait.*"), headersOnly: false },
    { stream, filter: subjects.everywhere(shard, "c.fan.0"), headersOnly: false },
    { stream, filter: subjects.everywhere(shard, "c.dead.0"), headersOnly: false },
    { stream, filter: subjects.writtenBy(shard, "timer", "m.reply.*"), headersOnly: false },
    { stream, filter: subjects.writtenBy(shard, "human", "m.reply.*"), headersOnly: false },
    { stream, filter: subjects.writtenBy(shard, "supervisor", "m.send.*"), headersOnly: true },
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
  const { link, subjects, shards, logger, clock } = options;
  const take = (record: FollowedRecord) => takeIn(options, record);
  const closing = new AbortController();
  const followers: Promise<void>[] = [];
  const readAll = async () => {
    for (let shard = 0; shard < shards; shard++) {
      for (const followed of followedOf(subjects, shard)) {
        const follower = new Follower({ link, followed, after: 0, logger, clock, take });
        followers.push(follower.run(closing.signal));
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

function takeIn({ subjects, logger, onObservation }: FollowOptions, record: FollowedRecord): void {
  try {
    const observation = observe(subjects, record);
    if (observation) onObservation(observation);
    else logger.warn({ subject: record.subject.slice(0, 200) }, "a record could not be read");
  } catch (error) {
    logger.error({ reason: messageOf(error) }, "a record could not be observed");
  }
}
