/** A task as the door decided it, before it is in the log: what the ingress stores while it waits, and what the start record is made of. */
import { z } from "zod";
import { JsonValue } from "../contracts/json-value.ts";
import { isMailboxName } from "../contracts/names.ts";
import type { Origin, Passport, RecordHeader } from "../contracts/record.ts";
import { encodeRecordHeader } from "../contracts/record.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { DoneBody } from "../contracts/task.ts";
import { TraceContext } from "../contracts/trace-context.ts";
import { isSessionKey, parseTaskId, type SessionKey, type TaskId } from "../ids.ts";
import type { NewRecord } from "../log/task-log.ts";

const count = z.int().min(0);
const sessionKey = z.custom<SessionKey>((value) => typeof value === "string" && isSessionKey(value));

/** The classes of admission, most urgent first. */
export const PRIORITIES = ["interactive", "normal", "batch"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const TaskOrder = z.strictObject({
  v: z.literal(1),
  task: z.custom<TaskId>((value) => typeof value === "string" && parseTaskId(value) !== undefined),
  /** The door's mailbox: the role, or the variant that the required capabilities choose. */
  mailbox: z.string().refine(isMailboxName),
  input: JsonValue,
  acceptedAtMs: z.number(),
  /** Counted from `acceptedAtMs`; absent = none. */
  deadlineMs: count.optional(),
  tenant: z.string().min(1).max(128),
  /** Whom the door knew the caller as; absent = nobody in particular. */
  user: z.string().min(1).max(256).optional(),
  priority: z.enum(PRIORITIES),
  session: z.strictObject({ key: sessionKey, name: z.string().max(256), turn: count.optional() }).optional(),
  requires: z.array(z.string().max(32)).max(16),
  /** Waits until an actor of the mailbox is not busier; absent = as busy as may be. */
  maxLoad: z.number().min(0).max(1).optional(),
  budget: z.string().max(128).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  /** The trace that its submission belongs to. */
  trace: TraceContext.optional(),
});
export type TaskOrder = z.infer<typeof TaskOrder>;

/** Milliseconds until the order's deadline, `undefined` without one; not below 0. */
export const remainingMs = ({ deadlineMs, acceptedAtMs }: TaskOrder, nowMs: number): number | undefined =>
  remainingAt(nowMs, deadlineMs, acceptedAtMs);

/** What is left at a time of the milliseconds that there were at an earlier one; `undefined` = no deadline. Whole, and not below 0. */
export const remainingAt = (nowMs: number, leftMs: number | undefined, sinceMs: number): number | undefined =>
  leftMs === undefined ? undefined : Math.max(0, Math.round(sinceMs + leftMs - nowMs));

/** Header of the start record: the passport that the task hands down, and what its client said of it. */
export function startHeader(order: TaskOrder, nowMs: number): RecordHeader {
  const passport: Passport = {
    index: 0,
    tenant: order.tenant,
    session: order.session?.key,
    turn: order.session?.turn,
    remainingMs: remainingMs(order, nowMs),
    depth: 0,
    trail: [],
    taint: [],
    budget: order.budget,
    requires: order.requires,
  };
  const { session, user, priority, metadata, maxLoad } = order;
  const origin: Origin = { session: session?.name, user, priority, metadata, maxLoad };
  return { passport, origin, trace: order.trace };
}

/** The record that starts the task: from then on it is in its mailbox. */
export function startRecord(subjects: Subjects, order: TaskOrder, nowMs: number): NewRecord {
  return jsonRecord(subjects.start(order.task, order.mailbox), startHeader(order, nowMs), order.input);
}

/** A record that ends a task from outside its graph: a cancel, an expiry, a rejection. The first end stands. */
export function doneRecord(subjects: Subjects, task: TaskId, body: DoneBody, tenant?: string): NewRecord {
  const passport = { index: 0, depth: 0, trail: [], taint: [], requires: [] };
  const header = tenant === undefined ? {} : { passport: { ...passport, tenant } };
  return jsonRecord(subjects.done(task), header, DoneBody.parse(body));
}

/** The end of a task whose deadline passed. */
export const expiredBody = (by: string): DoneBody => ({
  status: "expired",
  by,
  error: { code: "deadline_exceeded", message: "the deadline passed first" },
});

export function jsonRecord(subject: string, header: RecordHeader, body: unknown): NewRecord {
  return { subject, header, encoding: "json", body: new TextEncoder().encode(JSON.stringify(body)) };
}

/** The header as text, as a waiting turn keeps it. */
export const headerText = (header: RecordHeader): string => encodeRecordHeader(header);
