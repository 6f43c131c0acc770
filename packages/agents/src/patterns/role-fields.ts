/** Fields that roles of a system file have in common. */
import { RoleManifest, RoleName } from "@troupe/runtime/internal";
import { z } from "zod";

/** Where a role's work goes. */
export const target = z.union([RoleName, z.literal("client")]);

/** Placement and treatment of a role, the same for all. */
export const RoleSettingsFile = RoleManifest.omit({
  kind: true,
  about: true,
  calls: true,
  tools: true,
  takesFiles: true,
});

/** What every agent has, whatever it does with its answer. */
export const ModelFields = z.strictObject({
  model: z.string().min(1).describe("A model alias: one of `models`, or a built-in one (fast, standard, advanced)."),
  instructions: z.string().min(1).max(100_000).describe("The system message of the role."),
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  maxIterations: z.int().min(1).max(100).optional().describe("Model calls for one message. Default 5."),
  context: z
    .strictObject({ turns: z.int().min(0).max(50).optional(), summarise: z.boolean().optional() })
    .optional()
    .describe("Newest turns that go into a prompt (10), and whether those that are left out are summarised (false)."),
}).shape;

/** A role that asks others and hands their work on. */
export const asking = <Name extends string>(pattern: Name) =>
  RoleSettingsFile.extend({
    pattern: z.literal(pattern),
    to: target.optional().describe("Where the answer goes. Absent = the role can only be called."),
  });

/** An agent that such a role asks; the pattern says what its answer looks like. */
export const asked = <Name extends string>(pattern: Name) =>
  RoleSettingsFile.extend({ pattern: z.literal(pattern), ...ModelFields });
