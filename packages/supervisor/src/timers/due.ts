/** What becomes due, and when, as pure functions of what was observed (DESIGN §5, Time). */
import {
  type Awaited,
  type OpenWait,
  type ReplyBody,
  roleOfMailbox,
  type Subjects,
  type TaskId,
} from "@troupe/runtime/internal";
import type { Observation, Waiting } from "../observer/observation.ts";

export type Due =
  | { readonly kind: "deadline"; readonly task: TaskId }
  | { readonly kind: "answer"; readonly wait: OpenWait }
  /** From now on others may decide on an approval as well. */
  | { readonly kind: "escalation"; readonly wait: OpenWait; readonly atMs: number };

/** Everything that an observation makes due. Times count from when the server stored the record; ms since 1970. */
export function dueOf(subjects: Subjects, observation: Observation): readonly { atMs: number; due: Due }[] {
  if (observation.kind === "started") {
    const remainingMs = observation.passport?.remainingMs;
    if (remainingMs === undefined) return [];
    return [{ atMs: observation.atMs + remainingMs, due: { kind: "deadline", task: observation.task } }];
  }
  if (observation.kind !== "waiting") return [];
  return observation.body.for.flatMap((awaited) => {
    const { afterMs } = awaited;
    if (afterMs === undefined) return [];
    const wait = waitOf(subjects, observation, awaited);
    const answer = { atMs: observation.atMs + afterMs, due: { kind: "answer", wait } } as const;
    const later = awaited.type === "approval" ? awaited.terms?.later : undefined;
    if (later === undefined) return [answer];
    const atMs = observation.atMs + later.afterMs;
    return [{ atMs, due: { kind: "escalation", wait, atMs } }, answer];
  });
}

/** The wait as the answer to it needs it: its mailbox is that of the hop's input. */
function waitOf(subjects: Subjects, waiting: Waiting, awaited: Awaited): OpenWait {
  const { task, hop, role, wait, atMs: sinceMs, body } = waiting;
  const input = subjects.parseLog(body.input)?.name;
  return { task, hop, role, mailbox: input?.class === "m" ? input.to : role, wait, awaited, sinceMs };
}

/** What the timer answers: nothing for a sleep and a signal that did not come; an approval that nobody gave, or a call, is an error. */
export function timerAnswer(awaited: Awaited): ReplyBody {
  if (awaited.type === "call") {
    const { to, afterMs = 0 } = awaited;
    const message = `${roleOfMailbox(to)} did not answer within ${afterMs} ms`;
    return { error: { code: "deadline_exceeded", message, details: { role: roleOfMailbox(to), timeout_ms: afterMs } } };
  }
  return awaited.type === "approval"
    ? { error: { code: "approval_expired", message: "nobody decided in time" } }
    : { value: null };
}
