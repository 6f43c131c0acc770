/** Workflows in a system file: templates of its own, and the roles that work by one. */
import type { Problem, RoleDefinition } from "@troupe/runtime";
import { ApprovalRule, RoleName } from "@troupe/runtime/internal";
import { z } from "zod";
import { asking } from "../patterns/role-fields.ts";
import { DELIVERY } from "./delivery.ts";
import type { StageOptions, WorkflowTemplate } from "./stage.ts";
import { workflow } from "./workflow.ts";

const timeoutMs = z.int().min(1).optional().describe("Longest wait for the answer of a stage. Default 300000.");
const retries = z.int().min(0).max(20).optional().describe("How often a stage is asked again. Default 3.");

const Stage = z.strictObject({
  name: z.string().min(1).max(64),
  role: RoleName.optional().describe("The role that does it. Absent = the role of the same name."),
  prompt: z.string().min(1).max(20_000).describe("What the stage has to do."),
  timeoutMs,
  retries,
  approval: z
    .union([z.boolean(), ApprovalRule])
    .optional()
    .describe("A person has to approve it first: true, or who and for how long. Needs an edge to human."),
}) satisfies z.ZodType<StageOptions>;

/** Stages in their order; those of one `parallel` work at the same time. */
const Template = z
  .array(z.union([Stage, z.strictObject({ parallel: z.array(Stage).min(1).max(50) })]))
  .min(1)
  .max(50);

/** The templates of a system file, by name. */
export const WorkflowFiles = z
  .record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "a lower-case letter, then letters, digits or hyphens"), Template)
  .optional()
  .describe("Workflow templates. `delivery` is built in: triage, plan, execute, review, deploy.");
export type WorkflowFiles = z.infer<typeof WorkflowFiles>;

/** A role that works by a template. */
export const WorkflowRole = asking("workflow").extend({
  template: z.string().min(1).describe("One of `workflows`, or delivery."),
  eachStage: z.strictObject({ timeoutMs, retries }).optional().describe("For stages that say nothing themselves."),
  approve: z.array(z.string().min(1)).max(50).optional().describe("Names of stages that a person has to approve."),
});
type WorkflowRole = z.infer<typeof WorkflowRole>;

const BUILT_IN: ReadonlyMap<string, WorkflowTemplate> = new Map([["delivery", DELIVERY]]);

/** The role; a template that is not there is noted, with an empty one in its place. */
export function workflowRole(
  name: string,
  file: WorkflowRole,
  workflows: WorkflowFiles,
  problems: Problem[],
): RoleDefinition {
  const known = new Map([...BUILT_IN, ...Object.entries(workflows ?? {})]);
  const template = known.get(file.template);
  if (template === undefined) {
    const reason = `no workflow has this name; known are ${[...known.keys()].join(", ")}`;
    problems.push({ path: `roles.${name}.template`, value: file.template, reason });
  }
  return workflow<WorkflowTemplate, string>({ ...file, template: template ?? [] });
}
