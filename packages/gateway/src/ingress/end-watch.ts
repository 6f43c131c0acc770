import {
  type Clock,
  every,
  type Link,
  type Logger,
  messageOf,
  type Subjects,
  type TaskArchive,
  type TaskId,
  type TaskLog,
} from "@troupe/runtime/internal";

/** Calls back for each task that ends anywhere, until the function that it returns is called. */
export type EndNotices = (onEnd: (task: TaskId) => void) => () => void;

/** The headers-only copies of ends, as the server publishes them; they may get lost. */
export const endNotices =
  (link: Link, subjects: Subjects): EndNotices =>
  (onEnd) => {
    const subscription = link.nc.subscribe(subjects.doneEvents(), {
      callback: (error, message) => {
        const task = error ? undefined : subjects.parseDoneEvent(message.subject);
        if (task) onEnd(task);
      },
    });
    return () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
  };

export interface EndWatchPorts {
  readonly notices: EndNotices;
  readonly subjects: Subjects;
  readonly log: Pick<TaskLog, "get" | "last">;
  readonly archive: Pick<TaskArchive, "has">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once for each watched task that has ended, or of which nothing is in the log: it was never stored, or has left it. */
  readonly onEnd: (task: TaskId) => void;
}

/** A notice may get lost: a task that was not heard of for so long is looked up. */
const LOOK_UP_AFTER_MS = 30_000;
const LOOK_UP_EVERY_MS = 5_000;
const LOOK_UPS_AT_ONCE = 50;

interface Watched {
  /** When it was last looked at, monotonic. */
  readonly sinceMs: number;
  readonly isQueued: boolean;
}

/** Tells when tasks end: from notices, and from the log where one got lost. */
export class EndWatch {
  readonly #ports: EndWatchPorts;
  /** Looked at longest ago first. */
  readonly #watched = new Map<TaskId, Watched>();
  readonly #stopped = new AbortController();
  readonly #unsubscribe: () => void;

  constructor(ports: EndWatchPorts) {
    this.#ports = ports;
    this.#unsubscribe = ports.notices((task) => this.#ended(task));
    void every(LOOK_UP_EVERY_MS, ports, this.#stopped.signal, "look for ends", () => this.#lookUp());
  }

  /** `isQueued`: the task begins later, and nothing of it need be in the log. */
  watch(task: TaskId, isQueued = false): void {
    this.#watched.set(task, { sinceMs: this.#ports.clock.monotonicMs(), isQueued });
  }

  stop(): void {
    this.#stopped.abort();
    this.#unsubscribe();
  }

  #ended(task: TaskId): void {
    if (!this.#watched.delete(task)) return;
    try {
      this.#ports.onEnd(task);
    } catch (error) {
      this.#ports.logger.error({ task, reason: messageOf(error) }, "the end of a task was not dealt with");
    }
  }

  async #lookUp(): Promise<void> {
    for (const [task, isQueued] of this.#unheardOf()) {
      if (await this.#isOver(task, isQueued)) this.#ended(task);
    }
  }

  async #isOver(task: TaskId, isQueued: boolean): Promise<boolean> {
    const { log, archive, subjects } = this.#ports;
    if (await log.get(subjects.done(task))) return true;
    if (await log.last(`${subjects.task(task)}.>`)) return false;
    return !isQueued || archive.has(task);
  }

  #unheardOf(): readonly (readonly [task: TaskId, isQueued: boolean])[] {
    const nowMs = this.#ports.clock.monotonicMs();
    const found: [TaskId, boolean][] = [];
    for (const [task, { sinceMs, isQueued }] of this.#watched) {
      if (nowMs - sinceMs < LOOK_UP_AFTER_MS || found.length >= LOOK_UPS_AT_ONCE) break;
      found.push([task, isQueued]);
    }
    for (const [task, isQueued] of found) {
      this.#watched.delete(task);
      this.#watched.set(task, { sinceMs: nowMs, isQueued });
    }
    return found;
  }
}
