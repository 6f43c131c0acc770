import { RoleManifest, RoleName, SystemManifest } from "@troupe/runtime/internal";
import { z } from "zod";

const target = z.union([RoleName, z.literal("client")]);

/** A role in a system file: an agent, by configuration only. Names and defaults are those of `agent({ … })`. */
export const RoleFile = RoleManifest.omit({ kind: true, about: true, calls: true }).extend({
  model: z.string().min(1).describe("A model alias: one of `models`, or a built-in one (fast, standard, advanced)."),
  instructions: z.string().min(1).max(100_000).describe("The system message of the role."),
  route: z.array(target).min(1).max(200).optional().describe("Roles, and client, that the model chooses from."),
  to: target.optional().describe("Where the answer always goes, when there is nothing to choose."),
  decidesOnly: z.boolean().optional().describe("The role only decides who is next and contributes nothing."),
  output: z.record(z.string(), z.json()).optional().describe("JSON Schema of the contribution; absent = text."),
  temperature: z.number().min(0).max(2).optional(),
  maxOutputTokens: z.int().min(1).optional(),
  maxIterations: z.int().min(1).max(100).optional().describe("Model calls for one message. Default 5."),
});
export type RoleFile = z.infer<typeof RoleFile>;

/** A system file in YAML: the same system that `defineSystem` makes, without code. */
export const SystemFile = SystemManifest.omit({ roles: true }).extend({ roles: z.record(RoleName, RoleFile) });
export type SystemFile = z.infer<typeof SystemFile>;

/** The published JSON Schema of a system file, for editors. */
export function systemFileSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(SystemFile, { io: "input", target: "draft-7" });
  return { ...schema, $id: "https://troupe.dev/schema/system-file.json", title: "Troupe system file" };
}
