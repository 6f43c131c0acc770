/**
 * The connection to one MCP server: opened with the first use, again after it broke, and not again at once when it cannot be opened. The
 * protocol's generation is found out when it connects (`server/discover`, else `initialize`).
 */
import type { Client, Tool as ListedTool } from "@modelcontextprotocol/client";
import { type Clock, messageOf, TroupeError } from "@troupe/runtime";
import { z } from "zod";
import type { ToolScope } from "../tool.ts";
import { failureOfCall } from "./mcp-failure.ts";
import { McpResult } from "./mcp-result.ts";
import { type McpTransportOptions, openTransport } from "./mcp-transport.ts";
import { pinOf } from "./tool-pin.ts";

/** What a server says of a tool, with the hash of it. */
export const McpListing = z.object({
  name: z.string().min(1).max(128),
  description: z.string().max(8_192).optional(),
  inputSchema: z.looseObject({ type: z.literal("object") }),
  outputSchema: z.record(z.string(), z.unknown()).optional(),
  pin: z.string(),
});
export type McpListing = z.infer<typeof McpListing>;

const CONNECT_MS = 20_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A listing older than this is asked for again before a call: a server that changed a tool without saying so is found out. */
const LISTING_AGE_MS = 60_000;
const MAX_SCHEMA_LENGTH = 64 * 1024;

interface Open {
  readonly client: Client;
  listing: { readonly tools: ReadonlyMap<string, McpListing>; readonly atMs: number } | undefined;
}

export interface McpConnectionOptions extends McpTransportOptions {
  readonly clock: Clock;
}

export class McpConnection {
  readonly #options: McpConnectionOptions;
  #open: Promise<Open> | undefined;
  #current: Open | undefined;
  #failures = 0;
  #notBeforeMs = 0;
  #isDisposed = false;

  constructor(options: McpConnectionOptions) {
    this.#options = options;
  }

  /** The server's tools by name; those that are out of bounds or no tools are left out. Throws `unavailable`. */
  async list(signal: AbortSignal): Promise<ReadonlyMap<string, McpListing>> {
    return this.#listing(await this.#connected(), signal);
  }

  /**
   * Calls a tool that is still the one of this pin. Throws `outcome_unknown` when the connection broke before the answer, `unavailable` when
   * nothing was sent, and the server's own words as an error.
   */
  async call(
    tool: McpListing,
    args: unknown,
    { signal, idempotencyKey }: ToolScope,
  ): Promise<z.infer<typeof McpResult>> {
    const open = await this.#connected();
    const current = (await this.#listing(open, signal)).get(tool.name);
    if (current?.pin !== tool.pin) {
      throw new TroupeError(
        "tool_failed",
        `${this.#options.name} changed ${tool.name} since it was offered; it was not called`,
      );
    }
    const params = {
      name: tool.name,
      arguments: z.record(z.string(), z.unknown()).parse(args),
      _meta: { "troupe/idempotency-key": idempotencyKey },
    };
    try {
      // The tool's own time-out aborts the signal; the client's must not come first.
      const options = { signal, timeout: 21 * 60_000, toolDefinition: definitionOf(tool) };
      return McpResult.parse(await open.client.callTool(params, options));
    } catch (error) {
      signal.throwIfAborted();
      const failure = failureOfCall(error);
      if (failure === "answered") throw error;
      this.#drop(open);
      if (failure === "refused") throw error;
      const message = `the connection to ${this.#options.name} broke: ${messageOf(error)}`;
      throw new TroupeError("outcome_unknown", message, { cause: error });
    }
  }

  async close(): Promise<void> {
    this.#isDisposed = true;
    const open = await this.#open?.catch(() => undefined);
    await open?.client.close();
  }

  async #connected(): Promise<Open> {
    if (this.#isDisposed) throw new TroupeError("unavailable", `${this.#options.name}: the role has stopped`);
    if (this.#open !== undefined) return this.#open;
    const { clock, name } = this.#options;
    const waitMs = this.#notBeforeMs - clock.monotonicMs();
    if (waitMs > 0) {
      throw new TroupeError(
        "unavailable",
        `MCP server ${name} does not start; it is tried again in ${Math.ceil(waitMs)} ms`,
      );
    }
    const opening = this.#start();
    this.#open = opening;
    try {
      const open = await opening;
      this.#failures = 0;
      this.#current = open;
      return open;
    } catch (error) {
      this.#open = undefined;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
      this.#notBeforeMs = clock.monotonicMs() + pauseMs;
      throw new TroupeError("unavailable", `MCP server ${name}: ${messageOf(error)}`, { cause: error });
    }
  }

  async #start(): Promise<Open> {
    const { Client } = await import("@modelcontextprotocol/client");
    const client = new Client(
      { name: "troupe", version: "1.0.0" },
      { versionNegotiation: { mode: "auto", probe: { timeoutMs: CONNECT_MS / 4 } } },
    );
    const open: Open = { client, listing: undefined };
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the client has no other way
    client.onclose = () => this.#drop(open);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the client has no other way
    client.onerror = (error) => this.#options.onOutput(`error: ${messageOf(error)}`);
    client.setNotificationHandler("notifications/tools/list_changed", () => {
      open.listing = undefined;
    });
    await client.connect(await openTransport(this.#options), { timeout: CONNECT_MS });
    return open;
  }

  /** The next use opens a new connection; a drop of an older one changes nothing. */
  #drop(open: Open): void {
    if (this.#current !== open) return;
    this.#current = undefined;
    this.#open = undefined;
    open.client.close().catch((error: unknown) => this.#options.onOutput(`close: ${messageOf(error)}`));
  }

  async #listing(open: Open, signal: AbortSignal): Promise<ReadonlyMap<string, McpListing>> {
    const nowMs = this.#options.clock.monotonicMs();
    if (open.listing !== undefined && nowMs - open.listing.atMs < LISTING_AGE_MS) return open.listing.tools;
    try {
      const { tools } = await open.client.listTools(undefined, { signal, timeout: CONNECT_MS, cacheMode: "refresh" });
      const listed = tools.map(listingOf).filter((tool) => tool !== undefined);
      open.listing = { tools: new Map(listed.map((tool) => [tool.name, tool])), atMs: nowMs };
      return open.listing.tools;
    } catch (error) {
      signal.throwIfAborted();
      throw new TroupeError(
        "unavailable",
        `MCP server ${this.#options.name} does not list its tools: ${messageOf(error)}`,
      );
    }
  }
}

function listingOf({ name, description, inputSchema, outputSchema }: ListedTool): McpListing | undefined {
  const pinned = { name, description, inputSchema, outputSchema };
  if (JSON.stringify([inputSchema, outputSchema]).length > MAX_SCHEMA_LENGTH) return undefined;
  return McpListing.safeParse({ ...pinned, pin: pinOf(pinned) }).data;
}

const definitionOf = ({ name, description, inputSchema, outputSchema }: McpListing): ListedTool => ({
  name,
  ...(description === undefined ? {} : { description }),
  inputSchema,
  ...(outputSchema === undefined ? {} : { outputSchema }),
});
