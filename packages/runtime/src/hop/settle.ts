/** Whether a message's work is done already, by the hop's last own record. */
import { completeOutputs } from "./complete.ts";
import type { Execution } from "./execution.ts";
import { isFinal, type OwnRecord, segmentAfter } from "./own-record.ts";
import { Ended, Park } from "./signals.ts";

/**
 * Ends the execution when the hop has its commit, or is in a later segment than the message: completes the outputs of the commit that
 * closed the message's segment, since its writer may have died before them. Otherwise does nothing.
 */
export async function settleIfDone(x: Execution, last: OwnRecord): Promise<void> {
  const isLater = segmentAfter(last) > x.segment;
  if (!isLater && !isFinal(last)) return;
  const commit = isLater ? await x.readOwn({ class: "c", kind: "wait", to: String(x.segment + 1) }) : last;
  try {
    await completeOutputs(x, commit);
  } catch (thrown) {
    // What cannot be completed is parked, fenced with the hop's very last record.
    if (thrown instanceof Park)
      x.cursor = { sequence: last.record.sequence, previous: last.label, claim: last.writer.claim };
    throw thrown;
  }
  throw new Ended({ kind: "settled" });
}
