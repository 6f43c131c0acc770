/** What the control plane and the nodes know of a role's tools; what they do stays with the role. */
import { z } from "zod";
import { ApprovalRule } from "./approval.ts";

/** What a call may do. A role is granted some of them; a tool needs one. */
export const TOOL_PERMISSIONS = ["READ", "WRITE", "EXECUTE", "DELETE", "ADMIN"] as const;
export const ToolPermission = z.enum(TOOL_PERMISSIONS);
export type ToolPermission = z.infer<typeof ToolPermission>;

/** How content came into a task, or what is in it: `client`, `web`, `secret`. */
export const TaintLabel = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "a lower-case letter, then up to 31 letters, digits or hyphens");
/** Labels that one message may carry. */
export const MAX_TAINT_LABELS = 32;
export const TaintLabels = z.array(TaintLabel).max(MAX_TAINT_LABELS);

/** The label of what must not leave: with it and with content from outside, a task may not use a tool that reaches outside. */
export const SECRET_LABEL = "secret";

/** What a role accepts; absent = everything. Enforced where it receives, so nothing that a sender does can skip it. */
export const RoleTaint = z.strictObject({
  /** Labels that may be on its messages and on answers to its calls. */
  accepts: TaintLabels.optional(),
  /** The same for single senders, in place of `accepts`: by role, or `client`. */
  from: z.record(z.string().min(1).max(32), TaintLabels).optional(),
});
export type RoleTaint = z.infer<typeof RoleTaint>;

const SERVICE_SUBJECT = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;

/** One tool of a role, under the name by which its model calls it. */
export const ToolManifest = z.strictObject({
  /** Which names are allowed is checked with the role, so that all problems are told at once. */
  name: z.string().max(1_024),
  kind: z.enum(["function", "mcp", "service", "role", "code"]),
  permission: ToolPermission,
  /** Calls that all replicas of the role together may begin in a minute. */
  callsPerMinute: z.int().min(1).max(100_000),
  /** Millionths of a dollar that a call costs; absent = nothing. */
  costMicros: z.int().min(1).optional(),
  /** What the tool stands for: the subject of a NATS service, the role that is asked, the MCP server. */
  target: z.string().max(1_024).optional(),
  /** Labels that its arguments may carry; absent = all. */
  accepts: TaintLabels.optional(),
  /** Who has to approve each call; absent = nobody. */
  approval: ApprovalRule.optional(),
});
export type ToolManifest = z.infer<typeof ToolManifest>;

/** Whether a subject may be the address of a tool: literal, and neither the server's own nor one of this system. */
export function isServiceSubject(subject: string, system: string): boolean {
  const first = subject.split(".")[0];
  return SERVICE_SUBJECT.test(subject) && subject.length <= 256 && first !== system && !first?.startsWith("_");
}
