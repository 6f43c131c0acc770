import type { Clock } from "../clock.ts";
import { type LiveHint, MAX_HINTED_TASKS } from "../contracts/live-hint.ts";
import type { TaskId } from "../ids.ts";

/** A watcher sees nothing of it, and a busy role says many things at once: a message for each record costs the server as much as an acknowledgement. */
const GATHER_MS = 20;

/** The tasks of which a role has recorded something, told together. */
export class LiveHints {
  readonly #clock: Clock;
  readonly #tell: (hint: LiveHint) => void;
  #tasks: TaskId[] = [];
  #isGathering = false;

  constructor(clock: Clock, tell: (hint: LiveHint) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  add(task: TaskId): void {
    // A hop's own records mostly follow one another.
    if (this.#tasks.at(-1) === task) return;
    this.#tasks.push(task);
    if (this.#tasks.length === MAX_HINTED_TASKS) this.flush();
    else if (!this.#isGathering) void this.#flushSoon();
  }

  async #flushSoon(): Promise<void> {
    this.#isGathering = true;
    await this.#clock.sleep(GATHER_MS);
    this.#isGathering = false;
    this.flush();
  }

  /** Tells what waits now. */
  flush(): void {
    if (this.#tasks.length === 0) return;
    const tasks = this.#tasks;
    this.#tasks = [];
    this.#tell({ tasks });
  }
}
