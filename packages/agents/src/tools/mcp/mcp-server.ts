/** An MCP server as a source of tools: how it is reached, and which of its tools a role may have. Nothing else that it offers is used. */
import { z } from "zod";
import { NodeValue } from "../../config/node-value.ts";
import { resolveToolRules, type ToolRules, ToolRulesFile } from "../tool-rules.ts";

const PIN = /^sha256:[0-9a-f]{64}$/;

/** One tool of a server that roles may have. */
export const McpToolFile = ToolRulesFile.extend({
  idempotent: z.boolean().optional().describe("Whether running it twice does no harm. Default: with permission READ."),
  pin: z
    .string()
    .regex(PIN, "sha256: and 64 hexadecimal digits, as the step `tools:<server>` of a task's log shows it")
    .optional()
    .describe(
      "Hash of its description and schemas; a tool that differs is refused. Absent = as it was when first seen.",
    ),
});

const tools = z
  .record(z.string().min(1).max(128), McpToolFile)
  .refine((named) => Object.keys(named).length > 0, "name the tools that may be used; there is no wildcard")
  .describe("The server's tools that may be used, by their names there; all others do not exist for the role.");
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "a lower-case letter, then up to 31 letters, digits or hyphens");

/** How a server is reached. */
export const McpReach = z.union([
  z.strictObject({
    command: z
      .string()
      .min(1)
      .max(4_096)
      .describe("The program that is started on the node; it speaks over its standard streams."),
    args: z.array(z.string().max(8_192)).max(200).optional(),
    env: z
      .record(z.string().min(1).max(256), NodeValue)
      .optional()
      .describe("All of its environment, besides PATH, HOME, SHELL, TERM, LOGNAME and USER."),
    cwd: z.string().min(1).max(4_096).optional(),
  }),
  z.strictObject({
    url: z.url({ protocol: /^https?$/ }).describe("Address of its streamable HTTP endpoint."),
    headers: z.record(z.string().min(1).max(256), NodeValue).optional(),
  }),
]);
export type McpReach = z.infer<typeof McpReach>;

/** As an author writes it. */
export type McpServerOptions = McpReach & {
  /** First part of the names under which models know its tools: `files` → `files_read_file`. */
  readonly name: string;
  /** The tools that may be used, by their names at the server. */
  readonly tools: Readonly<Record<string, z.input<typeof McpToolFile>>>;
};

/** One allowed tool, complete. */
export interface AllowedMcpTool {
  /** At the server. */
  readonly name: string;
  /** As models know it. */
  readonly offeredAs: string;
  readonly rules: ToolRules;
  readonly isIdempotent: boolean;
  readonly pin: string | undefined;
}

/** A server as a role has it. */
export interface McpServer {
  readonly kind: "mcp_server";
  readonly name: string;
  readonly reach: McpReach;
  readonly allowed: readonly AllowedMcpTool[];
}

/** As a system file writes it. */
export const McpServerFile = z.union([
  McpReach.options[0].extend({ type: z.literal("mcp"), tools }),
  McpReach.options[1].extend({ type: z.literal("mcp"), tools }),
]);

/**
 * Tools of an MCP server, over standard streams (`command`) or streamable HTTP (`url`), 2026-07-28 or older. It is started with the first
 * message that may need it, in the host's process tree, once for each replica, and again after a crash. Throws `ZodError` for wrong options.
 */
export function mcpServer(options: McpServerOptions): McpServer {
  const { name: given, tools: allowed, ...reach } = options;
  const prefix = name.parse(given);
  return {
    kind: "mcp_server",
    name: prefix,
    reach: McpReach.parse(reach),
    allowed: Object.entries(tools.parse(allowed)).map(([tool, { pin, idempotent, ...rules }]) => {
      const resolved = resolveToolRules(rules);
      return {
        name: tool,
        offeredAs: `${prefix}_${tool.replaceAll(/[^a-zA-Z0-9_-]/g, "_")}`,
        rules: resolved,
        isIdempotent: idempotent ?? resolved.permission === "READ",
        pin,
      };
    }),
  };
}
