import {
  advanceSession,
  type Logger,
  messageOf,
  parseTaskId,
  type SessionKey,
  type SessionPorts,
  type TaskId,
} from "@troupe/runtime/internal";
import type { Observation } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";

export interface SessionTurnsOptions {
  readonly index: TaskIndex;
  readonly ports: SessionPorts;
  readonly logger: Logger;
}

/** A session whose turn has ended. */
interface Advance {
  readonly shard: number;
  readonly key: SessionKey;
  readonly turn: number;
}

/** Starts the next turn of a session when a turn's task has ended. Gateways do the same; starting is write-once. */
export class SessionTurns {
  readonly #options: SessionTurnsOptions;
  readonly #due = new Map<SessionKey, Advance>();

  constructor(options: SessionTurnsOptions) {
    this.#options = options;
  }

  /** Called after the index has taken the observation in. */
  observe({ task, kind }: Observation): void {
    if (kind !== "ended" && kind !== "started") return;
    const session = this.#options.index.ended(task)?.session;
    if (!session || (this.#due.get(session.key)?.turn ?? 0) >= session.turn) return;
    this.#due.set(session.key, { shard: shardOf(task), ...session });
  }

  /** Advances what has become due; what fails stays for the next time. */
  async advanceAll(): Promise<void> {
    const { ports, logger } = this.#options;
    for (const [key, advance] of this.#due) {
      try {
        await advanceSession(ports, advance.shard, key, advance.turn + 1);
        if (this.#due.get(key) === advance) this.#due.delete(key);
      } catch (error) {
        logger.warn({ session: key, reason: messageOf(error) }, "a session could not be advanced yet");
      }
    }
  }
}

const shardOf = (task: TaskId): number => parseTaskId(task)?.shard ?? 0;
