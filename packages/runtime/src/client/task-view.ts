/** A task as its records tell it: status, path, tokens, cost. Pure; the gateway, the CLI and the supervisor show the same (DESIGN §7). */
import { rfc3339 } from "../clock.ts";
import { DeadBody, FanBody, WaitBody } from "../contracts/bodies.ts";
import { roleOfMailbox } from "../contracts/names.ts";
import type { Origin } from "../contracts/record.ts";
import { DoneBody, type TaskStatus, type TaskView } from "../contracts/task.ts";
import { ERRORS, type ErrorBody, type ErrorCode } from "../errors.ts";
import type { TaskId } from "../ids.ts";
import { type HopTrace, newHopTrace, pathHopOf, traceClaim, traceWriter } from "./hop-trace.ts";
import type { TaskRecord } from "./task-record.ts";

/** What is known of an accepted task before its start record is stored (it waits in the ingress, or for its session). */
export interface AcceptedTask {
  readonly role: string;
  readonly atMs: number;
  readonly origin?: Origin | undefined;
}

/** Folds a task's records, fed in the order of their sequences, into its view. */
export class TaskProjection {
  readonly #task: TaskId;
  readonly #hops = new Map<string, HopTrace>();
  #accepted: AcceptedTask | undefined;
  #done: { readonly body: DoneBody; readonly atMs: number } | undefined;
  #messages = 0;
  #started = 0;
  /** Called hops that nobody waits for any more and that have not begun. */
  readonly #dropped = new Set<string>();
  #inputTokens = 0;
  #outputTokens = 0;
  #costMicros = 0;

  constructor(task: TaskId, accepted?: AcceptedTask) {
    this.#task = task;
    this.#accepted = accepted;
  }

  /** Whether anything says that this task exists. */
  get isKnown(): boolean {
    return this.#accepted !== undefined || this.#done !== undefined || this.#started > 0;
  }

  get isDone(): boolean {
    return this.#done !== undefined;
  }

  apply(record: TaskRecord): void {
    const { usage } = record.header ?? {};
    if (usage) {
      this.#inputTokens += usage.inputTokens;
      this.#outputTokens += usage.outputTokens;
      this.#costMicros += usage.costMicros;
    }
    const { name } = record.subject;
    switch (name.class) {
      case "m":
        this.#applyMessage(record, name.kind, name.to);
        break;
      case "c":
        this.#applyControl(record, name.kind, Number(name.to));
        break;
      case "s":
        this.#activate(record);
        break;
      case "t":
        this.#applyDone(record);
        break;
    }
  }

  view(): TaskView {
    const { role = "", atMs = 0, origin } = this.#accepted ?? {};
    const done = this.#done;
    return {
      task_id: this.#task,
      status: this.#status(),
      role,
      ...(done?.body.result === undefined ? {} : { result: done.body.result }),
      ...(done?.body.error === undefined ? {} : { error: errorOf(done.body.error) }),
      path: [...this.#hops.values()].map(pathHopOf),
      tokens: {
        input: this.#inputTokens,
        output: this.#outputTokens,
        total: this.#inputTokens + this.#outputTokens,
      },
      cost: this.#costMicros / 1_000_000,
      created_at: rfc3339(atMs || (done?.atMs ?? 0)),
      ...(done ? { finished_at: rfc3339(done.atMs) } : {}),
      ...(origin?.session === undefined ? {} : { session: origin.session }),
      ...(origin?.metadata === undefined ? {} : { metadata: origin.metadata }),
    };
  }

  #status(): TaskStatus {
    if (this.#done) return this.#done.body.status;
    if (this.#started === 0) return "accepted";
    const hops = [...this.#hops.values()];
    const isActive = hops.some((hop) => hop.state === "active" || (hop.wait && hop.wait.replies >= hop.wait.need));
    const isWaiting = hops.some(({ state }) => state === "waiting" || state === "parked");
    return isWaiting && !isActive && this.#messages - this.#dropped.size <= this.#started ? "waiting" : "running";
  }

  #applyMessage(record: TaskRecord, kind: string, to: string): void {
    const { from, hop } = record.subject;
    if (kind === "send") {
      this.#messages++;
      if (from === "client" && hop === "start") {
        this.#accepted = { role: roleOfMailbox(to), atMs: record.atMs, origin: record.header?.origin };
      } else if (from !== "supervisor") this.#settle(record);
      else this.#handOn(hop);
    } else if (kind === "reply") {
      this.#countReply(record);
      if (from !== "timer" && from !== "human") this.#settle(record);
    }
  }

  #applyControl(record: TaskRecord, kind: string, number: number): void {
    if (kind === "claim") {
      const hop = this.#activate(record);
      this.#dropLosers(hop.wait?.calls ?? []);
      traceClaim(hop, record);
    } else if (kind === "wait") {
      const hop = this.#activate(record);
      const wait = WaitBody.safeParse(record.body);
      if (!wait.success) return;
      hop.state = "waiting";
      const calls = wait.data.for.filter(({ type }) => type === "call").map((call) => call.hop);
      hop.wait = { number, need: wait.data.need, calls, replies: 0 };
      this.#messages += calls.length;
    } else if (kind === "got") traceWriter(this.#hopOf(record), record.header?.writer);
    else {
      this.#settle(record);
      if (kind === "dead" && !DeadBody.safeParse(record.body).data?.reply) this.#hopOf(record).state = "parked";
      const fan = FanBody.safeParse(record.body);
      if (kind === "fan" && fan.success) this.#messages += fan.data.outputs.length;
    }
  }

  #applyDone(record: TaskRecord): void {
    const body = DoneBody.safeParse(record.body);
    const failed: DoneBody = {
      status: "failed",
      by: "",
      error: { code: "malformed_record", message: "the record that ends the task does not parse" },
    };
    this.#done = { body: body.success ? body.data : failed, atMs: record.atMs };
    const writer = record.header?.writer;
    if (!writer) return;
    // The subject of `done` names no hop: the writer's nonce tells whether it ended one that is known, or one that wrote nothing else.
    const known = [...this.#hops.values()].find((hop) => hop.nonces.has(writer.nonce));
    const hop = known ?? this.#newHop(`end.${writer.nonce}`, this.#done.body.by);
    traceWriter(hop, writer);
    hop.state = "settled";
  }

  /** A dead hop's message goes to somebody: it is over for the hop itself. */
  #handOn(hop: string): void {
    const dead = this.#find(hop);
    if (dead?.state === "parked") dead.state = "settled";
  }

  /** The wait goes on: calls that did not answer are ended, or never begin. */
  #dropLosers(calls: readonly string[]): void {
    for (const call of calls) {
      const hop = this.#find(call);
      if (hop === undefined) this.#dropped.add(call);
      else hop.state = "settled";
    }
  }

  #countReply(record: TaskRecord): void {
    const passport = record.header?.passport;
    const caller = passport?.parent === undefined ? undefined : this.#find(passport.parent);
    if (caller?.wait && caller.wait.number === passport?.wait) caller.wait.replies++;
  }

  #find(hop: string): HopTrace | undefined {
    for (const [key, trace] of this.#hops) if (key.startsWith(`${hop}.`)) return trace;
    return undefined;
  }

  #activate(record: TaskRecord): HopTrace {
    const hop = this.#hopOf(record);
    traceWriter(hop, record.header?.writer);
    return hop;
  }

  #settle(record: TaskRecord): void {
    const hop = this.#activate(record);
    hop.state = "settled";
    hop.wait = undefined;
  }

  #hopOf({ subject }: TaskRecord): HopTrace {
    this.#dropped.delete(subject.hop);
    const key = `${subject.hop}.${subject.from}`;
    return this.#hops.get(key) ?? this.#newHop(key, subject.from);
  }

  #newHop(key: string, role: string): HopTrace {
    const hop = newHopTrace(role);
    this.#hops.set(key, hop);
    this.#started++;
    return hop;
  }
}

/** The view of a task, or `undefined` when the records (and `accepted`) do not show that it exists. */
export function taskView(task: TaskId, records: readonly TaskRecord[], accepted?: AcceptedTask): TaskView | undefined {
  const projection = new TaskProjection(task, accepted);
  for (const record of records) projection.apply(record);
  return projection.isKnown ? projection.view() : undefined;
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** An error of a record as an error body; a code that this version does not know is kept in the details. */
export function errorOf(error: NonNullable<DoneBody["error"]>): ErrorBody {
  const { code, message, details } = error;
  if (isErrorCode(code)) return { code, message, ...(details ? { details } : {}) };
  return { code: "handler_failed", message, details: { ...details, code } };
}
