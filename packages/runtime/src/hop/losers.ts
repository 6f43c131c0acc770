/** The calls of a continued wait that nobody waits for any more. Pure. */
import type { WaitBody } from "../contracts/bodies.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { type HopId, isHopId } from "../ids.ts";

/** Hops of the calls that have not answered; `answers` = subjects of the replies that the join took. */
export function losersOf(wait: WaitBody, answers: readonly string[], subjects: Subjects): readonly HopId[] {
  if (answers.length >= wait.for.length) return [];
  const answered = new Set(answers.map((subject) => subjects.parseLog(subject)?.hop));
  const calls = wait.for.filter(({ type }) => type === "call").map(({ hop }) => hop);
  return calls.filter(isHopId).filter((hop) => !answered.has(hop));
}
