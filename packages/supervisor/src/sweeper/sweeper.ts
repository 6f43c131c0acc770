import {
  type Clock,
  type Logger,
  messageOf,
  type Subjects,
  type TaskId,
  type TaskLog,
  type WriteOncePorts,
  writeOnce,
} from "@troupe/runtime/internal";
import type { VersionTables } from "../failures/dead-letters.ts";
import type { TaskIndex } from "../observer/task-index.ts";
import type { ReadTask, TaskReader } from "../observer/task-reader.ts";
import type { QueueReader, QueueState } from "../queues/queue-reader.ts";
import { againRecord, type Candidate, candidatesOf, isLive, lostAmong } from "./again.ts";
import { unsettledMessages } from "./unsettled.ts";

/** Most tasks that one sweep reads. */
const TASKS_A_SWEEP = 100;

export interface SweeperOptions {
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly reader: TaskReader;
  readonly queues: QueueReader;
  readonly log: TaskLog;
  readonly ports: WriteOncePorts;
  readonly logger: Logger;
  readonly idleMs: number;
  readonly tablesOf: (version: string) => Promise<VersionTables | undefined>;
}

/**
 * Puts open tasks whose message got lost (acked, and nothing came of it; a durable that was made anew) back into their mailbox. It should
 * never find any: everything it does is logged as a warning. A repeated message is treated as a redelivery, so a wrong guess is harmless.
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #clock: Clock;
  /** When a task was last looked at, ms since 1970. */
  readonly #lookedAtMs = new Map<TaskId, number>();
  /** Open tasks of which the log held nothing at the last look. */
  readonly #missing = new Set<TaskId>();

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#clock = options.ports.clock;
  }

  /** One sweep. Returns how many messages it repeated. */
  async sweep(): Promise<number> {
    const due = this.#dueTasks();
    if (due.length === 0) return 0;
    // The queues first: what they call acked was committed before the records are read.
    const queues = await this.#options.queues.read();
    let repeated = 0;
    for (const task of due) {
      this.#lookedAtMs.set(task, this.#clock.nowMs());
      try {
        repeated += await this.#sweepTask(task, queues);
      } catch (error) {
        this.#options.logger.warn({ task, reason: messageOf(error) }, "a task could not be swept");
      }
    }
    return repeated;
  }

  /** Whether some message of the task is, or may be, under way; for tasks that have ended. */
  async hasLiveMessages(task: TaskId, queues: readonly QueueState[]): Promise<boolean> {
    const read = await this.#options.reader.read(task);
    const candidates = await this.#candidates(task, read);
    return candidates?.some((candidate) => isLive(candidate, queueFinder(queues, task))) ?? false;
  }

  #dueTasks(): readonly TaskId[] {
    const { index, idleMs } = this.#options;
    const limitMs = this.#clock.nowMs() - idleMs;
    for (const known of [this.#lookedAtMs, this.#missing])
      for (const task of known.keys()) if (!index.open(task)) known.delete(task);
    const due: TaskId[] = [];
    for (const { task, lastSeenMs } of index.openTasks()) {
      if (lastSeenMs > limitMs || (this.#lookedAtMs.get(task) ?? 0) > limitMs) continue;
      due.push(task);
      if (due.length === TASKS_A_SWEEP) break;
    }
    return due;
  }

  async #sweepTask(task: TaskId, queues: readonly QueueState[]): Promise<number> {
    const { log, subjects, reader, ports, logger, idleMs } = this.#options;
    const last = await log.last(`${subjects.task(task)}.>`);
    if (!last) {
      this.#miss(task);
      return 0;
    }
    this.#missing.delete(task);
    if (this.#clock.nowMs() - last.storedAtMs < idleMs) return 0;
    const read = await reader.read(task);
    if (read.records.some(({ subject }) => subject.name.class === "t")) return 0;
    const candidates = (await this.#candidates(task, read)) ?? [];
    const lost = lostAmong(candidates, queueFinder(queues, task), this.#clock.nowMs(), idleMs);
    for (const { original, copies } of lost) {
      const stored = read.stored.find(({ sequence }) => sequence === original.sequence);
      if (!stored) continue;
      await writeOnce(ports, againRecord(subjects, original, stored, read.records));
      logger.warn({ task, message: stored.subject, copies: copies + 1 }, "a lost message was repeated");
    }
    return lost.length;
  }

  /** Nothing is left of it, at two looks: it ended and was moved to the archive while this supervisor was cut off. */
  #miss(task: TaskId): void {
    const { index, logger } = this.#options;
    if (!this.#missing.has(task)) {
      this.#missing.add(task);
      return;
    }
    index.forget(task);
    logger.warn({ task }, "a task that seemed open is no longer in the log");
  }

  async #candidates(task: TaskId, { records }: ReadTask): Promise<readonly Candidate[] | undefined> {
    const tables = await this.#options.tablesOf(task.split("-", 2)[1] ?? "");
    return tables && candidatesOf(unsettledMessages(records, tables.hopKeys), records, this.#options.subjects);
  }
}

function queueFinder(queues: readonly QueueState[], task: TaskId): (mailbox: string) => QueueState | undefined {
  const [shard, version] = task.split("-", 2);
  return (mailbox) =>
    queues.find((queue) => queue.mailbox === mailbox && queue.version === version && String(queue.shard) === shard);
}
