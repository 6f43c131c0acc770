/** What clients send and get: bodies of `<sys>.tasks.*`, `<sys>.task.*` and of the HTTP edge, one shape for all. */
import { z } from "zod";
import type { ErrorBody } from "../errors.ts";
import type { TaskId } from "../ids.ts";
import { JsonValue } from "./json-value.ts";

/** Largest body that travels inside a record; what is larger goes by reference. Bytes. */
export const INLINE_BODY_BYTES = 512 * 1024;
/** Largest body of all. Bytes. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;
/** Deepest nesting of a JSON body that is accepted. */
export const MAX_BODY_DEPTH = 200;

const text = (max: number) => z.string().min(1).max(max);
/** Length as it travels in a header, where everything outside ASCII is escaped. */
const escapedLength = (value: unknown) => JSON.stringify(value).replace(/[^\x20-\x7e]/g, "\\u0000").length;

/** Largest `metadata` of a task, as JSON. Bytes. */
export const MAX_METADATA_BYTES = 2_048;

/**
 * The JSON form of a task. A body that is no JSON object (text, a number, a list, broken JSON) is plain text: the input itself, verbatim.
 * A JSON object must have this form; `Content-Type: text/plain` makes it text nevertheless.
 */
export const TaskRequest = z.strictObject({
  input: JsonValue,
  session: text(256).optional(),
  deadline_ms: z
    .int()
    .min(1)
    .max(30 * 24 * 3_600_000)
    .optional(),
  priority: z.enum(["interactive", "normal", "batch"]).optional(),
  budget: text(128).optional(),
  metadata: z
    .record(text(64), z.string().max(1_024))
    .refine((m) => escapedLength(m) <= MAX_METADATA_BYTES, `at most ${MAX_METADATA_BYTES} bytes as ASCII JSON`)
    .optional(),
  required_capabilities: z.array(text(32)).max(16).optional(),
  /** Begins only once an actor of the door that may take it is not busier: 0 = idle, 1 = any. Not together with a session. */
  max_load: z.number().min(0).max(1).optional(),
});
export type TaskRequest = z.infer<typeof TaskRequest>;

/** `accepted` until it runs; the last five are terminal. */
export type TaskStatus =
  | "accepted"
  | "running"
  | "waiting"
  | "completed"
  | "failed"
  | "cancelled"
  | "expired"
  | "rejected";
export const TERMINAL_STATUSES: ReadonlySet<TaskStatus> = new Set<TaskStatus>([
  "completed",
  "failed",
  "cancelled",
  "expired",
  "rejected",
]);

export interface TaskAccepted {
  readonly task_id: TaskId;
  readonly status: "accepted";
  /** True when an earlier request with the same idempotency key made this task. */
  readonly duplicate?: boolean | undefined;
}

/** Body of the `done` record. */
export const DoneBody = z.strictObject({
  status: z.enum(["completed", "failed", "cancelled", "expired", "rejected"]),
  result: JsonValue.optional(),
  error: z
    .strictObject({ code: z.string(), message: z.string(), details: z.record(z.string(), JsonValue).optional() })
    .optional(),
  /** Role that ended it, or `client`, `supervisor`, `timer`. */
  by: z.string(),
});
export type DoneBody = z.infer<typeof DoneBody>;

/** One hop of the path that a task took. */
export interface PathHop {
  readonly role: string;
  readonly node: string;
  /** Time that its executors ran. */
  readonly ms: number;
  /** More than 1 when it was taken over. */
  readonly attempts: number;
}

/** A task as `task.get`, `GET /api/v1/tasks/{id}` and `troupe start --json` show it. */
export interface TaskView {
  readonly task_id: TaskId;
  readonly status: TaskStatus;
  readonly role: string;
  readonly result?: unknown;
  readonly error?: ErrorBody | undefined;
  readonly path: readonly PathHop[];
  readonly tokens: { readonly input: number; readonly output: number; readonly total: number };
  /** US dollars. */
  readonly cost: number;
  /** RFC 3339. */
  readonly created_at: string;
  readonly finished_at?: string | undefined;
  readonly session?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Why nobody takes its next message, while nobody does and the supervisor knows it. */
  readonly waiting_reason?: string | undefined;
}

/** One record of a task as `task.log` shows it. */
export interface TaskLogEntry {
  /** The record's sequence. */
  readonly id: number;
  readonly at: string;
  readonly hop: string;
  readonly from: string;
  /** `<class>.<kind>`, e.g. `m.send`, `s.step`, `t.done`. */
  readonly kind: string;
  /** Mailbox or number: the last token of the subject. */
  readonly to: string;
  readonly node?: string | undefined;
  readonly body?: unknown;
  readonly usage?:
    | { readonly inputTokens: number; readonly outputTokens: number; readonly costMicros: number }
    | undefined;
}

/** A page of a task's records, oldest first. `next` is the `after` of the following page. */
export interface TaskLogPage {
  readonly task_id: TaskId;
  readonly records: readonly TaskLogEntry[];
  readonly next?: number | undefined;
}

/** Bodies of the `<sys>.task.*` requests. A bare task id is taken for `{"task_id": …}`. */
export const TaskRef = z.strictObject({ task_id: text(128) });
export const WatchRequest = z.strictObject({ task_id: text(128), after: z.int().min(0).optional() });
export const LogRequest = z.strictObject({
  task_id: text(128),
  after: z.int().min(0).optional(),
  limit: z.int().min(1).max(1_000).optional(),
});
export const SignalRequest = z.strictObject({ task_id: text(128), name: text(128), value: JsonValue });
export const ListRequest = z.strictObject({
  status: z
    .enum(["accepted", "running", "waiting", "completed", "failed", "cancelled", "expired", "rejected"])
    .optional(),
  limit: z.int().min(1).max(1_000).optional(),
  cursor: text(512).optional(),
  /** Only tasks that began at this door. */
  role: text(64).optional(),
  session: text(256).optional(),
  /** Only this tenant's; gateways ask so for callers who may see no others. */
  tenant: text(128).optional(),
});
export type ListRequest = z.infer<typeof ListRequest>;

/**
 * One event of a watched task. `id` is the record's sequence: a watcher that comes back names the last one it has.
 * `token` events are live hints without an id; they may be lost, and the step that they led to is recorded.
 */
export type TaskEvent =
  | { readonly type: "accepted"; readonly id: number; readonly at: string; readonly role: string }
  | { readonly type: "claim"; readonly id: number; readonly at: string; readonly role: string; readonly node: string }
  | {
      readonly type: "step";
      readonly id: number;
      readonly at: string;
      readonly role: string;
      readonly node: string;
      readonly name: string;
      readonly tokens?: number;
    }
  | {
      readonly type: "progress";
      readonly id: number;
      readonly at: string;
      readonly role: string;
      readonly node: string;
      readonly data: unknown;
    }
  | {
      readonly type: "forward";
      readonly id: number;
      readonly at: string;
      readonly role: string;
      readonly node: string;
      readonly to: readonly string[];
      readonly ms: number;
    }
  | {
      readonly type: "wait";
      readonly id: number;
      readonly at: string;
      readonly role: string;
      readonly node: string;
      readonly for: readonly string[];
    }
  | {
      readonly type: "reply";
      readonly id: number;
      readonly at: string;
      readonly role: string;
      readonly node: string;
      readonly to: string;
    }
  | {
      readonly type: "retry";
      readonly id: number;
      readonly at: string;
      readonly role: string;
      readonly node: string;
      readonly error: ErrorBody;
    }
  | {
      readonly type: "dead";
      readonly id: number;
      readonly at: string;
      readonly role: string;
      readonly node: string;
      readonly error: ErrorBody;
    }
  | { readonly type: "token"; readonly role: string; readonly hop: string; readonly text: string }
  | { readonly type: "gap"; readonly id: number; readonly reason: string }
  | { readonly type: "done"; readonly id: number; readonly at: string; readonly task: TaskView };
