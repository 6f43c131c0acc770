/** Tools in a system file: declared once under `tools`, used by the roles that name them. Names and defaults are those of the functions. */
import type { Problem } from "@troupe/runtime";
import { messageOf } from "@troupe/runtime";
import { isServiceSubject, RoleName } from "@troupe/runtime/internal";
import { z } from "zod";
import { CodeLimitsFile, codeTool } from "./code/code-tool.ts";
import { McpServerFile, mcpServer } from "./mcp/mcp-server.ts";
import { roleTool } from "./role-tool.ts";
import { serviceTool } from "./service-tool.ts";
import { ToolRulesFile } from "./tool-rules.ts";
import type { ToolSource } from "./tool-set.ts";

const description = z
  .string()
  .min(1)
  .max(4_000)
  .describe("When to use it and what it gives; the model decides by this.");
const jsonSchema = z.record(z.string(), z.json());

const RoleToolFile = ToolRulesFile.extend({
  type: z.literal("role"),
  role: RoleName.describe("The role that is asked; it must be an edge of the graph."),
  description,
});
const ServiceToolFile = ToolRulesFile.extend({
  type: z.literal("service"),
  subject: z
    .string()
    .refine((subject) => isServiceSubject(subject, ""), "words of letters, digits, _ and - with dots between them")
    .describe("Where the NATS service listens; never one of Troupe's own subjects."),
  description,
  parameters: jsonSchema.describe("JSON Schema of what it takes."),
  result: jsonSchema.optional().describe("JSON Schema of what it answers; absent = anything."),
  idempotent: z.boolean().optional().describe("Whether asking twice does no harm. Default: with permission READ."),
});
const CodeToolFile = ToolRulesFile.extend({
  type: z.literal("code"),
  ...CodeLimitsFile.shape,
  description: description.optional(),
});

/** A tool, or a server of tools. Functions are code, so they are in no file. */
const ToolFile = z.union([McpServerFile, ServiceToolFile, RoleToolFile, CodeToolFile]);
type ToolFile = z.infer<typeof ToolFile>;

const ToolName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,31}$/, "a lower-case letter, then up to 31 letters, digits, _ or -");

/** The part `tools` of a system file. */
export const ToolFiles = z
  .record(ToolName, ToolFile)
  .optional()
  .describe("Tools by the name under which roles use them. An MCP server's tools are called <name>_<tool>.");
export type ToolFiles = z.infer<typeof ToolFiles>;

/** The tools that a role names. */
export const UsedTools = z
  .array(z.string())
  .max(100)
  .optional()
  .describe("Tools that its model may call: names from `tools`.");

/** Every declared tool, made; those that cannot be are noted, with the path in the file. */
export function readTools(files: ToolFiles = {}, problems: Problem[]): ReadonlyMap<string, ToolSource> {
  const made = new Map<string, ToolSource>();
  for (const [name, file] of Object.entries(files)) {
    try {
      made.set(name, toolOf(name, file));
    } catch (error) {
      problems.push({ path: `tools.${name}`, value: undefined, reason: messageOf(error).split("\n")[0] ?? "" });
    }
  }
  return made;
}

/** What a role named, in its order; names that are not declared are noted. */
export function usedTools(
  role: string,
  names: readonly string[] = [],
  made: ReadonlyMap<string, ToolSource>,
  declared: ToolFiles = {},
  problems: Problem[],
): readonly ToolSource[] {
  return names.flatMap((name, index) => {
    const source = made.get(name);
    if (source === undefined && !Object.hasOwn(declared, name)) {
      const known = Object.keys(declared).join(", ") || "none";
      problems.push({
        path: `roles.${role}.tools[${index}]`,
        value: name,
        reason: `no tool has this name; known are ${known}`,
      });
    }
    return source === undefined ? [] : [source];
  });
}

// oxlint-disable-next-line typescript/consistent-return -- every case returns, and the compiler knows it
function toolOf(name: string, file: ToolFile): ToolSource {
  switch (file.type) {
    case "mcp": {
      const { type: _, ...server } = file;
      return mcpServer({ name, ...server });
    }
    case "service":
      return serviceTool({ name, ...file });
    case "role":
      return roleTool({ name, ...file });
    case "code": {
      const { type: _, ...code } = file;
      return codeTool({ name, ...code });
    }
  }
}
