/** The tools of one MCP server as a replica of a role has them: listed once a hop, as a recorded step, then called by the gate. */
import { type Context, type Json, messageOf, TroupeError } from "@troupe/runtime";
import { z } from "zod";
import { recordRefusal } from "../gate/admit.ts";
import type { ToolPorts } from "../gate/tool-ports.ts";
import type { ParsedArguments, Tool, ToolScope } from "../tool.ts";
import { McpConnection, McpListing } from "./mcp-connection.ts";
import { textOfResult } from "./mcp-result.ts";
import type { AllowedMcpTool, McpServer } from "./mcp-server.ts";

const Listings = z.array(McpListing);

export class McpTools {
  readonly #server: McpServer;
  readonly #ports: ToolPorts;
  /** As each tool was when it was first seen: what is not pinned in the file is pinned by this. */
  readonly #firstSeen = new Map<string, string>();
  #connection: McpConnection | undefined;

  constructor(server: McpServer, ports: ToolPorts) {
    this.#server = server;
    this.#ports = ports;
  }

  /**
   * The tools that the model is offered in this hop: those that are allowed, are there, and are what they were pinned as. Recorded, so that
   * a replay sees the same. Throws `unavailable` when the server cannot be reached.
   */
  async offer(ctx: Context): Promise<readonly Tool[]> {
    const listed = await ctx.step<Json>(`tools:${this.#server.name}`, ({ signal }) => this.#list(ctx, signal));
    const { AjvJsonSchemaValidator } = await import("@modelcontextprotocol/client/validators/ajv");
    const validator = new AjvJsonSchemaValidator();
    const checkOf =
      (schema: Readonly<Record<string, unknown>>) =>
      (input: unknown): ParsedArguments => {
        try {
          const checked = validator.getValidator(schema)(input);
          return checked.valid ? { ok: true, value: input } : { ok: false, reason: checked.errorMessage };
        } catch (error) {
          return { ok: false, reason: `the tool's own schema cannot be used: ${messageOf(error)}` };
        }
      };
    return Listings.parse(listed).flatMap((listing) => {
      const allowed = this.#server.allowed.find(({ name }) => name === listing.name);
      return allowed === undefined ? [] : [this.#toolOf(ctx, allowed, listing, checkOf(listing.inputSchema))];
    });
  }

  async close(): Promise<void> {
    await this.#connection?.close();
  }

  async #list(ctx: Context, signal: AbortSignal): Promise<Json> {
    const there = await this.#connected(ctx).list(signal);
    const offered: McpListing[] = [];
    for (const allowed of this.#server.allowed) {
      const listing = there.get(allowed.name);
      if (listing === undefined)
        ctx.log.warn({ server: this.#server.name, tool: allowed.name }, "the MCP server has no such tool");
      else if (await this.#isPinned(ctx, allowed, listing)) offered.push(listing);
    }
    return z.json().parse(JSON.parse(JSON.stringify(offered)));
  }

  async #isPinned(ctx: Context, { offeredAs, name, pin }: AllowedMcpTool, listing: McpListing): Promise<boolean> {
    const expected = pin ?? this.#firstSeen.get(name);
    if (expected === undefined) this.#firstSeen.set(name, listing.pin);
    if (expected === undefined || expected === listing.pin) return true;
    const reason = `its description or schema is ${listing.pin} and not ${expected}`;
    await recordRefusal(ctx, offeredAs, { rule: "pin", reason });
    return false;
  }

  #toolOf(ctx: Context, allowed: AllowedMcpTool, listing: McpListing, parse: Tool["parse"]): Tool {
    const { offeredAs, rules, isIdempotent } = allowed;
    return {
      kind: "mcp",
      name: offeredAs,
      description: listing.description ?? "",
      target: this.#server.name,
      parameters: listing.inputSchema,
      rules,
      isIdempotent,
      parse,
      run: async (args, scope: ToolScope) => {
        const result = await this.#connected(ctx).call(listing, args, scope);
        const text = textOfResult(result);
        if (result.isError === true) throw new TroupeError("tool_failed", text);
        return text;
      },
    };
  }

  #connected({ log }: Context): McpConnection {
    const { name, reach } = this.#server;
    const { clock, variable } = this.#ports;
    const onOutput = (line: string) => log.debug({ server: name, line }, "an MCP server says");
    return (this.#connection ??= new McpConnection({ name, reach, clock, variable, onOutput }));
  }
}
