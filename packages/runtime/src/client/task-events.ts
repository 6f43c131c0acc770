/** The events that a task's records mean to whoever watches it. Pure: the same records give the same events at any gateway. */
import { rfc3339 } from "../clock.ts";
import { type Awaited, DeadBody, EmitBody, FailBody, FanBody, StepBody, WaitBody } from "../contracts/bodies.ts";
import { roleOfMailbox } from "../contracts/names.ts";
import type { TaskEvent } from "../contracts/task.ts";
import type { ErrorBody } from "../errors.ts";
import type { TaskId } from "../ids.ts";
import type { TaskRecord } from "./task-record.ts";
import { type AcceptedTask, errorOf, TaskProjection } from "./task-view.ts";

const UNREADABLE: ErrorBody = { code: "malformed_record", message: "the record does not parse" };

/** Turns records into events one after the other; it keeps the projection that the last event shows. */
export class TaskEventFeed {
  readonly #projection: TaskProjection;
  #sequence = 0;

  constructor(task: TaskId, accepted?: AcceptedTask) {
    this.#projection = new TaskProjection(task, accepted);
  }

  /** Sequence of the last record that was fed; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }
  get isDone(): boolean {
    return this.#projection.isDone;
  }
  get projection(): TaskProjection {
    return this.#projection;
  }

  /** The record's event, or `undefined` for records that mean nothing to a watcher. Records already fed are ignored. */
  feed(record: TaskRecord): TaskEvent | undefined {
    if (record.sequence <= this.#sequence) return undefined;
    this.#sequence = record.sequence;
    this.#projection.apply(record);
    const base = { id: record.sequence, at: rfc3339(record.atMs) };
    if (record.subject.name.class === "t") return { type: "done", ...base, task: this.#projection.view() };
    const place = { ...base, role: record.subject.from, node: record.header?.writer?.node ?? "" };
    return eventOf(record, place);
  }
}

/** All events of the records after the sequence `after`, in order. */
export function taskEvents(task: TaskId, records: readonly TaskRecord[], after = 0): readonly TaskEvent[] {
  const feed = new TaskEventFeed(task);
  const events: TaskEvent[] = [];
  for (const record of records) {
    const event = feed.feed(record);
    if (event && record.sequence > after) events.push(event);
  }
  return events;
}

interface Place {
  readonly id: number;
  readonly at: string;
  readonly role: string;
  readonly node: string;
}

function eventOf(record: TaskRecord, place: Place): TaskEvent | undefined {
  const { name } = record.subject;
  if (name.class === "m") return messageEvent(record, place, name.kind, name.to);
  if (name.class === "c") return controlEvent(record, place, name.kind);
  return stepEvent(record, place, name.kind);
}

function messageEvent(record: TaskRecord, place: Place, kind: string, to: string): TaskEvent | undefined {
  if (kind === "reply") return { type: "reply", ...place, to: roleOfMailbox(to) };
  if (kind !== "send") return undefined;
  if (place.role === "client") return { type: "accepted", id: place.id, at: place.at, role: roleOfMailbox(to) };
  return { type: "forward", ...place, to: [roleOfMailbox(to)], ms: ranMs(record) };
}

function controlEvent(record: TaskRecord, place: Place, kind: string): TaskEvent | undefined {
  if (kind === "claim") return { type: "claim", ...place };
  if (kind === "fan") {
    const fan = FanBody.safeParse(record.body);
    const to = fan.success ? fan.data.outputs.map((output) => roleOfMailbox(output.to)) : [];
    return { type: "forward", ...place, to, ms: ranMs(record) };
  }
  if (kind === "wait") {
    const wait = WaitBody.safeParse(record.body);
    return { type: "wait", ...place, for: wait.success ? wait.data.for.map(awaitedLabel) : [] };
  }
  if (kind === "dead") {
    const dead = DeadBody.safeParse(record.body);
    return { type: "dead", ...place, error: dead.success ? errorOf(dead.data.error) : UNREADABLE };
  }
  return undefined;
}

function stepEvent(record: TaskRecord, place: Place, kind: string): TaskEvent | undefined {
  if (kind === "step") {
    const step = StepBody.safeParse(record.body);
    const usage = record.header?.usage;
    const tokens = usage ? { tokens: usage.inputTokens + usage.outputTokens } : {};
    return { type: "step", ...place, name: step.success ? step.data.name : "", ...tokens };
  }
  if (kind === "emit") {
    const emit = EmitBody.safeParse(record.body);
    return emit.success ? { type: "progress", ...place, data: emit.data } : undefined;
  }
  if (kind === "fail") {
    const failed = FailBody.safeParse(record.body);
    return { type: "retry", ...place, error: failed.success ? errorOf(failed.data.error) : UNREADABLE };
  }
  return undefined;
}

const ranMs = (record: TaskRecord): number => Math.round(record.header?.writer?.ranMs ?? 0);

/** What a wait is for, as people read it: a role, `timer`, `approval`, or `signal <name>`. */
export function awaitedLabel(awaited: Awaited): string {
  if (awaited.type === "call") return roleOfMailbox(awaited.to);
  return awaited.type === "signal" ? `signal ${awaited.name}` : awaited.type;
}
