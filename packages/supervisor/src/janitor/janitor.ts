import { jetstreamManager } from "@nats-io/jetstream";
import {
  headersOfPackedPart,
  type Link,
  type Logger,
  messageOf,
  type Publisher,
  packTask,
  parseTaskId,
  type StoredRecord,
  type Subjects,
  type TaskId,
  TroupeError,
} from "@troupe/runtime/internal";
import type { TaskIndex } from "../observer/task-index.ts";
import type { TaskReader } from "../observer/task-reader.ts";
import { type JanitorLimits, type Leaving, leavingTasks, wasContested } from "./decide.ts";

/** Tasks, and deletions of one task's records, that are under way at once. */
const AT_ONCE = 16;

export interface JanitorOptions {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly index: TaskIndex;
  readonly reader: TaskReader;
  readonly publisher: Publisher;
  readonly logger: Logger;
  readonly limits: JanitorLimits;
  readonly nowMs: () => number;
}

/**
 * Moves finished tasks from the log to the archive: packed, stored, and only then deleted, record by record by sequence (a purge by
 * wildcard stalls writers), the end record last. A crash in between leaves a task that is moved again.
 */
export class Janitor {
  readonly #options: JanitorOptions;
  /** Young tasks that were claimed by somebody: they stay for the whole retention. */
  readonly #stay = new Set<TaskId>();

  constructor(options: JanitorOptions) {
    this.#options = options;
  }

  /** One round. Returns how many tasks left the log. */
  async clean(): Promise<number> {
    const { index, limits, nowMs } = this.#options;
    const leaving = leavingTasks(index.endedTasks(), index.endedCount, this.#stay, limits, nowMs());
    let moved = 0;
    for (let at = 0; at < leaving.length; at += AT_ONCE) {
      const results = await Promise.all(leaving.slice(at, at + AT_ONCE).map((task) => this.#move(task)));
      moved += results.filter(Boolean).length;
    }
    return moved;
  }

  async #move({ task, isEarly }: Leaving): Promise<boolean> {
    const { reader, index, logger } = this.#options;
    try {
      const { stored, records } = await reader.read(task);
      if (isEarly && wasContested(records)) {
        this.#stay.add(task);
        return false;
      }
      if (stored.length > 0) {
        await this.#archive(task, stored);
        await this.#delete(task, stored);
      }
      index.forget(task);
      this.#stay.delete(task);
      return true;
    } catch (error) {
      logger.warn({ task, reason: messageOf(error) }, "a finished task could not be moved to the archive");
      return false;
    }
  }

  async #archive(task: TaskId, stored: readonly StoredRecord[]): Promise<void> {
    const { publisher, subjects } = this.#options;
    const parts = packTask(stored);
    for (const [part, body] of parts.entries()) {
      const outcome = await publisher.publish(subjects.archive(task, part), body, headersOfPackedPart(parts.length));
      // An earlier, interrupted move stored it, from a log that was still whole.
      if (outcome.kind === "stored" || outcome.kind === "exists") continue;
      throw new TroupeError("unavailable", `the archive answered ${outcome.kind}`);
    }
  }

  async #delete(task: TaskId, stored: readonly StoredRecord[]): Promise<void> {
    const { link, subjects } = this.#options;
    const stream = subjects.logStream(parseTaskId(task)?.shard ?? 0);
    const { streams } = await jetstreamManager(link.nc, { checkAPI: false });
    const end = stored.filter(({ subject }) => subject === subjects.done(task));
    const others = stored.filter(({ subject }) => subject !== subjects.done(task));
    for (let at = 0; at < others.length; at += AT_ONCE) {
      await Promise.all(
        others.slice(at, at + AT_ONCE).map(({ sequence }) => streams.deleteMessage(stream, sequence, false)),
      );
    }
    for (const { sequence } of end) await streams.deleteMessage(stream, sequence, false);
  }
}
