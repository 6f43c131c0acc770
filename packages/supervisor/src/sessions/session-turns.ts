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
  readonly notBeforeMs: number;
  /** It was advanced once; replicas that lagged then have caught up now. */
  readonly isLast: boolean;
}

/** How long after a failure a session is looked at again. */
const RETRY_MS = 5_000;
/** Replicas lag less than this. */
const LOOK_AGAIN_MS = 5_000;

/**
 * Starts the next turn of a session when a turn's task has ended, and looks once more after a while: a turn that was stored in that moment may
 * have missed the end as the first look missed the turn. Gateways do the same; starting is write-once.
 */
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
    this.#due.set(session.key, { shard: shardOf(task), ...session, notBeforeMs: 0, isLast: false });
  }

  /** Advances what has become due; what fails is tried again after a while. */
  async advanceAll(): Promise<void> {
    const { ports, logger } = this.#options;
    const nowMs = ports.clock.nowMs();
    for (const [key, advance] of this.#due) {
      if (nowMs < advance.notBeforeMs) continue;
      try {
        await advanceSession(ports, advance.shard, key, advance.turn + 1);
        if (this.#due.get(key) !== advance) continue;
        if (advance.isLast) this.#due.delete(key);
        else this.#due.set(key, { ...advance, notBeforeMs: nowMs + LOOK_AGAIN_MS, isLast: true });
      } catch (error) {
        if (this.#due.get(key) === advance) this.#due.set(key, { ...advance, notBeforeMs: nowMs + RETRY_MS });
        logger.warn({ session: key, reason: messageOf(error) }, "a session could not be advanced yet");
      }
    }
  }
}

const shardOf = (task: TaskId): number => parseTaskId(task)?.shard ?? 0;
