import {
  CONTROL_VERSION,
  DoneBody,
  type Ended,
  type Link,
  type Logger,
  messageOf,
  type Subjects,
  type TaskId,
  type TaskLog,
} from "@troupe/runtime/internal";
import { jsonBody } from "../observer/json-body.ts";
import type { Observation } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import type { QueueReader } from "../queues/queue-reader.ts";
import type { Sweeper } from "../sweeper/sweeper.ts";

/** Longest time for which an end is repeated: hosts remember ended tasks no longer. */
const LONGEST_MS = 600_000;
/** Most ended tasks that one round looks at. */
const TASKS_A_ROUND = 50;

export interface EndedTasksOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly log: TaskLog;
  readonly queues: QueueReader;
  readonly sweeper: Sweeper;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** Tells hosts of tasks that ended while hops of theirs may still run, again and again until no message of them is live. */
export class EndedTasks {
  readonly #options: EndedTasksOptions;
  readonly #watched = new Map<TaskId, number>();

  constructor(options: EndedTasksOptions) {
    this.#options = options;
  }

  /** Called after the index has taken the observation in. */
  observe({ task }: Observation): void {
    const { index, nowMs } = this.#options;
    const ended = index.ended(task);
    if (!ended?.mayStillRun || nowMs() - ended.endedAtMs > LONGEST_MS) return;
    this.#watched.set(task, ended.endedAtMs);
  }

  /** Has the end of a task announced in the next round. */
  announceSoon(task: TaskId): void {
    this.#watched.set(task, this.#options.nowMs());
  }

  /** One round over what is watched. */
  async announceAll(): Promise<void> {
    const { queues, sweeper, logger, nowMs } = this.#options;
    if (this.#watched.size === 0) return;
    const states = await queues.read();
    for (const [task, endedAtMs] of [...this.#watched].slice(0, TASKS_A_ROUND)) {
      this.#watched.delete(task);
      try {
        await this.#announce(task);
        const isLive = nowMs() - endedAtMs < LONGEST_MS && (await sweeper.hasLiveMessages(task, states));
        if (isLive) this.#watched.set(task, endedAtMs);
      } catch (error) {
        this.#watched.set(task, endedAtMs);
        logger.warn({ task, reason: messageOf(error) }, "hosts could not be told that a task has ended");
      }
    }
  }

  /** Tells hosts once, with the status that the end record holds. */
  async #announce(task: TaskId): Promise<void> {
    const { link, subjects, log } = this.#options;
    const stored = await log.get(subjects.done(task));
    const done = stored && DoneBody.safeParse(jsonBody(stored.body));
    if (!done?.success) return;
    const message: Ended = { v: CONTROL_VERSION, task, reason: done.data.status };
    link.nc.publish(subjects.control("ended"), JSON.stringify(message));
  }
}
