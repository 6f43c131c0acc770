/**
 * The offline model: an HTTP server with OpenAI's API and scripted answers, so that everything runs, and is tested, through the very
 * client that talks to a real model. Deterministic: the same request gets the same words. It serves `GET /v1/models`,
 * `GET /v1/models/{id}`, `POST /v1/chat/completions` and `POST /v1/responses`; any key is accepted.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, messageOf, systemClock } from "@troupe/runtime";
import { problemsOf } from "@troupe/runtime/internal";
import type { ZodType } from "zod";
import { answerTo } from "./answer.ts";
import { type AnswerFormat, chatFormat } from "./answer-format.ts";
import { ChatRequest, textOfRoles } from "./chat-request.ts";
import { type Fault, FaultPlan } from "./faults.ts";
import { type Pace, respond } from "./respond.ts";
import { ApiError, sendError, sendJson } from "./response.ts";
import { responseFormat } from "./response-format.ts";
import { chatOfResponse, ResponseRequest } from "./response-request.ts";
import { readScene } from "./scene.ts";

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_LOGGED = 1_000;
/** The models that are listed; every other name is answered too. */
const MODELS = ["offline-fast", "offline-standard", "offline-advanced"];

export interface OfflineModelOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly clock?: Clock;
  /** How fast an answer comes. Default: at once. */
  readonly pace?: Partial<Pace>;
  readonly faults?: readonly Fault[];
  readonly logger?: { debug(fields: Readonly<Record<string, unknown>>, text: string): void };
}

/** One request that was answered, or refused, for tests and for people. */
export interface OfflineRequest {
  readonly role: string;
  readonly model: string;
  readonly isStream: boolean;
  readonly fault: Fault["kind"] | undefined;
  readonly idempotencyKey: string | undefined;
}

export interface OfflineModel {
  /** Base URL up to and with `/v1`. */
  readonly url: string;
  /** Completion requests so far. */
  readonly requestCount: number;
  /** The last 1,000 of them, oldest first. */
  readonly requests: readonly OfflineRequest[];
  /** Makes later requests fail. */
  addFault(fault: Fault): void;
  /** Cuts open connections and frees the port. */
  close(): Promise<void>;
}

/** Starts an offline model. Rejects when the port is taken. */
export async function startOfflineModel(options: OfflineModelOptions = {}): Promise<OfflineModel> {
  const { clock = systemClock, host = "127.0.0.1", port = 0 } = options;
  const pace: Pace = { firstTokenMs: 0, tokenMs: 0, ...options.pace };
  const faults = new FaultPlan(options.faults ?? []);
  const requests: OfflineRequest[] = [];
  let requestCount = 0;
  const record = (request: OfflineRequest): number => {
    requestCount += 1;
    requests.push(request);
    if (requests.length > MAX_LOGGED) requests.shift();
    options.logger?.debug({ ...request }, "offline model asked");
    return requestCount;
  };
  const server = createServer((request, response) => {
    route(request, response, { clock, pace, faults, record }).catch((error: unknown) => {
      sendError(response, error instanceof ApiError ? error : new ApiError(500, "server_error", messageOf(error)));
    });
  });
  const address = await listen(server, host, port);
  return {
    url: `http://${host}:${address.port}/v1`,
    get requestCount() {
      return requestCount;
    },
    requests,
    addFault: (fault) => {
      faults.add(fault);
    },
    close: () => close(server),
  };
}

interface Stage {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly faults: FaultPlan;
  /** Notes a request; returns its number. */
  record(request: OfflineRequest): number;
}

async function route(request: IncomingMessage, response: ServerResponse, stage: Stage): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  const api = APIS.get(path);
  if (api !== undefined) {
    if (request.method !== "POST") throw new ApiError(405, "invalid_request_error", "use POST");
    await complete(request, response, api, stage);
    return;
  }
  if (request.method !== "GET") throw new ApiError(404, "invalid_request_error", `unknown path: ${path}`);
  if (path === "/v1/models") {
    sendJson(response, 200, { object: "list", data: MODELS.map(modelObject) });
    return;
  }
  const id = /^\/v1\/models\/([\w.!-]+)$/.exec(path)?.[1];
  if (id === undefined) throw new ApiError(404, "invalid_request_error", `unknown path: ${path}`);
  if (!MODELS.includes(id)) throw new ApiError(404, "invalid_request_error", `no model ${id}`, "model_not_found");
  sendJson(response, 200, modelObject(id));
}

const modelObject = (id: string) => ({ id, object: "model", created: 1_750_000_000, owned_by: "troupe" });

/** One of the APIs: how it is asked, and how it answers. */
interface Api {
  readonly parse: (body: string) => ChatRequest;
  readonly format: AnswerFormat;
  readonly idPrefix: string;
}

const APIS: ReadonlyMap<string, Api> = new Map([
  ["/v1/chat/completions", { parse: parseChat, format: chatFormat, idPrefix: "chatcmpl-offline-" }],
  ["/v1/responses", { parse: parseResponse, format: responseFormat, idPrefix: "resp_offline_" }],
]);

async function complete(
  request: IncomingMessage,
  response: ServerResponse,
  { parse, format, idPrefix }: Api,
  stage: Stage,
): Promise<void> {
  const chat = parse(await readBody(request));
  const { role } = readScene(chat);
  const fault = stage.faults.take(role, chat.model, textOfRoles(chat, "user"));
  const key = request.headers["idempotency-key"];
  const number = stage.record({
    role,
    model: chat.model,
    isStream: chat.stream === true,
    fault: fault?.kind,
    idempotencyKey: typeof key === "string" ? key : undefined,
  });
  const head = {
    id: `${idPrefix}${number}`,
    created: Math.floor(stage.clock.nowMs() / 1_000),
    model: chat.model,
  };
  await respond(response, { chat, head, answer: answerTo(chat), fault, format }, stage.pace, stage.clock);
}

function parseChat(text: string): ChatRequest {
  const chat = parseBody(ChatRequest, text);
  if ((chat.n ?? 1) !== 1) {
    throw new ApiError(400, "invalid_request_error", "the offline model gives one choice", "unsupported_value", "n");
  }
  return chat;
}

function parseResponse(text: string): ChatRequest {
  return chatOfResponse(parseBody(ResponseRequest, text));
}

function parseBody<T>(schema: ZodType<T>, text: string): T {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    throw new ApiError(400, "invalid_request_error", `the body is not JSON: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [first] = problemsOf(parsed.error, input);
  const reason = `${first?.path ?? "body"}: ${first?.reason ?? "wrong"}`;
  throw new ApiError(400, "invalid_request_error", reason, null, first?.path);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Uint8Array>) {
    size += part.byteLength;
    if (size > MAX_BODY_BYTES)
      throw new ApiError(413, "invalid_request_error", `the body is over ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      if (typeof address === "object" && address !== null) resolve(address);
      else reject(new Error("the server has no port"));
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeAllConnections();
  });
}
