/**
 * MCP on standard input and output for programs that start their servers themselves, carried to a gateway's `/mcp`. Gateways keep no
 * sessions, so each request is a call of its own; what only keeps a session going ends here.
 */
import type { Readable, Writable } from "node:stream";
import { type JSONRPCMessage, type JSONRPCRequest, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import { messageOf } from "@troupe/runtime/internal";
import { z } from "zod";

export interface BridgeOptions {
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Of the gateway's `/mcp`. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Hears what went wrong, in words. */
  readonly onProblem: (text: string) => void;
}

export interface Bridge {
  /** Resolves when the client has closed its end. */
  readonly closed: Promise<void>;
  /** Lets go of everything under way. */
  stop(): Promise<void>;
}

/** Error of a request that reached no gateway, or lost it. */
const NO_GATEWAY = -32_000;

const Cancelled = z.object({
  method: z.literal("notifications/cancelled"),
  params: z.object({ requestId: z.union([z.string(), z.number()]) }),
});
const Initialized = z.object({ result: z.object({ protocolVersion: z.string() }) });

export async function bridgeMcp(options: BridgeOptions): Promise<Bridge> {
  const bridge = new StdioBridge(options);
  await bridge.start();
  return bridge;
}

class StdioBridge implements Bridge {
  readonly #options: BridgeOptions;
  readonly #client: StdioServerTransport;
  readonly #underWay = new Map<string | number, StreamableHTTPClientTransport>();
  readonly #closed = Promise.withResolvers<void>();
  /** What client and gateway agreed on, where they say so at the beginning. */
  #version: string | undefined;

  constructor(options: BridgeOptions) {
    const { stdin, stdout, onProblem } = options;
    this.#options = options;
    this.#client = new StdioServerTransport(stdin, stdout);
    Object.assign(this.#client, {
      onmessage: (message: JSONRPCMessage) => this.#take(message),
      onerror: (error: Error) => onProblem(messageOf(error)),
      onclose: () => this.#closed.resolve(),
    });
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  start(): Promise<void> {
    return this.#client.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#underWay.values()].map((call) => call.close()));
    this.#underWay.clear();
    await this.#client.close();
  }

  #take(message: JSONRPCMessage): void {
    if ("id" in message && "method" in message) void this.#ask(message);
    const cancelled = Cancelled.safeParse(message);
    if (cancelled.success) void this.#end(cancelled.data.params.requestId);
  }

  /** Rejects never: what goes wrong is the client's answer. */
  async #ask(request: JSONRPCRequest): Promise<void> {
    const { url, headers } = this.#options;
    const call = new StreamableHTTPClientTransport(url, {
      requestInit: { headers: { ...headers } },
      // A call that is lost is told as lost: asking again is the client's affair.
      reconnectionOptions: {
        maxRetries: 0,
        initialReconnectionDelay: 1,
        maxReconnectionDelay: 1,
        reconnectionDelayGrowFactor: 1,
      },
    });
    if (this.#version !== undefined) call.setProtocolVersion(this.#version);
    Object.assign(call, {
      onmessage: (answer: JSONRPCMessage) => this.#answer(request.id, answer),
      onerror: (error: Error) => this.#fail(request.id, error),
    });
    this.#underWay.set(request.id, call);
    try {
      await call.start();
      await call.send(request);
    } catch (error) {
      this.#fail(request.id, error);
    }
  }

  #answer(id: JSONRPCRequest["id"], answer: JSONRPCMessage): void {
    this.#version = Initialized.safeParse(answer).data?.result.protocolVersion ?? this.#version;
    this.#send(answer);
    if ("id" in answer && answer.id === id && !("method" in answer)) void this.#end(id);
  }

  #fail(id: JSONRPCRequest["id"], error: unknown): void {
    // Whoever gave up waits for no answer, and a call that has its answer cannot fail any more.
    if (!this.#underWay.has(id)) return;
    const message = `the gateway at ${this.#options.url.href}: ${messageOf(error)}`;
    this.#options.onProblem(message);
    this.#send({ jsonrpc: "2.0", id, error: { code: NO_GATEWAY, message } });
    void this.#end(id);
  }

  async #end(id: JSONRPCRequest["id"]): Promise<void> {
    const call = this.#underWay.get(id);
    this.#underWay.delete(id);
    await call?.close();
  }

  #send(message: JSONRPCMessage): void {
    this.#client.send(message).catch((error: unknown) => this.#options.onProblem(messageOf(error)));
  }
}
