import { type Context, type Json, type RoleDefinition, TroupeError } from "@troupe/runtime";
import { z } from "zod";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";
import { type Conversation, withTurn } from "../roles/conversation.ts";
import { type AskedAgentOptions, askedAgent } from "./asked-agent.ts";
import { ask, coordinator, type PatternSettings, readAnswer } from "./coordinator.ts";

/** What a planner answers: what is to be done, in this order. */
export const WorkPlan = z.object({ steps: z.array(z.string().min(1)).min(1) });

export interface PlanAndExecuteOptions<
  Planner extends string,
  Executor extends string,
  Writer extends string,
  To extends string,
> extends PatternSettings<To> {
  /** Answers a {@link WorkPlan}; {@link workPlanner} makes such a role. */
  readonly planner: Planner;
  /** Does one step; which one stands in the note of its message. */
  readonly executor: Executor;
  /** Writes the answer from the results of the steps. Absent = the last step's result is the answer. */
  readonly writer?: Writer | undefined;
  /** Longest plan that is carried out, 1 to 50; a longer one escalates. Default 10. */
  readonly maxSteps?: number | undefined;
  /** Plans that one task gets at most, 1 to 5: when a step fails, the planner plans again, knowing why. Default 2. */
  readonly maxPlans?: number | undefined;
}

/**
 * Plan-and-execute: a planner lists the steps, an executor does them one after the other, each knowing the results before it. When a step
 * fails there is a new plan; after `maxPlans` the step's error is the end. Bound: `maxPlans` × (1 + `maxSteps`) + 1 calls. A crash repeats
 * no plan and no step that was recorded.
 */
export function planAndExecute<
  const Planner extends string,
  const Executor extends string,
  const Writer extends string = never,
  const To extends string = never,
>(options: PlanAndExecuteOptions<Planner, Executor, Writer, To>): RoleDefinition<Planner | Executor | Writer | To> {
  const { planner, executor, writer, maxSteps = 10, maxPlans = 2 } = options;
  return coordinator<Planner | Executor | Writer, To>({
    pattern: "plan-and-execute",
    settings: options,
    asks: writer === undefined ? [planner, executor] : [planner, executor, writer],
    bounds: { maxSteps: { value: maxSteps, most: 50 }, maxPlans: { value: maxPlans, most: 5 } },
    about: { planner, executor, ...(writer === undefined ? {} : { writer }) },
    run: async (conversation, ctx) => {
      let work = conversation;
      for (let plans = 1; ; plans++) {
        const { steps } = readAnswer(WorkPlan, planner, await ask(ctx, planner, work));
        if (steps.length > maxSteps) {
          throw new TroupeError("escalated", `the plan has ${steps.length} steps; at most ${maxSteps} are carried out`);
        }
        const planned = withTurn(work, { role: planner, content: steps });
        const done = await executeSteps(ctx, executor, planned, steps);
        if ("result" in done) return writer === undefined ? done.result : ask(ctx, writer, done.work);
        if (plans >= maxPlans) throw done.error;
        work = withTurn(done.work, { role: executor, content: `The plan did not work: ${done.error.message}` });
      }
    },
  });
}

type Executed = { readonly work: Conversation } & ({ readonly result: Json } | { readonly error: TroupeError });

async function executeSteps<Executor extends string>(
  ctx: Context<Executor>,
  executor: Executor,
  planned: Conversation,
  steps: readonly string[],
): Promise<Executed> {
  let work = planned;
  let result: Json = null;
  for (const [index, step] of steps.entries()) {
    try {
      result = await ask(ctx, executor, work, `Step ${index + 1} of ${steps.length}: ${step}`);
    } catch (error) {
      if (TroupeError.is(error)) return { work, error };
      throw error;
    }
    work = withTurn(work, { role: executor, content: result });
  }
  return { work, result };
}

/** A planner for {@link planAndExecute}: an agent whose answer is a {@link WorkPlan}. */
export function workPlanner(options: AskedAgentOptions, openModel: OpenModel = systemModels()): RoleDefinition<never> {
  return askedAgent(options, WorkPlan, openModel);
}
