import type { RoleDefinition } from "@troupe/runtime";
import { toBody, withTurn } from "../roles/conversation.ts";
import { ask, coordinator, type PatternSettings } from "./coordinator.ts";

export interface DebateOptions<Debater extends string, Judge extends string, To extends string>
  extends PatternSettings<To> {
  readonly debaters: readonly Debater[];
  /** Reads the whole debate and gives the answer. */
  readonly judge: Judge;
  /** Rounds of argument, 1 to 10. Default 2. In each all debaters speak at the same time, knowing the rounds before. */
  readonly rounds?: number | undefined;
}

/**
 * Debate: roles argue in rounds, a judge decides. Bound: `rounds` × debaters + 1 calls. A crash repeats no argument that was recorded. A
 * debater that fails fails the debate: a judgement after half of the arguments would be none.
 */
export function debate<const Debater extends string, const Judge extends string, const To extends string = never>(
  options: DebateOptions<Debater, Judge, To>,
): RoleDefinition<Debater | Judge | To> {
  const { debaters, judge, rounds = 2 } = options;
  return coordinator<Debater | Judge, To>({
    pattern: "debate",
    settings: options,
    asks: [...debaters, judge],
    bounds: { rounds: { value: rounds, most: 10 } },
    lists: { debaters },
    about: { debaters, judge },
    run: async (conversation, ctx) => {
      let work = conversation;
      for (let round = 1; round <= rounds; round++) {
        const body = toBody({ ...work, note: `Round ${round} of ${rounds}` });
        const answers = await ctx.all(debaters.map((to) => ({ to, body })));
        for (const { index, value } of answers.toSorted((a, b) => a.index - b.index)) {
          work = withTurn(work, { role: debaters[index] ?? "", content: value });
        }
      }
      return ask(ctx, judge, work);
    },
  });
}
