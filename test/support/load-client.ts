import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import {
  connectTroupe,
  messageOf,
  type TaskId,
  type TaskRequest,
  TERMINAL_STATUSES,
  type TroupeClient,
} from "@troupe/runtime";
import type { Link, Subjects } from "@troupe/runtime/internal";

export interface LoadOptions {
  readonly natsUrl: string;
  readonly subjects: Subjects;
  /** Only for the events of ended tasks; everything else goes through a user's own client. */
  readonly core: Link;
  readonly inFlight: number;
  /** Role that takes the tasks. */
  readonly door: string;
  readonly input: (number: number) => TaskRequest["input"];
}

/** How long a task may be silent before its client asks for it: events may be lost, the answer to a question not. */
const ASK_EVERY_MS = 2_000;

/**
 * A closed loop of clients, as users are: each submits a task, with one idempotency key until it is accepted, and waits for its end. An
 * unanswered submission is no failure but unknown: it is repeated until there is an answer.
 */
export class LoadClient implements AsyncDisposable {
  /** Every task that a client was told is accepted, in the order of the answers. */
  readonly accepted: TaskId[] = [];
  /** Submissions that had to be repeated by the loop, beyond what the client repeats by itself. */
  repeated = 0;
  ended = 0;
  readonly #options: LoadOptions;
  readonly #client: TroupeClient;
  readonly #stopped = new AbortController();
  #isDisposed = false;
  readonly #waiting = new Map<string, () => void>();
  readonly #unsubscribe: () => void;
  #clients: Promise<void>[] = [];
  #number = 0;
  /** Its submissions are its own: two clients of one process never repeat one another's. */
  readonly #id = randomUUID();

  private constructor(options: LoadOptions, client: TroupeClient) {
    this.#options = options;
    this.#client = client;
    const { core, subjects } = options;
    const events = core.nc.subscribe(subjects.doneEvents(), {
      callback: (error, message) => {
        if (!error) this.#waiting.get(subjects.parseDoneEvent(message.subject) ?? "")?.();
      },
    });
    this.#unsubscribe = () => events.unsubscribe();
  }

  static async open(options: LoadOptions): Promise<LoadClient> {
    const { natsUrl, subjects } = options;
    return new LoadClient(options, await connectTroupe({ url: natsUrl, system: subjects.system }));
  }

  /** Begins to submit. */
  start(): void {
    this.#clients = Array.from({ length: this.#options.inFlight }, () => this.#submitAgainAndAgain());
    // What fails is told by `drain`; a test that failed before asks for nothing more.
    for (const client of this.#clients) client.catch(() => undefined);
  }

  /** Submits no more, and waits until every accepted task has ended. Throws after the limit, and says how many have not. */
  async drain(limitMs: number): Promise<void> {
    this.#stopped.abort();
    const late = new AbortController();
    const limit = timer(limitMs, undefined, { signal: late.signal }).then(() => {
      throw new Error(`${this.accepted.length - this.ended} of ${this.accepted.length} accepted tasks have not ended`);
    });
    try {
      await Promise.race([Promise.all(this.#clients), limit]);
    } finally {
      late.abort();
      await limit.catch(() => undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#isDisposed = true;
    this.#unsubscribe();
    await this.#client.close();
  }

  async #submitAgainAndAgain(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const task = await this.#submit();
      this.accepted.push(task);
      await this.#end(task);
      this.ended++;
    }
  }

  async #submit(): Promise<TaskId> {
    const { door } = this.#options;
    const number = this.#number++;
    const idempotencyKey = `${this.#id}-${number}`;
    for (;;) {
      try {
        const { task_id } = await this.#client.submit(door, this.#options.input(number), { idempotencyKey });
        return task_id;
      } catch (error) {
        this.repeated++;
        if (this.#isDisposed) throw error;
        if (this.repeated > 10_000)
          throw new Error(`submissions are not answered: ${messageOf(error)}`, { cause: error });
        await timer(100);
      }
    }
  }

  async #end(task: TaskId): Promise<void> {
    const told = new Promise<true>((resolve) => this.#waiting.set(task, () => resolve(true)));
    for (;;) {
      if (await Promise.race([told, timer(ASK_EVERY_MS, false, { ref: false })])) break;
      if (this.#isDisposed || (await this.#hasEnded(task))) break;
    }
    this.#waiting.delete(task);
  }

  async #hasEnded(task: TaskId): Promise<boolean> {
    try {
      return TERMINAL_STATUSES.has((await this.#client.get(task)).status);
    } catch {
      return false; // nobody answers right now, or the event came first: asked again
    }
  }
}
