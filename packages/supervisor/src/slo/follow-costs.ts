import {
  type Clock,
  decodeRecordHeader,
  type Link,
  type Logger,
  messageOf,
  type Subjects,
} from "@troupe/runtime/internal";
import { Follower } from "../observer/follower.ts";
import type { FollowedRecord } from "../observer/observation.ts";
import type { StepCost } from "./slo-counting.ts";

export interface FollowCostsOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly shard: number;
  /** Only steps after this sequence. */
  readonly after: number;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Called for each step that cost something, in order. Must not throw. */
  readonly onCost: (cost: StepCost) => void;
}

/** Follows the headers of recorded steps, for what model calls cost, until the signal. */
export function followCosts(options: FollowCostsOptions, signal: AbortSignal): Promise<void> {
  const { link, subjects, shard, after, logger, clock } = options;
  const followed = {
    stream: subjects.logStream(shard),
    filter: subjects.everywhere(shard, "s.step.*"),
    headersOnly: true,
  };
  const take = (record: FollowedRecord) => takeIn(options, record);
  return new Follower({ link, followed, after, logger, clock, take }).run(signal);
}

function takeIn({ shard, logger, onCost }: FollowCostsOptions, { header = "", sequence, atMs }: FollowedRecord): void {
  try {
    // Most steps are no model calls: their headers need no parsing.
    if (!header.includes('"u":')) return;
    const costMicros = decodeRecordHeader(header)?.usage?.costMicros ?? 0;
    if (costMicros > 0) onCost({ shard, sequence, atMs, costMicros });
  } catch (error) {
    logger.error({ reason: messageOf(error) }, "the cost of a step could not be read");
  }
}
