import type { Transport } from "@modelcontextprotocol/client";
import { TroupeError } from "@troupe/runtime";
import { type NodeValue, readNodeValues } from "../../config/node-value.ts";
import type { McpReach } from "./mcp-server.ts";

/** Largest message of a server. Bytes. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const MAX_LINE_LENGTH = 2_000;

export interface McpTransportOptions {
  readonly name: string;
  readonly reach: McpReach;
  /** A variable of the node's environment. */
  readonly variable: (name: string) => string | undefined;
  /** Takes what the server prints for people. */
  readonly onOutput: (line: string) => void;
}

/** The way to a server. A started program gets PATH, HOME, SHELL, TERM, LOGNAME, USER and what is declared: nothing else of the node's environment. */
export async function openTransport({ reach, name, variable, onOutput }: McpTransportOptions): Promise<Transport> {
  const resolved = (values: Readonly<Record<string, NodeValue>> = {}) =>
    readNodeValues(`MCP server ${name}`, values, variable);
  if ("url" in reach) {
    const { StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
    return new StreamableHTTPClientTransport(new URL(reach.url), {
      requestInit: { headers: await resolved(reach.headers) },
      fetch: boundedFetch,
    });
  }
  const { StdioClientTransport } = await import("@modelcontextprotocol/client/stdio");
  const transport = new StdioClientTransport({
    command: reach.command,
    args: [...(reach.args ?? [])],
    env: await resolved(reach.env),
    ...(reach.cwd === undefined ? {} : { cwd: reach.cwd }),
    stderr: "pipe",
    maxBufferSize: MAX_MESSAGE_BYTES,
  });
  transport.stderr?.on("data", (chunk: unknown) => onOutput(String(chunk).slice(0, MAX_LINE_LENGTH).trimEnd()));
  return transport;
}

/** A server that sends without end ends its own answer, and not the memory of its client. */
async function boundedFetch(url: string | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.body === null) return response;
  let bytes = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes <= MAX_MESSAGE_BYTES) controller.enqueue(chunk);
      else
        controller.error(new TroupeError("body_too_large", `the server's answer is over ${MAX_MESSAGE_BYTES} bytes`));
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body.pipeThrough(counting), { status, statusText, headers });
}
