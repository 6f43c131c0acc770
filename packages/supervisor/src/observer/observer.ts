import { type Following, type FollowOptions, follow } from "./follow.ts";
import type { Observation } from "./observation.ts";
import { TaskIndex } from "./task-index.ts";

type Listener = (observation: Observation) => void;

/**
 * What a supervisor knows of the tasks in the log. It is kept from its start to its end, whether it leads or stands by, so that a take-over
 * reads nothing (ADR 0042). In memory; after a restart it is read from the log again.
 */
export class Observer {
  readonly index = new TaskIndex();
  readonly #listeners = new Set<Listener>();
  readonly #following: Following;

  constructor(options: Omit<FollowOptions, "onObservation">) {
    this.#following = follow({ ...options, onObservation: (observation) => this.#take(observation) });
  }

  /** Resolves when the index holds everything that was in the log at the start. */
  get caughtUp(): Promise<void> {
    return this.#following.caughtUp;
  }

  /** Tells what is observed from now on, after the index has taken it in, until the signal aborts. The listener must not throw. */
  listen(listener: Listener, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  async stop(): Promise<void> {
    await this.#following.stop();
  }

  #take(observation: Observation): void {
    this.index.apply(observation);
    for (const listener of this.#listeners) listener(observation);
  }
}
