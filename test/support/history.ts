/**
 * A run's history: every record of the task log, parsed, in the store's own order. The checker (invariants.ts) judges nothing else, so what
 * it says of a run does not rest on what the processes of the run believed.
 */
import type { HopId, LogSubject, RecordHeader, StoredRecord, Subjects, TaskId } from "@troupe/runtime/internal";

/** One record of the task log. */
export interface HistoryRecord {
  readonly sequence: number;
  readonly storedAtMs: number;
  readonly subject: string;
  readonly at: LogSubject;
  readonly header: RecordHeader;
  readonly body: unknown;
}

/** The records that the executors of one hop wrote: its journal, its claims and its commit, in order. */
export interface HopHistory {
  readonly hop: HopId;
  readonly role: string;
  readonly own: readonly HistoryRecord[];
}

export interface TaskHistory {
  readonly task: TaskId;
  readonly records: readonly HistoryRecord[];
  readonly start: HistoryRecord | undefined;
  readonly ends: readonly HistoryRecord[];
  readonly hops: readonly HopHistory[];
}

export interface History {
  readonly tasks: ReadonlyMap<TaskId, TaskHistory>;
  readonly size: number;
  /** Subjects of records that are none of the task log, or whose header or body does not parse. */
  readonly unreadable: readonly string[];
}

const NOT_EXECUTORS: ReadonlySet<string> = new Set(["client", "human", "timer", "supervisor", "end"]);
/** Mailbox kinds that a stored commit promised: written under the receiver's hop, so no part of the writer's own chain. */
const DERIVED = /^(fan|call|again\d+)$/;

/** Whether a record belongs to the chain of the hop under which it lies. */
export function isOwn({ at }: HistoryRecord): boolean {
  if (NOT_EXECUTORS.has(at.from)) return false;
  return !(at.name.class === "m" && DERIVED.test(at.name.kind));
}

/** Whether a record ends its hop: one message onward, several, the answer to the caller, or parked. */
export function isCommit({ at: { name } }: HistoryRecord): boolean {
  if (name.class === "m") return name.kind === "send" || name.kind === "reply";
  return name.class === "c" && (name.kind === "fan" || name.kind === "dead");
}

/** Sorts a stream's records into tasks and hops. */
export function toHistory(subjects: Subjects, stored: Iterable<StoredRecord>): History {
  const byTask = new Map<TaskId, HistoryRecord[]>();
  const unreadable: string[] = [];
  let size = 0;
  for (const record of [...stored].toSorted((a, b) => a.sequence - b.sequence)) {
    size += 1;
    // Turns and state of sessions lie in the same stream; what they come to is seen in tasks.
    if (subjects.parseSession(record.subject)) continue;
    const parsed = parse(subjects, record);
    if (!parsed) {
      unreadable.push(record.subject);
      continue;
    }
    const records = byTask.get(parsed.at.task);
    if (records) records.push(parsed);
    else byTask.set(parsed.at.task, [parsed]);
  }
  const tasks = new Map([...byTask].map(([task, records]) => [task, taskHistory(task, records)] as const));
  return { tasks, size, unreadable };
}

function parse(subjects: Subjects, record: StoredRecord): HistoryRecord | undefined {
  const at = subjects.parseLog(record.subject);
  if (!at || !record.header) return undefined;
  const { sequence, storedAtMs, subject, header } = record;
  if (record.encoding !== "json") return { sequence, storedAtMs, subject, at, header, body: undefined };
  try {
    const text = new TextDecoder().decode(record.body);
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    return { sequence, storedAtMs, subject, at, header, body };
  } catch {
    return undefined;
  }
}

/** The history of one task from its records in order. */
export function taskHistory(task: TaskId, records: readonly HistoryRecord[]): TaskHistory {
  const hops = new Map<string, { hop: HopId; role: string; own: HistoryRecord[] }>();
  for (const record of records.filter(isOwn)) {
    const { hop, from } = record.at;
    if (hop === "end") continue;
    const known = hops.get(`${hop}.${from}`);
    if (known) known.own.push(record);
    else hops.set(`${hop}.${from}`, { hop, role: from, own: [record] });
  }
  return {
    task,
    records,
    start: records.find((r) => r.at.hop === "start" && r.at.from === "client"),
    ends: records.filter((r) => r.at.name.class === "t"),
    hops: [...hops.values()],
  };
}

/** The last record of each task that has not ended, for a failed test's message. */
export function openTasks(history: History, most = 10): string {
  const open = [...history.tasks.values()].filter((task) => task.ends.length === 0);
  const lines = open.slice(0, most).map(({ records }) => {
    const last = records.at(-1);
    return `${last?.subject} #${last?.sequence} at ${new Date(last?.storedAtMs ?? 0).toISOString()}`;
  });
  return [`${open.length} tasks have not ended; their last records:`, ...lines].join("\n");
}
