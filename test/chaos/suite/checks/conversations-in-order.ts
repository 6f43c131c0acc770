import { DoneBody } from "@troupe/runtime/internal";
import { Heard } from "../../../support/chaos-system.ts";
import type { Violation } from "../../../support/invariants.ts";
import type { Round } from "../evidence.ts";
import type { Turn } from "../load/conversations.ts";

const invariant = "conversations in order";

/** What a turn's result says was heard by then; `poisoned` where two executors died on it; else what is wrong. */
function heardBy({ history }: Round, { task }: Turn): readonly number[] | "poisoned" | { readonly wrong: string } {
  const done = DoneBody.safeParse(history.tasks.get(task)?.ends[0]?.body);
  if (!done.success) return { wrong: "it has no end that can be read" };
  const { status, error, result } = done.data;
  if (status === "failed" && error?.code === "poison_message") return "poisoned";
  const heard = Heard.safeParse(result);
  return heard.success ? heard.data.heard : { wrong: `ended ${status}: ${error?.code ?? JSON.stringify(result)}` };
}

/**
 * Each turn heard every turn before it, once, in the order in which they were said, and none after it. Of one that was given up as poison nobody
 * knows whether it was heard.
 */
export function conversationsInOrder(round: Round): Violation[] {
  return [...Map.groupBy(round.turns, ({ session }) => session).values()].flatMap((turns) => inOrder(round, turns));
}

function inOrder(round: Round, turns: readonly Turn[]): Violation[] {
  const found: Violation[] = [];
  const unsure = new Set<number>();
  let before: readonly number[] = [];
  for (const turn of turns) {
    const heard = heardBy(round, turn);
    if (heard === "poisoned") {
      unsure.add(turn.number);
      continue;
    }
    if ("wrong" in heard) {
      found.push({ invariant, task: turn.task, detail: heard.wrong });
      continue;
    }
    const certain = heard.filter((number) => !unsure.has(number));
    const expected = [...before.filter((number) => !unsure.has(number)), turn.number];
    const isAscending = heard.every((number, i) => i === 0 || (heard[i - 1] ?? 0) < number);
    const keepsAll = before.every((number, i) => heard[i] === number);
    if (!isAscending || !keepsAll || certain.join() !== expected.join())
      found.push({
        invariant,
        task: turn.task,
        detail: `turn ${turn.number} heard ${heard.join()}; before it ${before.join()}`,
      });
    before = heard;
  }
  return found;
}
