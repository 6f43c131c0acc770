/** Parking: the hop's commit is a dead letter, and in a called hop its output is the error as a reply. */
import type { DeadBody } from "../contracts/bodies.ts";
import { bytesOf } from "./body.ts";
import { completeOutputs } from "./complete.ts";
import type { Execution } from "./execution.ts";
import { storedError } from "./failure.ts";
import type { HopEnd } from "./hop-end.ts";
import { Ended, type Park } from "./signals.ts";
import type { HopWriter } from "./writer.ts";

/** Parks the hop, unless its task has ended meanwhile. */
export async function parkHop(x: Execution, writer: HopWriter, parked: Park): Promise<HopEnd> {
  const { body, isEscalated, attempts, hasThrown } = parked;
  const done = await x.readMaybe(x.role.subjects.done(x.place.task));
  if (done !== undefined) throw new Ended({ kind: "ended" });
  const reply = x.isCalled ? replyTarget(x) : undefined;
  const dead: DeadBody = {
    error: storedError(body),
    attempts,
    ...(isEscalated ? { escalated: true } : {}),
    ...(reply === undefined ? {} : { reply }),
  };
  await x.ports.failpoint?.("before-commit");
  const commit = await writer.write({
    name: { class: "c", kind: "dead", to: "0" },
    body: bytesOf(JSON.stringify(dead)),
    passport: x.passport(),
    ranMs: Math.max(0, Math.round(x.ports.clock.monotonicMs() - x.startedMs)),
  });
  await x.ports.failpoint?.("after-commit");
  await completeOutputs(x, commit);
  return { kind: "parked", error: body, hasThrown };
}

function replyTarget({ input }: Execution): DeadBody["reply"] {
  const { replyTo, parent, wait, index } = input.passport;
  return replyTo === undefined || parent === undefined || wait === undefined
    ? undefined
    : { to: replyTo, parent, wait, index };
}
