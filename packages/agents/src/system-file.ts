import { RoleName, SystemManifest } from "@troupe/runtime/internal";
import { z } from "zod";
import { PATTERN_FILES } from "./patterns/pattern-file.ts";
import { ModelFields, RoleSettingsFile, target } from "./patterns/role-fields.ts";
import { ToolFiles, UsedTools } from "./tools/tool-file.ts";
import { Grants } from "./tools/tool-rules.ts";
import { WorkflowFiles } from "./workflows/workflow-file.ts";

/** An agent in a system file. Names and defaults are those of `agent({ … })`. */
export const AgentFile = RoleSettingsFile.extend({
  pattern: z.literal("agent").optional().describe("What the role is. Absent = agent."),
  ...ModelFields,
  route: z.array(target).min(1).max(200).optional().describe("Roles, and client, that the model chooses from."),
  to: target.optional().describe("Where the answer always goes, when there is nothing to choose."),
  decidesOnly: z.boolean().optional().describe("The role only decides who is next and contributes nothing."),
  output: z.record(z.string(), z.json()).optional().describe("JSON Schema of the contribution; absent = text."),
  tools: UsedTools,
  grants: Grants,
  whenDown: z
    .union([z.enum(["fail", "wait"]), z.strictObject({ answer: z.json(), to: target.optional() })])
    .optional()
    .describe("While no model answers: fail the hop (default), wait and ask again, or give this answer."),
  cache: z.boolean().optional().describe("Take the answer to the same question again. Absent = only at temperature 0."),
  whenSpent: z
    .enum(["fail", "escalate"])
    .optional()
    .describe("When a budget has no room: fail the hop (default), or escalate."),
});
export type AgentFile = z.infer<typeof AgentFile>;

/** A role in a system file: an agent, or one of the patterns. */
export const RoleFile = z.discriminatedUnion("pattern", [AgentFile, ...PATTERN_FILES]);
export type RoleFile = z.infer<typeof RoleFile>;

/** Whether a role is an agent and no pattern. */
export const isAgent = (role: RoleFile): role is AgentFile => role.pattern === undefined || role.pattern === "agent";

/** A system file in YAML: the same system that `defineSystem` makes, without code. */
export const SystemFile = SystemManifest.omit({ roles: true }).extend({
  roles: z.record(RoleName, RoleFile),
  tools: ToolFiles,
  workflows: WorkflowFiles,
});
export type SystemFile = z.infer<typeof SystemFile>;

/** The published JSON Schema of a system file, for editors. */
export function systemFileSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(SystemFile, { io: "input", target: "draft-7" });
  return { ...schema, $id: "https://troupe.dev/schema/system-file.json", title: "Troupe system file" };
}
