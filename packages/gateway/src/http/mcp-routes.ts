import type { FastifyInstance, FastifyRequest } from "fastify";
import { isAllowed } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import { McpMessage } from "./mcp-operation.ts";
import { bodyOf } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";

export interface McpRoutePorts extends RoutePorts {
  readonly principalOf: (request: FastifyRequest) => Principal;
  readonly version: string;
  /** Hears of what went wrong with a request that is answered all the same. */
  readonly onError: (request: FastifyRequest, error: unknown) => void;
}

const BOTH = "application/json, text/event-stream";

/** MCP without sessions: any gateway answers any request, in the protocol's generation of 2026 and in that of 2025. */
export function registerMcpRoutes(app: FastifyInstance, ports: McpRoutePorts): void {
  const { api, streams, callerOf, principalOf, version, onError } = ports;
  app.post("/mcp", async (request, reply) => {
    const body = bodyOf(request, McpMessage, "the message");
    api.deployed();
    // Gateways that nobody asks so need not load it.
    const [{ createMcpHandler }, { toNodeHandler }, { roleServer }] = await Promise.all([
      import("@modelcontextprotocol/server"),
      import("@modelcontextprotocol/node"),
      import("../mcp/role-server.ts"),
    ]);
    reply.hijack();
    reply.raw.setHeader("x-request-id", request.id);
    await streams.hold(reply.raw, async (closing) => {
      const handler = createMcpHandler(
        ({ era }) =>
          roleServer({
            api,
            caller: callerOf(request),
            seesCluster: isAllowed(principalOf(request), "metrics:read"),
            version,
            closing,
            isGoneGivenUp: era === "modern",
            onError: (error) => onError(request, error),
          }),
        { onerror: (error) => request.log.debug({ err: error }, "an MCP request was not served") },
      );
      const { method } = request;
      const accept = request.headers.accept ?? "*/*";
      // The protocol wants both named; whoever takes anything takes both.
      const headers = accept === "*/*" ? { ...request.headers, accept: BOTH } : request.headers;
      const message = Object.assign(request.raw, { headers, method, url: request.url });
      await toNodeHandler(handler)(message, reply.raw, body);
    });
    return reply;
  });
}
