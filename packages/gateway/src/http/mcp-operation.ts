import { z } from "zod";
import type { Operation } from "./operation.ts";

/** A message of MCP: a request, or a notification. */
export const McpMessage = z
  .strictObject({
    jsonrpc: z.literal("2.0"),
    id: z.union([z.string().max(1_024), z.int()]).optional(),
    method: z.string().min(1).max(128),
    params: z.looseObject({}).optional(),
  })
  .meta({ description: "A request or a notification of the Model Context Protocol." });

export const MCP_OPERATION: Operation = {
  id: "callMcp",
  method: "POST",
  path: "/mcp",
  permission: "agent:chat",
  summary: "MCP over streamable HTTP, without sessions: the roles that take tasks as tools.",
  body: McpMessage,
  example: {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "example", version: "1.0.0" } },
  },
  success: {
    status: 200,
    description: "The answer; a stream of messages where progress is told before it.",
    schema: z.looseObject({ jsonrpc: z.literal("2.0") }),
    streams: "text/event-stream",
    empty: { status: 202, description: "A notification was taken." },
  },
  errors: ["invalid_request", "unsupported_media_type", "body_too_large", "no_system"],
};
