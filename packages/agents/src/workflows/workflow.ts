import { type Context, type Json, type RoleDefinition, TroupeError } from "@troupe/runtime";
import { approvable } from "@troupe/runtime/internal";
import { coordinator, type PatternSettings } from "../patterns/coordinator.ts";
import type { Conversation } from "../roles/conversation.ts";
import {
  aboutStages,
  groupsOf,
  type RolesOfTemplate,
  type Stage,
  type StageDefaults,
  stageProblems,
  type WorkflowTemplate,
} from "./stage.ts";
import { isWorthRetrying, retryDelayMs, stageError } from "./stage-failure.ts";
import { type StageAttempt, type StageDone, stageMessage } from "./stage-message.ts";

export interface WorkflowOptions<Template extends WorkflowTemplate, To extends string> extends PatternSettings<To> {
  /** The stages: `DELIVERY`, or your own; `{ parallel: [...] }` is a group that works at the same time. */
  readonly template: Template;
  /** For stages that say nothing themselves. */
  readonly eachStage?: StageDefaults | undefined;
  /** Names of stages that a person has to approve, besides those that say so themselves. Needs an edge to `human`. */
  readonly approve?: readonly string[] | undefined;
}

/**
 * A workflow: stages one after the other, groups of them at the same time, each done by a role with a prompt of its own, on the request and
 * the outputs of the stages before it. The last stage's output is the answer; of a group, the list `[{ stage, output }]`. A stage whose answer
 * does not come within `timeoutMs` (300 s), or cannot be used, is asked again, up to `retries` (3) times, then the workflow fails with its
 * error. Bound: stages × (1 + `retries`) calls. Each answer is a record: after a crash the workflow goes on from there on any node, and no
 * stage that was done is done again. Whoever watches the task sees each stage begin and end.
 */
export function workflow<const Template extends WorkflowTemplate, const To extends string = never>(
  options: WorkflowOptions<Template, To>,
): RoleDefinition<RolesOfTemplate<Template> | To> {
  const { template, eachStage = {}, approve } = options;
  const groups = groupsOf(template, eachStage, approve);
  return coordinator<RolesOfTemplate<Template>, To>({
    pattern: "workflow",
    settings: options,
    // `groupsOf` takes the roles from the template.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    asks: groups.flat().map(({ role }) => role) as RolesOfTemplate<Template>[],
    bounds: {},
    about: { stages: aboutStages(groups) },
    problems: stageProblems(groups, approve),
    asksPeople: groups.flat().some(({ approval }) => approval !== undefined),
    run: (request, ctx) => runStages(ctx, groups, request),
  });
}

async function runStages(ctx: Context, groups: readonly (readonly Stage[])[], request: Conversation): Promise<Json> {
  const total = groups.flat().length;
  const done: StageDone[] = [];
  let outputs: readonly StageDone[] = [];
  for (const group of groups) {
    outputs = await runGroup(ctx, group, (attempt) => stageMessage(request, done, attempt, total));
    done.push(...outputs);
  }
  const [first] = outputs;
  return outputs.length === 1 && first !== undefined ? first.output : outputs.map((one) => ({ ...one }));
}

/** Asks all stages of a group, again those that did not do, until each is done. Throws the error of one that cannot be. */
async function runGroup(
  ctx: Context,
  group: readonly Stage[],
  messageOf: (attempt: StageAttempt) => Json,
): Promise<readonly StageDone[]> {
  const outputs = new Map<string, Json>();
  let open: readonly StageAttempt[] = group.map((stage) => ({ stage, attempt: 1 }));
  for (let round = 1; open.length > 0; round++) {
    if (round > 1) await ctx.sleep(retryDelayMs(round - 1));
    open = await runRound(ctx, open, messageOf, outputs);
  }
  return group.map(({ name }) => ({ stage: name, output: outputs.get(name) ?? null }));
}

/** Asks once; returns what is to be asked again. */
async function runRound(
  ctx: Context,
  attempts: readonly StageAttempt[],
  messageOf: (attempt: StageAttempt) => Json,
  outputs: Map<string, Json>,
): Promise<readonly StageAttempt[]> {
  for (const one of attempts) {
    await requireApproval(ctx, one, messageOf(one));
    await report(ctx, one, "begins");
  }
  const answers = await ctx.settle(
    attempts.map((one) => ({ to: one.stage.role, body: messageOf(one), timeoutMs: one.stage.timeoutMs })),
  );
  const again: StageAttempt[] = [];
  for (const answer of answers) {
    const one = attempts[answer.index];
    if (one === undefined) continue;
    if ("value" in answer) {
      outputs.set(one.stage.name, answer.value);
      await report(ctx, one, "done");
    } else {
      const { error } = answer;
      const mayRetry = isWorthRetrying(error) && one.attempt <= one.stage.retries;
      await report(ctx, one, "failed", error.message);
      if (!mayRetry) throw stageError(one, error);
      again.push({ stage: one.stage, attempt: one.attempt + 1, failure: error.message });
    }
  }
  return again;
}

/** Waits until a person has approved what the stage is to work on. Throws `approval_denied`, `approval_expired`. */
async function requireApproval(ctx: Context, { stage, attempt }: StageAttempt, message: Json): Promise<void> {
  const { name, role, approval } = stage;
  if (approval === undefined) return;
  const act = { stage: name, role, attempt, message: approvable(message) };
  const answer = await ctx.approval({ ...approval, act, summary: `stage ${name}, by ${role}` });
  if (answer.isApproved) return;
  const because = answer.reason === undefined ? "" : `: ${answer.reason}`;
  throw answer.why === "expired"
    ? new TroupeError("approval_expired", `nobody approved stage ${name} in time`, { details: { stage: name } })
    : new TroupeError("approval_denied", `${answer.by ?? "somebody"} denied stage ${name}${because}`, {
        details: { stage: name },
      });
}

/** A durable event, for whoever watches the task. */
async function report(
  ctx: Context,
  { stage, attempt }: StageAttempt,
  state: "begins" | "done" | "failed",
  why?: string,
) {
  await ctx.emit("stage", {
    stage: stage.name,
    state,
    attempt,
    ...(why === undefined ? {} : { why: why.slice(0, 500) }),
  });
}
