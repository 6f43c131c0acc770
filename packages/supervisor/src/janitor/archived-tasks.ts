import type { TaskId } from "@troupe/runtime/internal";
import type { TaskIndex } from "../observer/task-index.ts";
import { leavingTasks } from "./decide.ts";
import type { JanitorLimits } from "./limits.ts";

/** By so many times the leader's limits a task is looked for: by then it is gone, as a rule. */
const LATER = 1.1;
/** How long one that was still there is not looked for again. */
const AGAIN_MS = 600_000;
const AT_ONCE = 16;

export interface ArchivedTasksOptions {
  readonly index: TaskIndex;
  /** Whether the end of a task is still in the log. Throws `unavailable`. */
  readonly isInLog: (task: TaskId) => Promise<boolean>;
  /** Those of the leader's janitor. */
  readonly limits: JanitorLimits;
  readonly nowMs: () => number;
}

/** Lets those who stand by forget the tasks that the leader's janitor has moved to the archive: nothing tells them, so they look. */
export class ArchivedTasks {
  readonly #options: ArchivedTasksOptions;
  /** When a task was found still there; ms since 1970. */
  readonly #foundAtMs = new Map<TaskId, number>();

  constructor(options: ArchivedTasksOptions) {
    this.#options = options;
  }

  /** One round. Returns how many tasks it looked for. */
  async look(): Promise<number> {
    const { index, limits, nowMs } = this.#options;
    const { retainMs, keepFinished, batch } = limits;
    const later = { retainMs: retainMs * LATER, keepFinished: Math.ceil(keepFinished * LATER), batch };
    for (const [task, atMs] of this.#foundAtMs) {
      if (nowMs() - atMs < AGAIN_MS) break;
      this.#foundAtMs.delete(task);
    }
    const found = this.#foundAtMs;
    const due = leavingTasks(index.endedTasks(), index.endedCount, found, found, later, nowMs());
    for (let at = 0; at < due.length; at += AT_ONCE)
      await Promise.all(due.slice(at, at + AT_ONCE).map(({ task }) => this.#look(task)));
    return due.length;
  }

  async #look(task: TaskId): Promise<void> {
    const { index, isInLog, nowMs } = this.#options;
    if (await isInLog(task)) this.#foundAtMs.set(task, nowMs());
    else index.forget(task);
  }
}
