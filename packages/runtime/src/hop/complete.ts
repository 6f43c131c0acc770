/** Publishes what a stored commit promises. Every output is write-once, so whoever comes next may do it again. */
import { refuseCutEdge } from "./cut-edge.ts";
import type { Execution } from "./execution.ts";
import { outputsOf, type PromisedRecord } from "./outputs.ts";
import type { OwnRecord } from "./own-record.ts";

/** Returns when every output of the commit is stored and readable, whoever wrote it. */
export async function completeOutputs(x: Execution, commit: OwnRecord): Promise<void> {
  const outputs = outputsOf(commit, {
    subjects: x.role.subjects,
    place: x.place,
    own: x.own,
    mailbox: x.role.mailbox,
    writer: (claim, previous) => ({ ...x.writer(claim, previous), segment: commit.writer.segment }),
  });
  if (!outputs.ok) {
    // Only this role's own account can have stored it; there is nothing left that could be completed.
    x.ports.logger.error({ subject: commit.record.subject, reason: outputs.reason }, "a stored commit does not parse");
    return;
  }
  await Promise.all(outputs.value.map((output) => publishOutput(x, output)));
}

async function publishOutput(x: Execution, { record, fence }: PromisedRecord): Promise<void> {
  const patience = x.patience();
  const name = x.role.subjects.parseLog(record.subject)?.name;
  const to = name?.kind === "fan" || name?.kind === "call" ? name.to : undefined;
  for (;;) {
    const outcome = await x.append(record, fence);
    if (outcome.kind === "stored") return;
    // On R3 "exists" may be said of a write in flight that gets lost: only what can be read is there.
    const mayExist = outcome.kind === "exists" || outcome.kind === "fence_moved";
    if (mayExist && (await x.readMaybe(record.subject)) !== undefined) return;
    if (to !== undefined) refuseCutEdge(x, to);
    await patience.again(`output ${record.subject}: ${outcome.kind}`);
  }
}
