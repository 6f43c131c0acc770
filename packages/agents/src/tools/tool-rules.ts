/** What a tool may do, how often, and with what content: the same for every kind of tool. */
import type { ToolPermission } from "@troupe/runtime";
import {
  ApprovalRule,
  TaintLabels,
  TOOL_PERMISSIONS,
  ToolPermission as ToolPermissionSchema,
} from "@troupe/runtime/internal";
import { z } from "zod";

/** As an author writes them, in TypeScript and in a system file. */
export const ToolRulesFile = z.strictObject({
  permission: ToolPermissionSchema.optional().describe(
    "What a call may do; the role must be granted it. Default EXECUTE: a tool that says nothing may do anything.",
  ),
  callsPerMinute: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe("Calls that all replicas of a role together may begin in a minute. Default 100."),
  costUsd: z.number().min(0).max(1_000_000).optional().describe("Dollars that a call costs. Default 0."),
  timeoutMs: z
    .int()
    .min(1)
    .max(20 * 60_000)
    .optional()
    .describe("How long a call may take. Default 30 s."),
  maxResultLength: z
    .int()
    .min(100)
    .max(1_000_000)
    .optional()
    .describe("Characters of a result that the model is given; the rest is cut. Default 32,000."),
  requiresApproval: z
    .union([z.boolean(), ApprovalRule])
    .optional()
    .describe("Whether people have to approve every call, and who, how many, how soon. Default false."),
  taint: z
    .strictObject({
      accepts: TaintLabels.optional().describe("Labels that a task may carry when it calls. Absent = all."),
      gives: TaintLabels.optional().describe("Labels that the task carries from the result on. Default none."),
      isOutside: z
        .boolean()
        .optional()
        .describe("Whether a call sends to where others can read it (mail, the web). Default false."),
    })
    .optional(),
});
export type ToolRulesOptions = z.input<typeof ToolRulesFile>;

/** The same, complete. */
export interface ToolRules {
  readonly permission: ToolPermission;
  readonly callsPerMinute: number;
  readonly costMicros: number;
  readonly timeoutMs: number;
  readonly maxResultLength: number;
  /** Who has to approve every call; absent = nobody. */
  readonly approval: ApprovalRule | undefined;
  /** Labels that its calls may carry; absent = all. */
  readonly accepts: readonly string[] | undefined;
  readonly gives: readonly string[];
  readonly isOutside: boolean;
}

/** Calls a minute of a tool that says nothing (R-AGT-7). */
export const CALLS_PER_MINUTE = 100;

export function resolveToolRules(options: ToolRulesOptions): ToolRules {
  const { permission = "EXECUTE", callsPerMinute = CALLS_PER_MINUTE, costUsd = 0, taint = {} } = options;
  const { timeoutMs = 30_000, maxResultLength = 32_000, requiresApproval = false } = options;
  return {
    permission,
    callsPerMinute,
    costMicros: Math.round(costUsd * 1_000_000),
    timeoutMs,
    maxResultLength,
    approval: typeof requiresApproval === "object" ? requiresApproval : requiresApproval ? {} : undefined,
    accepts: taint.accepts,
    gives: taint.gives ?? [],
    isOutside: taint.isOutside ?? false,
  };
}

/** What a role may do where nothing else is said. */
export const DEFAULT_GRANTS: readonly ToolPermission[] = ["READ"];

export const Grants = z
  .array(ToolPermissionSchema)
  .max(TOOL_PERMISSIONS.length)
  .optional()
  .describe("Permissions that the role's tools may use. Default READ.");
