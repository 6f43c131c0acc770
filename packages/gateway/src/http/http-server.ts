/** The HTTP edge: fastify with our own limits, errors and end. */
import { randomUUID } from "node:crypto";
import { A2AError } from "@a2a-js/sdk/errors";
import { type Clock, type Logger, TroupeError } from "@troupe/runtime/internal";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { restError } from "../a2a/a2a-error.ts";
import type { PushStore } from "../a2a/push/push-store.ts";
import type { ApprovalApi } from "../approvals/approval-api.ts";
import { callerOf } from "../auth/principal.ts";
import type { SupervisorApi } from "../cluster/supervisor-api.ts";
import { BODY_LIMITS, bodyTooLarge } from "../ingress/task-body.ts";
import { isBehindWall } from "../task/known-task.ts";
import type { HealthProbe, TaskApi } from "../task/task-api.ts";
import type { DoorTraces } from "../telemetry/door-traces.ts";
import { registerA2aRoutes, withoutSlashAfterAgent } from "./a2a-routes.ts";
import { registerAgentRoutes } from "./agent-routes.ts";
import { registerApprovalRoutes } from "./approval-routes.ts";
import { registerChatRoutes } from "./chat-routes.ts";
import { answerClientError } from "./client-error.ts";
import { registerClusterRoutes } from "./cluster-routes.ts";
import { registerDeadLetterRoutes } from "./dead-letter-routes.ts";
import { EventStreams } from "./event-stream.ts";
import { Guard, type GuardPorts } from "./guard.ts";
import { registerHealthRoutes } from "./health-routes.ts";
import { KnownPaths } from "./known-paths.ts";
import { registerMcpRoutes } from "./mcp-routes.ts";
import { registerMetrics } from "./metrics-routes.ts";
import { registerModelRoutes } from "./model-routes.ts";
import { openApiDocument } from "./openapi.ts";
import type { ErrorForm } from "./operation.ts";
import { ERROR_FORMS, REQUIREMENTS } from "./operations.ts";
import { registerPageRoutes, type StaticFile } from "./page-routes.ts";
import { PROBLEM_TYPE, problemOf } from "./problem.ts";
import { repeatedHeader } from "./repeated-header.ts";
import { RequestTraces } from "./request-traces.ts";
import { registerResponseRoutes } from "./response-routes.ts";
import { registerTaskRoutes } from "./task-routes.ts";
import { registerUsageRoutes } from "./usage-routes.ts";

export interface HttpServerOptions {
  readonly api: TaskApi;
  readonly approvals: ApprovalApi;
  readonly supervisor: SupervisorApi;
  readonly health: HealthProbe;
  readonly traces: DoorTraces;
  readonly guard: GuardPorts;
  /** Addresses of proxies whose `X-Forwarded-For` is believed; default none. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly patience?: Partial<HttpPatience> | undefined;
  /** Files of the dashboard; default none. */
  readonly page?: readonly StaticFile[] | undefined;
  readonly push: PushStore;
  readonly system: string;
  readonly version: string;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface HttpServer {
  readonly url: string;
  /** How long requests were kept by credentials and limits. */
  guardTiming(): ReturnType<Guard["timing"]>;
  /** Takes no new connections, ends event streams, waits for running requests. */
  close(): Promise<void>;
}

/** How long slow clients are borne with, ms. */
export interface HttpPatience {
  /** For the headers of a request; default 10,000. */
  readonly headersMs: number;
  /** For a whole request; default 120,000. */
  readonly requestMs: number;
  /** How often connections are looked at for these two; default 2,000. */
  readonly checkMs: number;
  /** For a reader of a stream that takes nothing; default 60,000. */
  readonly stalledMs: number;
}

const PATIENCE: HttpPatience = { headersMs: 10_000, requestMs: 120_000, checkMs: 2_000, stalledMs: 60_000 };
/** An idle connection holds a closing server open for this long at most. */
const KEEP_ALIVE_MS = 5_000;
/** The JSON around the largest body. */
const ENVELOPE_BYTES = 64 * 1024;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, port, api, clock } = options;
  const logger = options.logger.child({ part: "http" });
  const patience = { ...PATIENCE, ...options.patience };
  const streams = new EventStreams(logger, patience.stalledMs);
  const guard = new Guard(options.guard, REQUIREMENTS);
  const app = createApp(patience, options.trustedProxies);
  let isClosing = false;
  app.addHook("onSend", async (request, reply) => {
    reply.header("x-request-id", request.id);
    if (isClosing) reply.header("connection", "close");
  });
  const traces = new RequestTraces(options.traces);
  traces.install(app);
  refuseUnknown(app);
  refuseRepeatedHeaders(app);
  registerMetrics(app, { cluster: () => api.cluster(), clock, logger });
  guard.install(app);
  handleErrors(app, guard, logger);
  acceptBytes(app);
  const ports = { api, streams, callerOf: tracedCaller(guard, traces), clock };
  registerTaskRoutes(app, ports);
  registerAgentRoutes(app, ports);
  registerModelRoutes(app, ports);
  registerChatRoutes(app, ports);
  registerResponseRoutes(app, ports);
  registerDeadLetterRoutes(app, { ...ports, supervisor: options.supervisor });
  registerApprovalRoutes(app, {
    ...ports,
    approvals: options.approvals,
    principalOf: (request) => guard.principalOf(request),
  });
  const protocolPorts = { ...ports, ...protocolNeeds(options, guard) };
  registerA2aRoutes(app, protocolPorts);
  registerMcpRoutes(app, protocolPorts);
  registerClusterRoutes(app, { ...ports, supervisor: options.supervisor });
  registerUsageRoutes(app, { ...ports, supervisor: options.supervisor });
  registerHealthRoutes(app, options.health);
  const document = openApiDocument(options.system, options.version, options.guard.authenticator !== undefined);
  app.get("/openapi.json", { config: { permission: "public" } }, () => document);
  registerPageRoutes(app, document, options.page ?? []);
  app.addHook("preClose", async () => {
    isClosing = true;
    streams.closeAll();
  });
  const url = await listen(app, host, port);
  return { url, guardTiming: () => guard.timing(), close: () => app.close() };
}

function createApp(patience: HttpPatience, trustedProxies: readonly string[] = []): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMITS.maxBytes + ENVELOPE_BYTES,
    requestTimeout: patience.requestMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    clientErrorHandler: answerClientError,
    http: { headersTimeout: patience.headersMs, connectionsCheckingInterval: patience.checkMs },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: { maxParamLength: 256 },
    rewriteUrl: ({ url = "/" }) => withoutSlashAfterAgent(url),
    genReqId: (request) => {
      const given = request.headers["x-request-id"];
      return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
    },
    frameworkErrors: (error, request, reply) => {
      const { status, body } = problemOf(new TroupeError("invalid_request", error.message), request.id);
      reply.hijack();
      reply.raw.writeHead(status, { "content-type": PROBLEM_TYPE }).end(JSON.stringify(body));
    },
  });
  return app;
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw new TroupeError("invalid_config", `the gateway cannot listen on ${host}:${port}`, { cause: error });
  }
}

/** Whoever a request comes from, with the trace that it belongs to. */
const tracedCaller = (guard: Guard, traces: RequestTraces) => (request: FastifyRequest) => ({
  ...callerOf(guard.principalOf(request)),
  trace: traces.of(request),
});

/** Bodies stay bytes until the route reads them; their type does not matter. */
function acceptBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
}

function handleErrors(app: FastifyInstance, guard: Guard, logger: Logger): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = ours(thrown);
    noteError(request, error, guard, logger);
    const { status, headers, body } = problemOf(error, request.id);
    if (errorFormOf(request) === "a2a") {
      const shown = restError(error);
      return reply.code(shown.status).headers(headers).type("application/json").send(JSON.stringify(shown.body));
    }
    return reply.code(status).headers(headers).type(PROBLEM_TYPE).send(JSON.stringify(body));
  });
}

/** What the protocols of agents stand on besides. */
const protocolNeeds = ({ version, push, logger, guard: { authenticator } }: HttpServerOptions, guard: Guard) => ({
  version,
  push,
  hasSignIn: authenticator !== undefined,
  principalOf: (request: FastifyRequest) => guard.principalOf(request),
  onError: (request: FastifyRequest, error: unknown) => noteError(request, error, guard, logger),
});

function errorFormOf({ method, routeOptions }: FastifyRequest): ErrorForm {
  return ERROR_FORMS.get(`${method === "HEAD" ? "GET" : method} ${routeOptions.url ?? ""}`) ?? "problem";
}

/** Tells the audit of who asked for what is not its own, and the log of what must not happen. */
function noteError(request: FastifyRequest, error: unknown, guard: Guard, logger: Logger): void {
  if (isBehindWall(error)) guard.denied(request, "another tenant's task");
  const isExpected = TroupeError.is(error) || error instanceof A2AError;
  if (!isExpected) logger.error({ err: error, request_id: request.id }, "request failed");
}

/** What fastify itself refuses, as an error of ours. */
function ours(thrown: unknown): unknown {
  if (TroupeError.is(thrown) || !(thrown instanceof Error) || !("code" in thrown)) return thrown;
  if (thrown.code === "FST_ERR_CTP_BODY_TOO_LARGE") return bodyTooLarge(undefined, BODY_LIMITS.maxBytes);
  if (thrown.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return new TroupeError("unsupported_media_type", "the body's Content-Type is not well formed");
  const status = "statusCode" in thrown ? thrown.statusCode : undefined;
  const isCallersFault = typeof status === "number" && status >= 400 && status < 500;
  return isCallersFault ? new TroupeError("invalid_request", thrown.message) : thrown;
}

function refuseRepeatedHeaders(app: FastifyInstance): void {
  app.addHook("onRequest", (request, _reply, done) => {
    const repeated = repeatedHeader(request.raw.rawHeaders);
    done(
      repeated === undefined ? undefined : new TroupeError("invalid_request", `the header ${repeated} is there twice`),
    );
  });
}

/** 404 for paths that do not exist, 405 with `Allow` for methods that a path does not take; neither reads a body. */
function refuseUnknown(app: FastifyInstance): void {
  const paths = new KnownPaths();
  app.addHook("onRoute", ({ url, method }) => paths.add(url, method));
  app.addHook("onRequest", (request, reply, done) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const isNamed = request.routeOptions.url?.includes(":") === true;
    const isHidden = isNamed && !paths.methodsOf(path).includes(request.method);
    if (!request.is404 && !isHidden) {
      done();
      return;
    }
    const allowed = paths.methodsOf(path).join(", ");
    const reason = allowed
      ? `${request.method} is not possible here; possible: ${allowed}`
      : `no such path: ${path.slice(0, 200)}`;
    const { body } = problemOf(new TroupeError("invalid_request", reason), request.id);
    const status = allowed ? 405 : 404;
    if (allowed) reply.header("allow", allowed);
    reply
      .code(status)
      .type(PROBLEM_TYPE)
      .send(JSON.stringify({ ...body, status }));
  });
}
