/** Tasks over NATS: what any client calls with no library of ours (R-TASK-1). Each endpoint reads the request and asks the API. */
import {
  errorBodyOf,
  type Link,
  ListRequest,
  type Logger,
  LogRequest,
  readTraceContext,
  requireTaskId,
  type Service,
  type ServiceRequest,
  SignalRequest,
  type Subjects,
  serve,
  type TaskId,
  TaskRef,
  type TaskRequest,
  type TaskVerb,
  WatchRequest,
} from "@troupe/runtime/internal";
import type { z } from "zod";
import type { Caller, TaskApi } from "../task/task-api.ts";
import type { DoorTraces } from "../telemetry/door-traces.ts";
import { withFittingEnd, withFittingResult } from "./fitting-result.ts";
import { messageKey } from "./message-key.ts";
import { parseJsonBody, parseRequest, parseTaskBody } from "./task-body.ts";

export interface TaskServicesOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly api: TaskApi;
  readonly caller: Caller;
  readonly traces: Pick<DoorTraces, "message">;
  readonly version: string;
  readonly logger: Logger;
}

/** Silence in which a plain client gives up; keep-alives come well before it. */
const KEEP_ALIVE_MS = 5_000;
/** A caller that is gone cannot be noticed over NATS: nobody is streamed to for longer. */
const LONGEST_STREAM_MS = 60 * 60_000;

export function startTaskServices(options: TaskServicesOptions): Service {
  const { link, subjects, version, logger } = options;
  const door = (verb: "submit" | "run") => subjects.tasks("*", verb);
  const verb = (name: TaskVerb, handle: (request: ServiceRequest) => Promise<void>) => ({
    subject: subjects.taskVerb(name),
    handle,
  });
  const { api, caller } = options;
  return serve(link, {
    name: "tasks",
    version,
    description: `Tasks of the system ${subjects.system}: submit, run, watch, cancel`,
    logger,
    endpoints: {
      submit: { subject: door("submit"), handle: (request) => submit(options, request) },
      run: { subject: door("run"), handle: (request) => run(options, request) },
      get: verb("get", async (request) => {
        const { view } = await api.find(caller, idOf(request, TaskRef).id);
        request.respond(await withFittingResult(api, view, maxPayloadBytes(link)));
      }),
      list: verb("list", async (request) => request.respond(await api.list(caller, request.json(ListRequest)))),
      watch: verb("watch", (request) => watch(options, request)),
      cancel: verb("cancel", async (request) => request.respond(await api.cancel(caller, idOf(request, TaskRef).id))),
      log: verb("log", async (request) => {
        const { id, after, limit } = idOf(request, LogRequest);
        request.respond(await api.log(caller, id, { after, limit }));
      }),
      signal: verb("signal", async (request) => {
        const { id, name, value } = idOf(request, SignalRequest);
        request.respond(await api.signal(caller, id, name, value));
      }),
      retry: verb("retry", async (request) => request.respond(await api.retry(caller, idOf(request, TaskRef).id))),
    },
  });
}

async function submit(options: TaskServicesOptions, request: ServiceRequest): Promise<void> {
  request.respond(await accept(options, "submit", request));
}

function accept(
  { api, subjects, caller, traces }: TaskServicesOptions,
  verb: "submit" | "run",
  request: ServiceRequest,
) {
  const given = readTraceContext((name) => request.headers?.last(name) || undefined);
  return traces.message({ template: subjects.tasks("{role}", verb), given }, async (trace) => {
    const role = subjects.parseTasks(request.subject) ?? "";
    const task: TaskRequest = parseTaskBody(request.body, request.headers?.get("Content-Type"));
    return api.submit({ ...caller, trace }, role, task, messageKey(request.headers));
  });
}

/** Answers at once with the task's id, then event by event, with a sign of life every 5 s, and an empty message at the end. */
async function run(options: TaskServicesOptions, request: ServiceRequest): Promise<void> {
  try {
    const accepted = await accept(options, "run", request);
    request.chunk(accepted);
    await stream(options, request, { id: accepted.task_id });
  } catch (error) {
    request.respondError(error);
    request.end();
  }
}

async function watch(options: TaskServicesOptions, request: ServiceRequest): Promise<void> {
  try {
    const { id, after } = idOf(request, WatchRequest);
    // An unknown task is an error, not a stream that ends at once.
    await options.api.find(options.caller, id);
    await stream(options, request, { id, after });
  } catch (error) {
    request.respondError(error);
    request.end();
  }
}

/** Largest message that the server takes; until it is known, none is large. */
const maxPayloadBytes = ({ nc }: Link): number => nc.info?.max_payload ?? 0;

async function stream(
  { api, link, logger, caller }: TaskServicesOptions,
  request: ServiceRequest,
  { id, after }: { readonly id: TaskId; readonly after?: number | undefined },
): Promise<void> {
  if (!request.hasReply) return;
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_STREAM_MS)]);
  const alive = setInterval(() => request.chunk({ type: "keep_alive" }), KEEP_ALIVE_MS);
  try {
    for await (const event of api.watch(caller, id, { signal, ...(after === undefined ? {} : { after }) }))
      request.chunk(await withFittingEnd(api, event, maxPayloadBytes(link)));
  } catch (error) {
    logger.warn({ task: id, err: error }, "task stream failed");
    request.chunk({ type: "error", error: errorBodyOf(error, "unavailable") });
  } finally {
    clearInterval(alive);
    request.end();
  }
}

/** The request's body, with its task id checked. A body that is no JSON object is the bare id. */
function idOf<T extends z.ZodObject<{ task_id: z.ZodString }>>(request: ServiceRequest, schema: T) {
  const text = Buffer.from(request.body).toString("utf8").trim();
  const value = text.startsWith("{") ? parseJsonBody(request.body) : { task_id: text };
  const parsed = parseRequest(schema, value, "the request");
  return { ...parsed, id: requireTaskId(parsed.task_id).id };
}
