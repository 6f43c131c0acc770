/** The calls of a continued wait that nobody waits for any more. Pure. */
import type { WaitBody } from "../contracts/bodies.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { type HopId, isHopId } from "../ids.ts";

/** Hops of the calls that have not answered themselves; `answers` = subjects of the replies that the join took. */
export function losersOf(wait: WaitBody, answers: readonly string[], subjects: Subjects): readonly HopId[] {
  const replies = answers.map((subject) => subjects.parseLog(subject));
  // What the timer answered instead of a role may still run.
  const answered = new Set(replies.filter((reply) => reply?.from !== "timer").map((reply) => reply?.hop));
  if (answered.size >= wait.for.length) return [];
  const calls = wait.for.filter(({ type }) => type === "call").map(({ hop }) => hop);
  return calls.filter(isHopId).filter((hop) => !answered.has(hop));
}
