/** `<sys>.supervisor.tasks`: the tasks that the index knows, newest first, in pages. */
import {
  DoneBody,
  type ListRequest,
  rfc3339,
  roleOfMailbox,
  type Subjects,
  type TaskId,
  type TaskLog,
  type TaskStatus,
} from "@troupe/runtime/internal";
import { jsonBody } from "../observer/json-body.ts";
import type { EndedTask, OpenTask, TaskIndex } from "../observer/task-index.ts";

/** One line of the list. A task that runs and one that waits for a reply look alike from here, except for sleeps, signals and approvals. */
export interface TaskSummary {
  readonly task_id: TaskId;
  readonly status: TaskStatus;
  readonly role: string;
  readonly created_at: string;
  readonly finished_at?: string;
  readonly session?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface TaskList {
  readonly tasks: readonly TaskSummary[];
  /** How many there are of the role, session and tenant that were asked for, whatever their status. */
  readonly total: number;
  /** Names the page after this one; a page may be short, or empty, and still have one. */
  readonly cursor?: string;
}

const DEFAULT_LIMIT = 50;
/** Most tasks that one page looks at: a rare status must not read the whole log. */
const LOOKED_AT = 1_000;

/** Whether somebody outside the graph has to answer, or to decide on a dead letter, before the task goes on. */
export const isWaiting = (task: OpenTask, index: TaskIndex): boolean =>
  [...task.deaths.values()].some(({ hop, body }) => body.reply === undefined && !task.handedOn.has(hop)) ||
  [...task.waits.values()].some(({ body }) =>
    body.for.some((awaited) => awaited.type !== "call" && !index.isAnswered(task.task, awaited.hop)),
  );

/** Lists. The statuses of finished tasks are read from the log, a page at a time. */
export async function listTasks(
  index: TaskIndex,
  log: TaskLog,
  subjects: Subjects,
  { status, limit = DEFAULT_LIMIT, cursor, tenant, role, session }: ListRequest,
): Promise<TaskList> {
  const isAsked = ({ mailbox = "", origin }: OpenTask | EndedTask, theirs: string | undefined) =>
    (tenant === undefined || theirs === tenant) &&
    (role === undefined || roleOfMailbox(mailbox) === role) &&
    (session === undefined || origin?.session === session);
  const open = [...index.openTasks()].filter((task) => isAsked(task, task.passport?.tenant));
  const ended = [...index.endedTasks()].filter((task) => isAsked(task, task.tenant));
  const total = open.length + ended.length;
  const ids = [...open, ...ended]
    .map(({ task }) => task)
    .filter((task) => cursor === undefined || sortKey(task) < cursor)
    .toSorted((a, b) => (sortKey(a) < sortKey(b) ? 1 : -1));
  const tasks: TaskSummary[] = [];
  for (const [at, task] of ids.entries()) {
    const summary = await summaryOf(task, index, log, subjects, status);
    if (summary) tasks.push(summary);
    const isLast = at === ids.length - 1;
    if ((tasks.length === limit || at + 1 === LOOKED_AT) && !isLast) return { tasks, total, cursor: sortKey(task) };
  }
  return { tasks, total };
}

/** The time-ordered part of a task id. */
const sortKey = (task: TaskId): string => task.slice(task.lastIndexOf("-") + 1);

async function summaryOf(
  task: TaskId,
  index: TaskIndex,
  log: TaskLog,
  subjects: Subjects,
  wanted: TaskStatus | undefined,
): Promise<TaskSummary | undefined> {
  const open = index.open(task);
  if (open) {
    const status = isWaiting(open, index) ? "waiting" : "running";
    return wanted === undefined || wanted === status
      ? { ...describe(open), status, created_at: rfc3339(open.startedAtMs) }
      : undefined;
  }
  const ended = index.ended(task);
  if (!ended || wanted === "running" || wanted === "waiting" || wanted === "accepted") return undefined;
  const stored = await log.get(subjects.done(task));
  const done = stored && DoneBody.safeParse(jsonBody(stored.body));
  if (!done?.success || (wanted !== undefined && done.data.status !== wanted)) return undefined;
  return {
    ...describe(ended),
    status: done.data.status,
    created_at: rfc3339(ended.startedAtMs ?? ended.endedAtMs),
    finished_at: rfc3339(ended.endedAtMs),
  };
}

const describe = ({ task, mailbox, origin }: OpenTask | EndedTask) => ({
  task_id: task,
  role: roleOfMailbox(mailbox ?? ""),
  ...(origin?.session === undefined ? {} : { session: origin.session }),
  ...(origin?.metadata === undefined ? {} : { metadata: origin.metadata }),
});
