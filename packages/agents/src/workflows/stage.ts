/** Stages of a workflow: what an author writes, and the same complete. Pure. */
import type { ApprovalRule, Json, Problem } from "@troupe/runtime";
import { z } from "zod";

/** One stage as an author writes it. */
export interface StageOptions {
  readonly name: string;
  /** The role that does it. Default: the role of the stage's own name. */
  readonly role?: string | undefined;
  /** What this stage has to do; stands in the note of its message, after which stage it is and which are done. */
  readonly prompt: string;
  /** Longest wait for its answer, ms. Default 300 s. */
  readonly timeoutMs?: number | undefined;
  /** How often it is asked again after an answer that did not come or cannot be used. Default 3. */
  readonly retries?: number | undefined;
  /**
   * A person has to approve the message that the stage is to work on, before each attempt; `true` = as the system says (`approvals`). Needs an
   * edge from the workflow's role to `human`. Default false.
   */
  readonly approval?: boolean | ApprovalRule | undefined;
}

/** Stages that work at the same time, each on what the stages before the group have done. */
export interface ParallelStages<One extends StageOptions = StageOptions> {
  readonly parallel: readonly One[];
}

/** The stages of a workflow, in their order. */
export type WorkflowTemplate = readonly (StageOptions | ParallelStages)[];

/** The roles that a template asks. */
export type RolesOfTemplate<Template extends WorkflowTemplate> = RoleOf<Template[number]>;
type RoleOf<Entry> =
  Entry extends ParallelStages<infer One>
    ? RoleOf<One>
    : Entry extends { readonly role: infer Role extends string }
      ? Role
      : Entry extends { readonly name: infer Name extends string }
        ? Name
        : never;

/** One stage, complete. */
export interface Stage {
  readonly name: string;
  readonly role: string;
  readonly prompt: string;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Absent = nobody has to approve it. */
  readonly approval?: ApprovalRule | undefined;
}

/** What the stages of a workflow have that say nothing themselves. */
export type StageDefaults = Pick<StageOptions, "timeoutMs" | "retries">;

const TIMEOUT_MS = 300_000;
const RETRIES = 3;
const MAX_TIMEOUT_MS = 7 * 24 * 3_600_000;
const MAX_RETRIES = 20;
const MAX_STAGES = 50;

/** The template as groups of stages that work at the same time; most groups have one. */
export function groupsOf(
  template: WorkflowTemplate,
  defaults: StageDefaults,
  approve: readonly string[] = [],
): readonly (readonly Stage[])[] {
  const stage = ({ name, role = name, prompt, timeoutMs, retries, approval }: StageOptions): Stage => {
    const rule = approval === true || (approval === undefined && approve.includes(name)) ? {} : approval;
    return {
      name,
      role,
      prompt,
      timeoutMs: timeoutMs ?? defaults.timeoutMs ?? TIMEOUT_MS,
      retries: retries ?? defaults.retries ?? RETRIES,
      ...(rule === undefined || rule === false ? {} : { approval: rule }),
    };
  };
  return template.map((entry) => ("parallel" in entry ? entry.parallel.map(stage) : [stage(entry)]));
}

/** The stages as the manifest shows them. */
export const aboutStages = (groups: readonly (readonly Stage[])[]): Json =>
  z.json().parse(JSON.parse(JSON.stringify(groups)));

/** Everything that is wrong with the stages of a workflow; `approve` = names of stages that need a person. */
export function stageProblems(
  groups: readonly (readonly Stage[])[],
  approve: readonly string[] = [],
): readonly Problem[] {
  const stages = groups.flat();
  const found: Problem[] = approve.flatMap((name, index) =>
    stages.some((stage) => stage.name === name)
      ? []
      : [{ path: `approve[${index}]`, value: name, reason: "the template has no such stage" }],
  );
  if (groups.length === 0 || stages.length > MAX_STAGES) {
    found.push({ path: "stages", value: stages.length, reason: `a workflow has 1 to ${MAX_STAGES} stages` });
  }
  const names = new Set<string>();
  for (const [index, group] of groups.entries()) {
    const path = `stages[${index}]`;
    if (group.length === 0) found.push({ path, value: [], reason: "a parallel group needs at least one stage" });
    for (const stage of group) {
      if (names.has(stage.name)) found.push({ path, value: stage.name, reason: "another stage has this name" });
      names.add(stage.name);
      found.push(...problemsOfStage(stage, path));
    }
  }
  return found;
}

function problemsOfStage({ name, prompt, timeoutMs, retries }: Stage, path: string): readonly Problem[] {
  const found: Problem[] = [];
  if (name.trim() === "") found.push({ path, value: name, reason: "a stage needs a name" });
  if (prompt.trim() === "") found.push({ path, value: prompt, reason: `stage ${name} needs a prompt` });
  if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > MAX_TIMEOUT_MS) {
    const reason = `the time-out of stage ${name} must be a whole number of ms from 1 to ${MAX_TIMEOUT_MS} (a week)`;
    found.push({ path, value: timeoutMs, reason });
  }
  if (!Number.isInteger(retries) || retries < 0 || retries > MAX_RETRIES) {
    const reason = `the retries of stage ${name} must be a whole number from 0 to ${MAX_RETRIES}`;
    found.push({ path, value: retries, reason });
  }
  return found;
}
