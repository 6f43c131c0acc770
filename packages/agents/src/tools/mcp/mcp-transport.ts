import { readFile } from "node:fs/promises";
import type { Transport } from "@modelcontextprotocol/client";
import { messageOf, TroupeError } from "@troupe/runtime";
import type { McpConnectionOptions } from "./mcp-connection.ts";
import type { McpValue } from "./mcp-server.ts";

/** Largest message of a server. Bytes. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
const MAX_LINE_LENGTH = 2_000;

type Options = Pick<McpConnectionOptions, "reach" | "name" | "variable" | "onOutput">;

/** The way to a server. A started program gets PATH, HOME, SHELL, TERM, LOGNAME, USER and what is declared: nothing else of the node's environment. */
export async function openTransport({ reach, name, variable, onOutput }: Options): Promise<Transport> {
  const valueOf = async (value: McpValue): Promise<string> => {
    if (typeof value === "string") return value;
    if ("file" in value) return readSecret(name, value.file);
    const found = variable(value.env);
    if (found !== undefined) return found;
    throw new TroupeError("invalid_config", `MCP server ${name} needs ${value.env}, which is not set on this node`);
  };
  const resolved = async (values: Readonly<Record<string, McpValue>> = {}) =>
    Object.fromEntries(
      await Promise.all(Object.entries(values).map(async ([key, value]) => [key, await valueOf(value)] as const)),
    );
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

async function readSecret(server: string, path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (error) {
    const message = `MCP server ${server} needs the file ${path}, which cannot be read on this node: ${messageOf(error)}`;
    throw new TroupeError("invalid_config", message, { cause: error });
  }
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
