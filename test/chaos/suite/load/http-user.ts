import { setTimeout as timer } from "node:timers/promises";
import { TERMINAL_STATUSES } from "@troupe/runtime";
import { z } from "zod";

const REQUEST_MS = 5_000;
const PAUSE_MS = 200;
const View = z.object({ status: z.string() });
const ENDED: ReadonlySet<string> = TERMINAL_STATUSES;

/** Someone who signs in over HTTP. */
export interface Person {
  readonly tenant: string;
  /** JWT with which the person signs in. */
  readonly token: string;
}

export interface HttpUserOptions {
  readonly person: Person;
  /** Base URL of the gateway that the n-th request goes to; throws while there is none. */
  readonly urlOf: (n: number) => string;
  /** Asks no further once it is aborted. */
  readonly givenUp: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What a request says besides its path; a body is sent as JSON. */
export interface HttpRequest {
  readonly method?: "GET" | "POST";
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const hasEnded = ({ body }: HttpAnswer) => (ENDED.has(View.safeParse(body).data?.status ?? "") ? true : undefined);

/** A person who asks one gateway after the other until one gives an answer: unknown is not failed. */
export class HttpUser {
  readonly #options: HttpUserOptions;
  #requests = 0;

  constructor(options: HttpUserOptions) {
    this.#options = options;
  }

  get tenant(): string {
    return this.#options.person.tenant;
  }

  get hasGivenUp(): boolean {
    return this.#options.givenUp.aborted;
  }

  /** The first answer that is none of "not now": 429, and 500 and more. `undefined` when it was given up before. */
  async ask(path: string, request: HttpRequest = {}): Promise<HttpAnswer | undefined> {
    while (!this.hasGivenUp) {
      const answer = await this.#once(path, request);
      if (answer !== undefined && answer.status < 500 && answer.status !== 429) return answer;
      await timer(PAUSE_MS);
    }
    return undefined;
  }

  /** Asks until an answer is as wanted; `undefined` when it was given up before. */
  async until<T>(
    path: string,
    request: HttpRequest,
    wanted: (answer: HttpAnswer) => T | undefined,
  ): Promise<T | undefined> {
    while (!this.hasGivenUp) {
      const answer = await this.ask(path, request);
      const found = answer && wanted(answer);
      if (found !== undefined) return found;
      await timer(PAUSE_MS);
    }
    return undefined;
  }

  /** Resolves with `true` once the task has ended; `false` when it was given up before. */
  async waitForEnd(task: string): Promise<boolean> {
    return (await this.until(`/api/v1/tasks/${task}`, {}, hasEnded)) === true;
  }

  /** An answer of one gateway after the other with this status or one of these, whose body is still open. */
  async open(path: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Response> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const response = await fetch(this.#next() + path, { headers: this.#headers(headers), signal });
        if (response.ok) return response;
        await response.body?.cancel();
      } catch {
        // That gateway is gone or cut off: the next one.
      }
      await timer(PAUSE_MS);
    }
  }

  async #once(path: string, { method = "GET", body, headers = {} }: HttpRequest): Promise<HttpAnswer | undefined> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const signal = AbortSignal.any([AbortSignal.timeout(REQUEST_MS), this.#options.givenUp]);
    try {
      const said = { method, headers: this.#headers({ ...type, ...headers }), ...content, signal };
      const response = await fetch(this.#next() + path, said);
      return { status: response.status, body: await response.json() };
    } catch {
      return undefined; // that gateway is gone, cut off or overloaded
    }
  }

  #next(): string {
    return this.#options.urlOf(this.#requests++);
  }

  #headers(more: Readonly<Record<string, string>>): Record<string, string> {
    return { authorization: `Bearer ${this.#options.person.token}`, ...more };
  }
}
