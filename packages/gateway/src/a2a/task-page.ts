/** A page of a role's tasks, from the supervisor's pages. */
import { type ListTasksRequest, type ListTasksResponse, type Task, TaskState } from "@a2a-js/sdk";
import { RequestMalformedError } from "@a2a-js/sdk/errors";
import { parseTaskId, parseTimeMs, type TaskId, type TaskStatus, TroupeError } from "@troupe/runtime/internal";
import { z } from "zod";
import type { Caller, TaskApi } from "../task/task-api.ts";

const DEFAULT_SIZE = 50;
const LARGEST_SIZE = 100;
/** Pages of the supervisor that one page here may be made of: a rare state must not read everything. */
const MOST_PAGES = 5;

const Listed = z.object({
  tasks: z.array(z.object({ task_id: z.string() })),
  cursor: z.string().optional(),
  total: z.int().min(0),
});

/** The only status of ours that a state of A2A stands for, where there is one: the supervisor filters by it. */
const STATUS: Partial<Record<TaskState, TaskStatus>> = {
  [TaskState.TASK_STATE_COMPLETED]: "completed",
  [TaskState.TASK_STATE_CANCELED]: "cancelled",
  [TaskState.TASK_STATE_REJECTED]: "rejected",
  [TaskState.TASK_STATE_INPUT_REQUIRED]: "waiting",
};

interface PagePorts {
  readonly api: Pick<TaskApi, "list">;
  readonly caller: Caller;
  readonly role: string;
  /** Reads one task as this caller may see it; `undefined` when it is gone meanwhile. */
  readonly read: (id: TaskId) => Promise<Task | undefined>;
}

/**
 * Newest first. A page may be short and still have a successor. `totalSize` counts the tasks of the role and the conversation, whatever
 * their state. Throws `unavailable` without a supervisor, `forbidden` for a caller without a name.
 */
export async function listRoleTasks(ports: PagePorts, request: ListTasksRequest): Promise<ListTasksResponse> {
  const { api, caller, role, read } = ports;
  const { contextId, status, pageSize = DEFAULT_SIZE, pageToken, statusTimestampAfter } = request;
  requireKnown(caller);
  requireSize(pageSize);
  const after = timeOf(statusTimestampAfter);
  const tasks: Task[] = [];
  let cursor: string | undefined = pageToken === "" ? undefined : pageToken.slice(0, 512);
  let total = 0;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await api.list(caller, {
      role,
      limit: pageSize - tasks.length,
      ...(contextId === "" ? {} : { session: contextId.slice(0, 256) }),
      ...(STATUS[status] === undefined ? {} : { status: STATUS[status] }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const listed = Listed.parse(answer);
    total = listed.total;
    cursor = listed.cursor;
    const ids = listed.tasks.map(({ task_id: id }) => parseTaskId(id)?.id).filter((id) => id !== undefined);
    const found = await Promise.all(ids.map(read));
    tasks.push(...found.filter((task) => task !== undefined).filter((task) => isAsked(task, status, after)));
    if (cursor === undefined || tasks.length >= pageSize) break;
  }
  return { tasks, nextPageToken: cursor ?? "", pageSize, totalSize: total };
}

function isAsked({ status }: Task, state: TaskState, afterMs: number | undefined): boolean {
  if (state !== TaskState.TASK_STATE_UNSPECIFIED && status?.state !== state) return false;
  return afterMs === undefined || parseTimeMs(status?.timestamp ?? "") >= afterMs;
}

/** Everybody without credentials behind one address is one tenant: there an unguessable id is all that keeps their tasks apart. */
function requireKnown({ isWalled, user }: Caller): void {
  if (!isWalled || user !== undefined) return;
  throw new TroupeError("forbidden", "tasks are listed for callers who sign in");
}

function requireSize(size: number): void {
  if (Number.isInteger(size) && size >= 1 && size <= LARGEST_SIZE) return;
  throw new RequestMalformedError(`pageSize must be from 1 to ${LARGEST_SIZE}`);
}

function timeOf(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const atMs = parseTimeMs(text);
  if (atMs !== 0) return atMs;
  throw new RequestMalformedError("statusTimestampAfter is no time");
}
