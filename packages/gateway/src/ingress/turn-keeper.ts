import {
  advanceSession,
  type Logger,
  messageOf,
  type SessionKey,
  type SessionPorts,
  type TaskId,
} from "@troupe/runtime/internal";

/** Where a task stands in its session. */
export interface SessionTurn {
  readonly shard: number;
  readonly key: SessionKey;
  readonly number: number;
}

/**
 * Starts the next turn of a session when one ends that was accepted here. The supervisor does the same for all sessions; starting is
 * write-once, so both may.
 */
export class TurnKeeper {
  readonly #ports: SessionPorts & { readonly logger: Logger };
  readonly #turns = new Map<TaskId, SessionTurn>();

  constructor(ports: SessionPorts & { readonly logger: Logger }) {
    this.#ports = ports;
  }

  add(task: TaskId, turn: SessionTurn): void {
    this.#turns.set(task, turn);
  }

  /** Returns when the next turn is started, or is left to the supervisor. */
  async ended(task: TaskId): Promise<void> {
    const turn = this.#turns.get(task);
    if (!turn) return;
    this.#turns.delete(task);
    try {
      await advanceSession(this.#ports, turn.shard, turn.key, turn.number + 1);
    } catch (error) {
      this.#ports.logger.warn({ task, reason: messageOf(error) }, "the session's next turn is left to the supervisor");
    }
  }
}
