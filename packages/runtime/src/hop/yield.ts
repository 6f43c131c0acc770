/** How an executor that lost its hop leaves. */
import { ClaimBody } from "../contracts/bodies.ts";
import type { Execution } from "./execution.ts";
import type { OwnRecord } from "./own-record.ts";
import { parsed } from "./replay.ts";
import { Ended } from "./signals.ts";

/**
 * Ends the execution in favour of the writer of `last`. Without an ack, since that executor may die and the message has to come again. Only
 * an `again` copy is acked when the other one works on an earlier record of the same message: two records that are both delivered again and
 * again would take the hop from one another for as long as a step lasts longer than a redelivery. The earliest record is never acked so.
 */
export async function yieldTo(x: Execution, last: OwnRecord): Promise<never> {
  if (x.message.isAgain && last.writer.claim > 0) {
    const claim = await x.readOwn({ class: "c", kind: "claim", to: String(last.writer.claim) });
    if (parsed(ClaimBody, claim).delivered < x.message.record.sequence) throw new Ended({ kind: "settled" });
  }
  throw new Ended({ kind: "dropped", reason: `another executor has the hop: ${last.label}` });
}
