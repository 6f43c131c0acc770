import {
  type Clock,
  type Link,
  type Logger,
  messageOf,
  type Subjects,
  type TaskId,
  type TaskLog,
} from "@troupe/runtime/internal";

export interface EndWatchPorts {
  readonly link: Link;
  readonly subjects: Subjects;
  readonly log: Pick<TaskLog, "get">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called once for each watched task that has ended. */
  readonly onEnd: (task: TaskId) => void;
}

/** A notice may get lost: a task that was not heard of for so long is looked up. */
const LOOK_UP_AFTER_MS = 30_000;
const LOOK_UP_EVERY_MS = 5_000;
const LOOK_UPS_AT_ONCE = 50;

/** Tells when tasks end, from the headers-only copies of their ends, and from the log where a copy got lost. */
export class EndWatch {
  readonly #ports: EndWatchPorts;
  /** When each was last looked at, monotonic; longest ago first. */
  readonly #watched = new Map<TaskId, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #isLookingUp = false;

  constructor(ports: EndWatchPorts) {
    this.#ports = ports;
    const { link, subjects } = ports;
    const subscription = link.nc.subscribe(subjects.doneEvents(), {
      callback: (error, message) => {
        const task = error ? undefined : subjects.parseDoneEvent(message.subject);
        if (task) this.#ended(task);
      },
    });
    this.#unsubscribe = () => {
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
    this.#timer = setInterval(() => void this.#lookUp(), LOOK_UP_EVERY_MS);
    this.#timer.unref();
  }

  watch(task: TaskId): void {
    this.#watched.set(task, this.#ports.clock.monotonicMs());
  }

  stop(): void {
    clearInterval(this.#timer);
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
    if (this.#isLookingUp) return;
    this.#isLookingUp = true;
    const { log, subjects, logger } = this.#ports;
    try {
      for (const task of this.#unheardOf()) {
        if (await log.get(subjects.done(task))) this.#ended(task);
      }
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, "ends not looked up; trying again");
    } finally {
      this.#isLookingUp = false;
    }
  }

  #unheardOf(): readonly TaskId[] {
    const nowMs = this.#ports.clock.monotonicMs();
    const found: TaskId[] = [];
    for (const [task, sinceMs] of this.#watched) {
      if (nowMs - sinceMs < LOOK_UP_AFTER_MS || found.length >= LOOK_UPS_AT_ONCE) break;
      found.push(task);
    }
    for (const task of found) {
      this.#watched.delete(task);
      this.#watched.set(task, nowMs);
    }
    return found;
  }
}
