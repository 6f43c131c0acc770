import type { Json, Need, RoleDefinition } from "@troupe/runtime";
import { toBody, withTurn } from "../roles/conversation.ts";
import { ask, coordinator, type PatternSettings } from "./coordinator.ts";

export interface FanOutAndJoinOptions<Worker extends string, Joiner extends string, To extends string>
  extends PatternSettings<To> {
  /** Roles that work at the same time, each on the whole conversation. A role that is named twice works twice. */
  readonly workers: readonly Worker[];
  /** How many good answers are waited for: `all` (default) fails on the first error, `any` and a quorum go on while they can be met. */
  readonly need?: Need | undefined;
  /** Makes one answer of the workers' answers. Absent = the answer is the list `[{ role, content }]`, in the order of `workers`. */
  readonly joiner?: Joiner | undefined;
}

/**
 * Fan-out and join: several roles work at the same time, their answers are joined. Bound: one call a worker and one for the joiner. Which
 * answers a join took is recorded: a crash repeats none of them, and an answer that came later changes nothing.
 */
export function fanOutAndJoin<
  const Worker extends string,
  const Joiner extends string = never,
  const To extends string = never,
>(options: FanOutAndJoinOptions<Worker, Joiner, To>): RoleDefinition<Worker | Joiner | To> {
  const { workers, need = "all", joiner } = options;
  return coordinator<Worker | Joiner, To>({
    pattern: "fan-out-and-join",
    settings: options,
    asks: joiner === undefined ? workers : [...workers, joiner],
    bounds: typeof need === "string" ? {} : { quorum: { value: need.quorum, most: workers.length } },
    lists: { workers },
    about: { workers, need, ...(joiner === undefined ? {} : { joiner }) },
    run: async (conversation, ctx) => {
      const body = toBody(conversation);
      const answers = await ctx.all(
        workers.map((to) => ({ to, body })),
        need,
      );
      // In the order of the workers, so that the same answers make the same prompt whoever was faster.
      const joined = answers
        .toSorted((a, b) => a.index - b.index)
        .map(({ index, value }) => ({ role: workers[index] ?? "", content: value }) satisfies Json);
      if (joiner === undefined) return joined;
      return ask(ctx, joiner, joined.reduce(withTurn, conversation));
    },
  });
}
