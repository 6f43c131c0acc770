import {
  type Passport,
  PRIORITIES,
  type Priority,
  type TaskId,
  type TaskRecord,
  TaskRequest,
  TroupeError,
} from "@troupe/runtime/internal";
import { callerKey } from "../ingress/idempotency-keys.ts";
import type { Submission } from "../ingress/ingress.ts";
import { parseRequest } from "../ingress/task-body.ts";
import type { TaskReader } from "../watch/task-reader.ts";
import { readKnownTask } from "./known-task.ts";
import type { Caller } from "./task-api.ts";

/**
 * The submission that runs a finished task's input again as a new task, with the same door, session and requirements. Asking twice for
 * the same task gives the same new one. Throws `unknown_task`, and `conflict` while it still runs or when it never started.
 */
export async function retrySubmission(
  reader: TaskReader,
  caller: Caller,
  id: TaskId,
  inputOf: (start: TaskRecord) => unknown,
): Promise<Submission> {
  const { view, records } = await readKnownTask(reader, caller, id);
  const start = records.find(({ subject }) => subject.hop === "start" && subject.from === "client");
  const passport = start?.header?.passport;
  if (view.finished_at === undefined) throw conflict(id, "has not ended; cancel it first");
  if (!start || !passport) throw conflict(id, "ended before it was started; submit it again");
  return {
    role: view.role,
    request: parseRequest(
      TaskRequest,
      requestOf(await inputOf(start), passport, start.header?.origin),
      "the stored task",
    ),
    tenant: passport.tenant,
    // Whoever asks answers for the new task; where nobody signs in, it stays with whom the first one was.
    user: caller.user ?? start.header?.origin?.user,
    key: callerKey(passport.tenant, `retry of ${id}`),
    trace: caller.trace,
  };
}

interface StoredOrigin {
  readonly session?: string | undefined;
  readonly priority?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly maxLoad?: number | undefined;
}

function requestOf(input: unknown, passport: Passport, origin: StoredOrigin = {}): Record<string, unknown> {
  const { remainingMs, budget, requires } = passport;
  return {
    input,
    ...(origin.session === undefined ? {} : { session: origin.session }),
    ...(isPriority(origin.priority) ? { priority: origin.priority } : {}),
    ...(origin.metadata === undefined ? {} : { metadata: origin.metadata }),
    ...(remainingMs === undefined || remainingMs < 1 ? {} : { deadline_ms: Math.ceil(remainingMs) }),
    ...(budget === undefined ? {} : { budget }),
    ...(requires.length === 0 ? {} : { required_capabilities: requires }),
    ...(origin.maxLoad === undefined ? {} : { max_load: origin.maxLoad }),
  };
}

const isPriority = (text: string | undefined): text is Priority => PRIORITIES.some((name) => name === text);

const conflict = (id: TaskId, why: string): TroupeError =>
  new TroupeError("conflict", `task ${id} ${why}`, { details: { task_id: id } });
