import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import {
  type Credentials,
  connectTroupe,
  messageOf,
  type TaskId,
  type TaskRequest,
  TERMINAL_STATUSES,
  type TroupeClient,
} from "@troupe/runtime";
import type { Link, Subjects } from "@troupe/runtime/internal";

export interface LoadOptions {
  readonly natsUrl: string | readonly string[];
  /** What it signs in with; absent = nothing. */
  readonly credentials?: (() => Credentials) | undefined;
  readonly subjects: Subjects;
  /** Only for the events of ended tasks; everything else goes through a user's own client. */
  readonly core: Link;
  readonly inFlight: number;
  /** Role that takes the tasks. */
  readonly door: string;
  readonly input: (number: number) => TaskRequest["input"];
}

/**
 * How long a task may be silent before its client asks for it, since events may be lost; twice as long after each question that nobody answers:
 * a thousand clients that ask in a steady rhythm keep a system down that cannot keep up.
 */
const ASK_AFTER_MS = 2_000;
const LONGEST_SILENCE_MS = 16_000;
/** Pause before a submission is repeated, twice as long each time. */
const REPEAT_AFTER_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Clients as users are: each submits a task, with one idempotency key until it is accepted, and waits for its end. An unanswered submission
 * is no failure but unknown: it is repeated until there is an answer. As many as `inFlight` do so again and again; others come one by one.
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
  readonly #running = new Set<Promise<void>>();
  #failure: Error | undefined;
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
    const { natsUrl: url, credentials, subjects } = options;
    return new LoadClient(options, await connectTroupe({ url, credentials, system: subjects.system }));
  }

  /** Begins to submit. */
  start(): void {
    for (let i = 0; i < this.#options.inFlight; i++) this.#begin(this.#submitAgainAndAgain());
  }

  /** One more client, who submits a single task. */
  submitOne(): void {
    this.#begin(this.#runOne());
  }

  /** Clients that are not done: of `start`, and of `submitOne`. */
  get active(): number {
    return this.#running.size;
  }

  /** What fails is told by `drain`; a test that failed before asks for nothing more. */
  #begin(client: Promise<void>): void {
    const ended = client
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(messageOf(error));
      })
      .finally(() => this.#running.delete(ended));
    this.#running.add(ended);
  }

  /** Submits no more, and waits until every accepted task has ended. Throws after the limit, and says how many have not. */
  async drain(limitMs: number): Promise<void> {
    this.#stopped.abort();
    const late = new AbortController();
    const limit = timer(limitMs, undefined, { signal: late.signal }).then(() => {
      throw new Error(`${this.accepted.length - this.ended} of ${this.accepted.length} accepted tasks have not ended`);
    });
    try {
      await Promise.race([Promise.all(this.#running), limit]);
      if (this.#failure) throw this.#failure;
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
    while (!this.#stopped.signal.aborted) await this.#runOne();
  }

  async #runOne(): Promise<void> {
    const task = await this.#submit();
    this.accepted.push(task);
    await this.#end(task);
    this.ended++;
  }

  async #submit(): Promise<TaskId> {
    const { door } = this.#options;
    const number = this.#number++;
    const idempotencyKey = `${this.#id}-${number}`;
    for (let pauseMs = REPEAT_AFTER_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const { task_id } = await this.#client.submit(door, this.#options.input(number), { idempotencyKey });
        return task_id;
      } catch (error) {
        this.repeated++;
        if (this.#isDisposed) throw error;
        if (this.repeated > 10_000)
          throw new Error(`submissions are not answered: ${messageOf(error)}`, { cause: error });
        await timer(pauseMs);
      }
    }
  }

  async #end(task: TaskId): Promise<void> {
    const told = new Promise<true>((resolve) => this.#waiting.set(task, () => resolve(true)));
    for (let silenceMs = ASK_AFTER_MS; ; ) {
      if (await Promise.race([told, timer(silenceMs, false, { ref: false })])) break;
      const hasEnded = await this.#hasEnded(task);
      if (this.#isDisposed || hasEnded === true) break;
      silenceMs = hasEnded === undefined ? Math.min(2 * silenceMs, LONGEST_SILENCE_MS) : ASK_AFTER_MS;
    }
    this.#waiting.delete(task);
  }

  /** `undefined`: nobody answers right now, or the event came first. */
  async #hasEnded(task: TaskId): Promise<boolean | undefined> {
    try {
      return TERMINAL_STATUSES.has((await this.#client.get(task)).status);
    } catch {
      return undefined;
    }
  }
}
