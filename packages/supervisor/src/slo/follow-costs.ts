import { DeliverPolicy, type JsMsg, jetstream } from "@nats-io/jetstream";
import { decodeRecordHeader, type Link, type Logger, messageOf, type Subjects } from "@troupe/runtime/internal";
import type { StepCost } from "./slo-counting.ts";

export interface FollowCostsOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly shard: number;
  /** Only steps after this sequence. */
  readonly after: number;
  readonly logger: Logger;
  /** Called for each step that cost something, in order. Must not throw. */
  readonly onCost: (cost: StepCost) => void;
}

/** Follows the headers of recorded steps, for what model calls cost. Returns how to stop. */
export async function followCosts(options: FollowCostsOptions): Promise<() => Promise<void>> {
  const { link, subjects, shard, after } = options;
  const consumer = await jetstream(link.nc).consumers.get(subjects.logStream(shard), {
    filter_subjects: subjects.everywhere(shard, "s.step.*"),
    headers_only: true,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
  });
  const messages = await consumer.consume({
    max_messages: 500,
    expires: 2_000,
    idle_heartbeat: 500,
    callback: (message) => takeIn(options, message),
  });
  return async () => void (await messages.close());
}

/** An exception here would stop the read loop of the whole connection. */
function takeIn({ shard, logger, onCost }: FollowCostsOptions, message: JsMsg): void {
  try {
    const header = message.headers?.get("Troupe") ?? "";
    // Most steps are no model calls: their headers need no parsing.
    if (!header.includes('"u":')) return;
    const costMicros = decodeRecordHeader(header)?.usage?.costMicros ?? 0;
    const atMs = Math.floor(message.info.timestampNanos / 1e6);
    if (costMicros > 0) onCost({ shard, sequence: message.seq, atMs, costMicros });
  } catch (error) {
    logger.error({ reason: messageOf(error) }, "the cost of a step could not be read");
  }
}
