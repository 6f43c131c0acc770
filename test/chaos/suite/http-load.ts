import { randomUUID } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import { type TaskId, TERMINAL_STATUSES } from "@troupe/runtime";
import { requireTaskId } from "@troupe/runtime/internal";
import { z } from "zod";

const Accepted = z.object({ task_id: z.string() });
const View = z.object({ status: z.string() });
const ENDED: ReadonlySet<string> = TERMINAL_STATUSES;
const REQUEST_MS = 5_000;
const PAUSE_MS = 200;

export interface HttpLoadOptions {
  /** Base URL of the gateway that the n-th request goes to; throws while there is none. */
  readonly urlOf: (n: number) => string;
  readonly clients: number;
  readonly input: (number: number) => unknown;
}

/** Clients over HTTP, each request to the next gateway: a task is submitted under one key until it is accepted, and asked for until it has ended. */
export class HttpLoad {
  readonly accepted: TaskId[] = [];
  ended = 0;
  readonly #options: HttpLoadOptions;
  readonly #stopped = new AbortController();
  readonly #given = new AbortController();
  readonly #clients: Promise<void>[];
  #requests = 0;
  #number = 0;

  constructor(options: HttpLoadOptions) {
    this.#options = options;
    this.#clients = Array.from({ length: options.clients }, () => this.#work());
  }

  /** Submits no more, and waits until every accepted task has ended. Throws after the limit. */
  async drain(limitMs: number): Promise<void> {
    this.#stopped.abort();
    const limit = setTimeout(() => this.#given.abort(), limitMs);
    await Promise.all(this.#clients);
    clearTimeout(limit);
    if (this.ended < this.accepted.length)
      throw new Error(`${this.accepted.length - this.ended} of ${this.accepted.length} tasks over HTTP have not ended`);
  }

  async #work(): Promise<void> {
    while (!this.#stopped.signal.aborted && !this.#given.signal.aborted) {
      const number = this.#number++;
      const body = JSON.stringify({ role: "door", input: this.#options.input(number) });
      const headers = { "content-type": "application/json", "idempotency-key": randomUUID() };
      const accepted = await this.#until("/api/v1/tasks", { method: "POST", headers, body }, Accepted, () => true);
      if (accepted === undefined) return;
      const task = requireTaskId(accepted.task_id).id;
      this.accepted.push(task);
      const hasEnded = ({ status }: z.infer<typeof View>) => ENDED.has(status);
      if (await this.#until(`/api/v1/tasks/${task}`, {}, View, hasEnded)) this.ended++;
    }
  }

  /** Asks one gateway after the other until one gives the answer; `undefined` when it was given up. */
  async #until<T>(
    path: string,
    init: RequestInit,
    schema: z.ZodType<T>,
    isIt: (body: T) => boolean,
  ): Promise<T | undefined> {
    while (!this.#given.signal.aborted) {
      try {
        const url = this.#options.urlOf(this.#requests++);
        const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(REQUEST_MS) });
        const body: unknown = await response.json();
        const parsed = response.ok ? schema.safeParse(body) : undefined;
        if (parsed?.success && isIt(parsed.data)) return parsed.data;
      } catch {
        // That gateway is gone, cut off or overloaded: unknown is not failed, and the key makes it the same task.
      }
      await timer(PAUSE_MS);
    }
    return undefined;
  }
}
