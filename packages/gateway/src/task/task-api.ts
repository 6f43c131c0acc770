/** What can be done with tasks, whatever protocol asks: NATS services and HTTP are two thin forms of this. */
import type {
  CompiledSystem,
  ListRequest,
  TaskAccepted,
  TaskEvent,
  TaskId,
  TaskLogPage,
  TaskRequest,
  TaskStatus,
  TaskView,
  TraceContext,
} from "@troupe/runtime/internal";

/** What runs now, for who has to name a door. */
export interface Deployed {
  readonly system: CompiledSystem;
  readonly version: string;
  /** Wall time, ms since 1970. */
  readonly deployedAtMs: number;
}

/** On whose behalf something is asked. */
export interface Caller {
  readonly tenant: string;
  /** Who it is, where callers sign in: usage and budgets are counted by it. */
  readonly user?: string;
  /** The trace that its request belongs to: a task that it starts goes on with it. */
  readonly trace?: TraceContext | undefined;
  /** Whether it sees its own tenant's tasks alone; for anybody else a task's unguessable id is enough. */
  readonly isWalled: boolean;
}

/** A task as it is now. */
export interface FoundTask {
  readonly view: TaskView;
  /** Of its last record; 0 before the first. */
  readonly sequence: number;
  /** Sequence of its end, when it has one. */
  readonly doneSequence?: number | undefined;
  /** Signals that it waits for, oldest first; empty while it has something to do. */
  readonly awaited: readonly string[];
  /** Data of its progress events, oldest first. */
  readonly emitted: readonly unknown[];
  /** What its client answered to signals, oldest first, without what is encrypted. */
  readonly answers: readonly unknown[];
}

/** A task that a walled caller may not see is `unknown_task`, like one that is not there. */
export interface TaskApi {
  /** `key` is the caller's idempotency key, as it was sent. */
  submit(caller: Caller, role: string, request: TaskRequest, key?: string): Promise<TaskAccepted>;
  find(caller: Caller, id: TaskId): Promise<FoundTask>;
  /** What the task was asked, in full. Throws `unknown_task`; `conflict` while it waits to be started. */
  inputOf(caller: Caller, id: TaskId): Promise<TaskRequest["input"]>;
  /** A view whose result is there in full, where the log holds a reference. Throws `malformed_record`, `unavailable`. */
  withResult(view: TaskView): Promise<TaskView>;
  log(
    caller: Caller,
    id: TaskId,
    page: { readonly after?: number | undefined; readonly limit?: number | undefined },
  ): Promise<TaskLogPage>;
  /** Asks the supervisor, who has the index. Throws `unavailable` without one. */
  list(caller: Caller, query: ListRequest): Promise<unknown>;
  watch(
    caller: Caller,
    id: TaskId,
    options: { readonly after?: number; readonly signal: AbortSignal },
  ): AsyncGenerator<TaskEvent>;
  cancel(caller: Caller, id: TaskId): Promise<{ readonly task_id: TaskId; readonly status: TaskStatus }>;
  signal(caller: Caller, id: TaskId, name: string, value: TaskRequest["input"]): Promise<unknown>;
  retry(caller: Caller, id: TaskId): Promise<TaskAccepted>;
  /** The system that new tasks begin in. Throws `no_system`. */
  deployed(): Deployed;
  /** The system that a task began in; `undefined` when it is not known any more. */
  systemOf(id: TaskId): CompiledSystem | undefined;
  /** Every actor as the supervisor sees it. Throws `unavailable` without one. */
  actors(): Promise<unknown>;
  /** The supervisor's account of the cluster. Throws `unavailable` without one. */
  cluster(): Promise<unknown>;
}

/** What `/health` tells of. `models` and `cache` are what the nodes have found when they last used them. */
export const HEALTH_PARTS = ["gateway", "nats", "system", "supervisor", "models", "cache"] as const;
export type HealthPartName = (typeof HEALTH_PARTS)[number];

/** One part of the gateway's health. */
export interface HealthPart {
  readonly name: HealthPartName;
  readonly isUp: boolean;
  /** Whether the gateway can do its work without it. */
  readonly isRequired: boolean;
  readonly text: string;
}

export interface HealthProbe {
  /** Whether the gateway takes requests: NATS is there and it does not drain. Immediate. */
  readiness(): readonly HealthPart[];
  /** Asks every part; takes at most a second. */
  parts(): Promise<readonly HealthPart[]>;
}
