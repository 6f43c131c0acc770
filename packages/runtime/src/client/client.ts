/** The TypeScript client: the same NATS services that any client can call, with types, safe retries and watches that resume. */
import type { ZodType } from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { requireSystemName } from "../contracts/names.ts";
import { Subjects } from "../contracts/subjects.ts";
import type { ListRequest, TaskAccepted, TaskEvent, TaskLogPage, TaskRequest, TaskView } from "../contracts/task.ts";
import { traceHeaders } from "../contracts/trace-context.ts";
import { TroupeError } from "../errors.ts";
import { base32, requireTaskId, type TaskId } from "../ids.ts";
import { type CallOptions, callService } from "../nats/call-service.ts";
import { type Link, openLink } from "../nats/connection.ts";
import type { Credentials } from "../nats/credentials.ts";
import type { TlsSettings } from "../nats/tls.ts";
import { type Random, systemRandom } from "../random.ts";
import { createLogger, type Logger } from "../telemetry/logger.ts";
import { activeTraceContext } from "../telemetry/tracing.ts";
import { AcceptedAnswer, EventAnswer, LogAnswer, ViewAnswer } from "./answers.ts";
import { streamService } from "./service-stream.ts";

export interface ConnectOptions {
  /** URL of the NATS server, or of several. */
  readonly url: string | readonly string[];
  /** Name of the system; default `troupe`. */
  readonly system?: string;
  /** nkey seed; absent = the server's anonymous client. */
  readonly seed?: string | undefined;
  /** Instead of `seed`: asked at every connect. On servers that an operator runs, with the JWT of a `.creds` file. */
  readonly credentials?: (() => Credentials) | undefined;
  /** Given = never without TLS. */
  readonly tls?: TlsSettings | undefined;
  readonly apiPrefix?: string | undefined;
  readonly inboxPrefix?: string | undefined;
  /** How long calls that are safe to repeat are repeated while nobody answers, ms; default 10,000. */
  readonly patienceMs?: number;
  readonly logger?: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface SubmitOptions {
  readonly session?: string | undefined;
  readonly deadlineMs?: number | undefined;
  readonly priority?: "interactive" | "normal" | "batch" | undefined;
  readonly budget?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly requires?: readonly string[] | undefined;
  /** How busy the actor may be that begins it, 0 to 1; the task waits until there is one. Not together with a session. Default: any. */
  readonly maxLoad?: number | undefined;
  /** Makes repeating safe beyond this call, for 24 h; default: one of its own, so that the call itself repeats safely. */
  readonly idempotencyKey?: string | undefined;
}

export interface WatchOptions {
  /** Id of the last event already seen. */
  readonly after?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a client can do. Every call throws a `TroupeError` with the service's code, or `unavailable` when nobody answered in time. */
export interface TroupeClient {
  /** Resolves once the task is stored. It goes on with the trace of the span that is active here, if there is one. */
  submit(role: string, input: TaskRequest["input"], options?: SubmitOptions): Promise<TaskAccepted>;
  /** Submits and follows to the end; the last event is `done`, with the result. */
  run(role: string, input: TaskRequest["input"], options?: SubmitOptions & WatchOptions): AsyncIterable<TaskEvent>;
  /** Follows a task until its end, across reconnects and gateways; no event with an id comes twice or is left out. */
  watch(id: string, options?: WatchOptions): AsyncIterable<TaskEvent>;
  /**
   * The task once it has ended, however it ended. With a signal it is asked for until that aborts, whoever is away meanwhile, and throws
   * `outcome_unknown` then; without one it throws `unavailable` once nobody has answered for a while.
   */
  result(id: string, options?: WatchOptions): Promise<TaskView>;
  get(id: string): Promise<TaskView>;
  list(query?: ListRequest): Promise<unknown>;
  log(id: string, page?: { readonly after?: number; readonly limit?: number }): Promise<TaskLogPage>;
  /** Once this resolves, the task has no other end. */
  cancel(id: string): Promise<{ readonly task_id: TaskId; readonly status: string }>;
  /** Answers a signal that the task waits for. */
  signal(id: string, name: string, value: TaskRequest["input"]): Promise<void>;
  /**
   * Runs the input of a finished task again as a new task, with a new id; the finished one stays as it is. Asking twice for the same task
   * gives the same new one. Throws `unknown_task`; `conflict` while the task runs, or when it never started.
   */
  retry(id: string): Promise<TaskAccepted>;
  /** The supervisor's account of the cluster. */
  health(): Promise<unknown>;
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;
const RETRY_MS = 250;
/** Three keep-alives. */
const SILENCE_MS = 15_000;

/** Connects to a running system. */
export async function connectTroupe(options: ConnectOptions): Promise<TroupeClient> {
  const { url, seed, credentials, tls, apiPrefix, inboxPrefix, clock = systemClock } = options;
  const signIn = { seed, credentials, tls, apiPrefix, inboxPrefix };
  const subjects = new Subjects(requireSystemName(options.system ?? "troupe"));
  const logger = options.logger ?? createLogger({ name: "client", level: "silent" });
  const link = await openLink({ servers: url, name: "client", ...signIn, logger, clock });
  return new ServiceClient(link, subjects, options);
}

class ServiceClient implements TroupeClient {
  readonly #link: Link;
  readonly #subjects: Subjects;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #patienceMs: number;

  constructor(link: Link, subjects: Subjects, { clock, random, patienceMs }: ConnectOptions) {
    this.#link = link;
    this.#subjects = subjects;
    this.#clock = clock ?? systemClock;
    this.#random = random ?? systemRandom;
    this.#patienceMs = patienceMs ?? PATIENCE_MS;
  }

  async submit(role: string, input: TaskRequest["input"], options: SubmitOptions = {}): Promise<TaskAccepted> {
    const key = options.idempotencyKey ?? base32(this.#random.bytes(16));
    const headers = {
      "Idempotency-Key": key,
      "Content-Type": "application/json",
      ...traceHeaders(activeTraceContext()),
    };
    const subject = this.#subjects.tasks(requireToken(role), "submit");
    return this.#ask(subject, taskRequest(input, options), AcceptedAnswer, { headers });
  }

  async *run(role: string, input: TaskRequest["input"], options: SubmitOptions & WatchOptions = {}) {
    const { task_id } = await this.submit(role, input, options);
    yield* this.watch(task_id, options);
  }

  watch(id: string, options: WatchOptions = {}): AsyncGenerator<TaskEvent> {
    return this.#follow(id, options, this.#patienceMs + SILENCE_MS);
  }

  /** Throws when nobody has answered for so long. */
  async *#follow(id: string, { after, signal }: WatchOptions, longestSilenceMs: number): AsyncGenerator<TaskEvent> {
    const task = requireTaskId(id).id;
    let seen = after;
    let heardMs = this.#clock.monotonicMs();
    for (;;) {
      if (signal?.aborted) return;
      try {
        for await (const event of this.#stream(task, seen, signal)) {
          heardMs = this.#clock.monotonicMs();
          if (event === "keep_alive") continue;
          if ("id" in event) seen = event.id;
          yield event;
          if (event.type === "done") return;
        }
      } catch (error) {
        if (signal?.aborted) return;
        if (!isTransient(error) || this.#clock.monotonicMs() - heardMs > longestSilenceMs) throw error;
      }
      await this.#clock.sleep(RETRY_MS);
    }
  }

  async result(id: string, options: WatchOptions = {}): Promise<TaskView> {
    const longestSilenceMs = options.signal ? Number.POSITIVE_INFINITY : this.#patienceMs + SILENCE_MS;
    for await (const event of this.#follow(id, options, longestSilenceMs)) if (event.type === "done") return event.task;
    throw new TroupeError("outcome_unknown", `the watch of ${id} was given up before the task ended`);
  }

  get(id: string): Promise<TaskView> {
    return this.#ask(this.#subjects.taskVerb("get"), { task_id: id }, ViewAnswer);
  }

  list(query: ListRequest = {}): Promise<unknown> {
    return this.#repeat(this.#subjects.taskVerb("list"), query, {});
  }

  log(id: string, page: { readonly after?: number; readonly limit?: number } = {}): Promise<TaskLogPage> {
    return this.#ask(this.#subjects.taskVerb("log"), { task_id: id, ...page }, LogAnswer);
  }

  async cancel(id: string) {
    await this.#repeat(this.#subjects.taskVerb("cancel"), { task_id: id }, {});
    return { task_id: requireTaskId(id).id, status: "cancelled" };
  }

  async signal(id: string, name: string, value: TaskRequest["input"]): Promise<void> {
    // Not repeated: a lost answer to a first one would look like somebody else's.
    await callService(this.#link, this.#subjects.taskVerb("signal"), { task_id: id, name, value });
  }

  retry(id: string): Promise<TaskAccepted> {
    return this.#ask(this.#subjects.taskVerb("retry"), { task_id: id }, AcceptedAnswer);
  }

  health(): Promise<unknown> {
    return this.#repeat(this.#subjects.supervisor("health"), undefined, {});
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  async *#stream(task: TaskId, after: number | undefined, signal: AbortSignal | undefined) {
    const body = after === undefined ? { task_id: task } : { task_id: task, after };
    const options = { silenceMs: SILENCE_MS, signal };
    for await (const value of streamService(this.#link, this.#subjects.taskVerb("watch"), body, options)) {
      const chunk = parseAnswer(value, EventAnswer);
      if (chunk.type === "keep_alive") yield "keep_alive" as const;
      else if (chunk.type === "error") throw new TroupeError("unavailable", chunk.error.message);
      else yield chunk.event;
    }
  }

  async #ask<T>(subject: string, body: unknown, schema: ZodType<T>, options: CallOptions = {}): Promise<T> {
    return parseAnswer(await this.#repeat(subject, body, options), schema);
  }

  /** Asks again while nobody answers: only for calls that are safe to repeat. */
  async #repeat(subject: string, body: unknown, options: CallOptions): Promise<unknown> {
    const deadlineMs = this.#clock.monotonicMs() + this.#patienceMs;
    for (;;) {
      try {
        return await callService(this.#link, subject, body, options);
      } catch (error) {
        const isLost = TroupeError.is(error, "unavailable", "outcome_unknown");
        if (!isLost || this.#clock.monotonicMs() > deadlineMs) throw error;
      }
      await this.#clock.sleep(RETRY_MS * (0.5 + this.#random.unit()));
    }
  }
}

const isTransient = (error: unknown): boolean => TroupeError.is(error, "unavailable", "outcome_unknown");

function parseAnswer<T>(value: unknown, schema: ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TroupeError("malformed_record", `the service answered in another form: ${parsed.error.message}`);
}

/** A role goes into a subject: what is no single token would address something else. */
function requireToken(role: string): string {
  if (/^[^\s.*>]{1,64}$/.test(role)) return role;
  throw new TroupeError("invalid_id", `not a role: ${JSON.stringify(role.slice(0, 60))}`);
}

function taskRequest(input: TaskRequest["input"], options: SubmitOptions): Record<string, unknown> {
  const { session, deadlineMs, priority, budget, metadata, requires, maxLoad } = options;
  // JSON leaves out what is undefined.
  const required = { required_capabilities: requires, max_load: maxLoad };
  return { input, session, deadline_ms: deadlineMs, priority, budget, metadata, ...required };
}
