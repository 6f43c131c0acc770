/** An agent elsewhere, made with A2A's own SDK: it works on a task until the test lets it go on, and counts what it is asked. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { type AgentCard, AgentCard as Card, formatSSEEvent, TaskState } from "@a2a-js/sdk";
import {
  AgentEvent,
  type AgentExecutor,
  DefaultRequestHandler,
  InMemoryTaskStore,
  JsonRpcTransportHandler,
  ServerCallContext,
} from "@a2a-js/sdk/server";
import { z } from "zod";

export interface A2aStub extends AsyncDisposable {
  readonly url: string;
  /** What was said, in order. */
  readonly sent: readonly string[];
  /** Methods that were called, in order. */
  readonly called: readonly string[];
  readonly cancelled: readonly string[];
  /** Ends the task of a message; its result is the message in upper case. */
  finish(message: string): void;
}

const Call = z.looseObject({ method: z.string() });

export async function startA2aStub(): Promise<A2aStub> {
  const called: string[] = [];
  const executor = new HeldExecutor();
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const card = cardOf(url);
  const handler = new JsonRpcTransportHandler(new DefaultRequestHandler(card, new InMemoryTaskStore(), executor));
  server.on("request", (request, response) => {
    if (request.method === "GET") response.end(JSON.stringify(Card.toJSON(card)));
    else answer(handler, called, request, response).catch(() => response.destroy());
  });
  return {
    url,
    called,
    sent: executor.sent,
    cancelled: executor.cancelled,
    finish: (message) => executor.held.get(message)?.(),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

class HeldExecutor implements AgentExecutor {
  readonly sent: string[] = [];
  readonly cancelled: string[] = [];
  readonly held = new Map<string, () => void>();

  readonly execute: AgentExecutor["execute"] = async ({ taskId, contextId, userMessage }, bus) => {
    const [part] = userMessage.parts;
    const said = part?.content?.$case === "text" ? part.content.value : "";
    this.sent.push(said);
    const about = { contextId, metadata: undefined };
    const working = statusOf(TaskState.TASK_STATE_WORKING);
    bus.publish(AgentEvent.task({ ...about, id: taskId, status: working, artifacts: [], history: [userMessage] }));
    await new Promise<void>((resolve) => this.held.set(said, resolve));
    const content = { $case: "text" as const, value: said.toUpperCase() };
    const parts = [{ content, metadata: undefined, filename: "", mediaType: "text/plain" }];
    const artifact = { artifactId: "a", name: "", description: "", parts, metadata: undefined, extensions: [] };
    bus.publish(AgentEvent.artifactUpdate({ ...about, taskId, artifact, append: false, lastChunk: true }));
    bus.publish(AgentEvent.statusUpdate({ ...about, taskId, status: statusOf(TaskState.TASK_STATE_COMPLETED) }));
  };

  readonly cancelTask: AgentExecutor["cancelTask"] = async (taskId, bus) => {
    this.cancelled.push(taskId);
    const status = statusOf(TaskState.TASK_STATE_CANCELED);
    bus.publish(AgentEvent.statusUpdate({ taskId, contextId: "", status, metadata: undefined }));
  };
}

const statusOf = (state: TaskState) => ({ state, message: undefined, timestamp: undefined });

async function answer(
  handler: JsonRpcTransportHandler,
  called: string[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = Call.parse(await json(request));
  called.push(body.method);
  const said = await handler.handle(body, new ServerCallContext({ requestedVersion: "1.0" }));
  if (!(Symbol.asyncIterator in said)) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(said));
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  for await (const update of said) response.write(formatSSEEvent(update));
  response.end();
}

const cardOf = (url: string): AgentCard => ({
  name: "stub",
  description: "Says it loud",
  version: "1.0.0",
  supportedInterfaces: [{ url, protocolBinding: "JSONRPC", protocolVersion: "1.0", tenant: "" }],
  provider: undefined,
  capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false, extensions: [] },
  securitySchemes: {},
  securityRequirements: [],
  defaultInputModes: ["text/plain"],
  defaultOutputModes: ["text/plain"],
  skills: [],
  signatures: [],
});
