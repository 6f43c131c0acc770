/** A2A over HTTP: each role that takes tasks is an agent, over JSON-RPC (1.0 and 0.3) and HTTP+JSON (1.0). */
import { createHash } from "node:crypto";
import { A2A_VERSION_HEADER, ListTasksRequest, Message, SendMessageRequest, StreamResponse, Task } from "@a2a-js/sdk";
import { VersionNotSupportedError } from "@a2a-js/sdk/errors";
import { httpDate } from "@troupe/runtime/internal";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { restError } from "../a2a/a2a-error.ts";
import { A2A_VERSION, agentCard, cardBody, LEGACY_VERSION } from "../a2a/agent-card.ts";
import type { PushStore } from "../a2a/push/push-store.ts";
import { RoleAgent } from "../a2a/role-agent.ts";
import { requireDoor } from "../agent/agent-run.ts";
import { A2A_TYPE, SendBody, TaskQuery, TasksQuery } from "./a2a-operations.ts";
import { registerPushRoutes } from "./a2a-push-routes.ts";
import { answerRpc, type RpcPorts } from "./a2a-rpc.ts";
import { formatFrame } from "./event-stream.ts";
import { bodyOf, pathIdOf, pathRoleOf, queryOf } from "./request-values.ts";
import type { RoutePorts } from "./task-routes.ts";

export interface AgentRoutePorts extends RoutePorts, RpcPorts {
  /** Whether callers have to sign in. */
  readonly hasSignIn: boolean;
  readonly push: PushStore;
}

const AGENT = "/a2a/:role";
/** There are clients that take an agent's address for a folder. */
const SLASH_AFTER_AGENT = /^(\/a2a\/[^/?]+)\/(?=\?|$)/;
export const withoutSlashAfterAgent = (url: string): string => url.replace(SLASH_AFTER_AGENT, "$1");
const TASKS = `${AGENT}/tasks`;

export function registerA2aRoutes(app: FastifyInstance, ports: AgentRoutePorts): void {
  registerCards(app, ports);
  app.post(AGENT, (request, reply) =>
    answerRpc(ports, { request, reply, version: versionOf(request) }, (signal) => agentOf(ports, request, signal)),
  );
  registerMessages(app, ports);
  const agent = (request: FastifyRequest) => {
    requireVersion(request);
    return agentOf(ports, request, NEVER);
  };
  registerPushRoutes(app, agent);
  app.get(TASKS, async (request, reply) => {
    const query = queryOf(request, TasksQuery);
    const asked = ListTasksRequest.fromJSON({ ...query, includeArtifacts: query.includeArtifacts === "true" });
    const page = await agent(request).listTasks(asked);
    const { tasks, nextPageToken, pageSize, totalSize } = page;
    const shown = { tasks: tasks.map((task) => Task.toJSON(task)), nextPageToken, pageSize, totalSize };
    return reply.type(A2A_TYPE).send(JSON.stringify(shown));
  });
  app.get(`${TASKS}/:id`, async (request, reply) => {
    const { historyLength } = queryOf(request, TaskQuery);
    return sendTask(reply, await agent(request).getTask({ tenant: "", id: pathIdOf(request), historyLength }));
  });
  app.post(`${TASKS}/:id([^:]+)::cancel`, async (request, reply) =>
    sendTask(reply, await agent(request).cancelTask({ tenant: "", id: pathIdOf(request), metadata: undefined })),
  );
  app.route({
    method: ["GET", "POST"],
    url: `${TASKS}/:id([^:]+)::subscribe`,
    handler: (request, reply) =>
      stream(ports, request, reply, (role) => role.resubscribe({ tenant: "", id: pathIdOf(request) })),
  });
}

function registerMessages(app: FastifyInstance, ports: AgentRoutePorts): void {
  app.post(`${AGENT}/message::send`, async (request, reply) => {
    requireVersion(request);
    const message = SendMessageRequest.fromJSON(bodyOf(request, SendBody, "the request"));
    const answer = await ports.streams.hold(reply.raw, (signal) =>
      agentOf(ports, request, signal).sendMessage(message),
    );
    const shown = "messageId" in answer ? { message: Message.toJSON(answer) } : { task: Task.toJSON(answer) };
    return reply.type(A2A_TYPE).send(JSON.stringify(shown));
  });
  app.post(`${AGENT}/message::stream`, (request, reply) => {
    const message = SendMessageRequest.fromJSON(bodyOf(request, SendBody, "the request"));
    return stream(ports, request, reply, (role) => role.sendMessageStream(message));
  });
}

function registerCards(app: FastifyInstance, { api, hasSignIn }: AgentRoutePorts): void {
  const send = (request: FastifyRequest, reply: FastifyReply, name?: string) => {
    const deployed = api.deployed();
    const role = requireDoor(deployed.system, name, "role");
    const body = cardBody(agentCard(deployed, role, { baseUrl: baseUrlOf(request), hasSignIn }));
    const tag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
    reply.headers({
      etag: tag,
      "last-modified": httpDate(deployed.deployedAtMs),
      // Its addresses are those that this very request came to.
      "cache-control": "private, max-age=0, must-revalidate",
    });
    if (request.headers["if-none-match"] === tag) return reply.code(304).send();
    return reply.type("application/json").send(body);
  };
  app.get("/.well-known/agent-card.json", (request, reply) => send(request, reply));
  app.get("/.well-known/agent.json", (request, reply) => send(request, reply));
  app.get(`${AGENT}/.well-known/agent-card.json`, (request, reply) => send(request, reply, pathRoleOf(request)));
}

/** For what is answered at once. */
const NEVER = new AbortController().signal;

function agentOf(
  { api, callerOf, hasSignIn, push }: AgentRoutePorts,
  request: FastifyRequest,
  signal: AbortSignal,
): RoleAgent {
  const name = pathRoleOf(request);
  const card = () => {
    const deployed = api.deployed();
    return agentCard(deployed, requireDoor(deployed.system, name, "role"), { baseUrl: baseUrlOf(request), hasSignIn });
  };
  return new RoleAgent({ api, push, role: name, caller: callerOf(request), card, signal });
}

/** Errors before the first update are answers of their own; later ones end the stream. */
async function stream(
  ports: AgentRoutePorts,
  request: FastifyRequest,
  reply: FastifyReply,
  begin: (agent: RoleAgent) => AsyncGenerator<StreamResponse, void>,
): Promise<FastifyReply> {
  requireVersion(request);
  await ports.streams.hold(reply.raw, async (signal) => {
    const updates = begin(agentOf(ports, request, signal));
    const first = await updates.next();
    reply.hijack();
    await ports.streams.send(reply.raw, {
      headers: { "x-request-id": request.id },
      async *frames() {
        if (!first.done) yield frameOf(first.value);
        for await (const update of updates) yield frameOf(update);
      },
      failure: (error) => formatFrame(restError(error).body, "error"),
    });
  });
  return reply;
}

const frameOf = (update: StreamResponse): string => formatFrame(StreamResponse.toJSON(update));

const sendTask = (reply: FastifyReply, task: Task): FastifyReply =>
  reply.type(A2A_TYPE).send(JSON.stringify(Task.toJSON(task)));

/** Major and minor version that a request speaks; none is 0.3. */
function versionOf({ headers }: FastifyRequest): string {
  const text = String(headers[A2A_VERSION_HEADER.toLowerCase()] ?? "").trim();
  return text === "" ? LEGACY_VERSION : text.split(".").slice(0, 2).join(".").slice(0, 32);
}

/** Throws for what HTTP+JSON is not spoken in. */
function requireVersion(request: FastifyRequest): void {
  const version = versionOf(request);
  if (version === A2A_VERSION) return;
  throw new VersionNotSupportedError(`A2A ${version} is not spoken here; send the header A2A-Version: ${A2A_VERSION}`);
}

/** Where this request came to. */
const baseUrlOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`;
