import { randomUUID } from "node:crypto";
import type { TaskId } from "@troupe/runtime";
import { requireTaskId } from "@troupe/runtime/internal";
import { z } from "zod";
import type { SeenEvent } from "../../../support/event-client.ts";
import { readEvents } from "./event-reader.ts";
import type { HttpUser } from "./http-user.ts";

const Accepted = z.object({ task_id: z.string() });
/** Of so many tasks one is looked at by the other tenant too. */
const LOOKED_AT = 5;
/** No task takes nearly as long, and a clock that jumps by an hour passes it. */
const DEADLINE_MS = 30 * 60_000;
/** Tasks that are named where some have not ended. */
const NAMED = 10;

/** Submits under one key until it is accepted; `undefined` when it was given up before. Throws when it is refused. */
export async function submitOverHttp(
  user: HttpUser,
  body: Readonly<Record<string, unknown>>,
): Promise<TaskId | undefined> {
  const request = { method: "POST", body, headers: { "idempotency-key": randomUUID() } } as const;
  const answer = await user.ask("/api/v1/tasks", request);
  if (answer === undefined) return undefined;
  const accepted = Accepted.safeParse(answer.body);
  if (!accepted.success) throw new Error(`a task was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  return requireTaskId(accepted.data.task_id).id;
}

/** A task that somebody of a tenant asked a gateway about. */
export interface Look {
  readonly task: TaskId;
  readonly what: string;
  readonly isOwn: boolean;
  readonly status: number;
}

/** The events of a task as a client saw them that came back whenever a gateway was gone. */
export interface FollowedTask {
  readonly task: TaskId;
  readonly seen: readonly SeenEvent[];
}

export interface HttpLoadOptions {
  /** Each is a client; the one at the same place in `others` belongs to another tenant. */
  readonly users: readonly HttpUser[];
  readonly others: readonly HttpUser[];
  readonly input: (number: number) => unknown;
  readonly givenUp: AbortSignal;
}

/**
 * Clients over HTTP: a task is submitted until it is accepted, and waited for until it has ended, every other one by following its events. Now
 * and then somebody of another tenant tries to have it.
 */
export class HttpLoad {
  readonly accepted: TaskId[] = [];
  readonly tenantOf = new Map<TaskId, string>();
  readonly followed: FollowedTask[] = [];
  readonly looks: Look[] = [];
  /** Accepted, and not seen to end by who waits for it; how. */
  readonly #open = new Map<TaskId, "followed" | "asked for">();
  readonly #options: HttpLoadOptions;
  #isStopped = false;
  readonly #clients: Promise<void>[];
  #number = 0;

  constructor(options: HttpLoadOptions) {
    this.#options = options;
    this.#clients = options.users.map((user, i) => this.#work(user, options.others[i]));
    // What fails is told by `drain`.
    for (const client of this.#clients) client.catch(() => undefined);
  }

  /** Submits no more; resolves when every accepted task has ended, or was given up. Throws when some have not ended. */
  async drain(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#clients);
    if (this.#open.size === 0) return;
    const which = [...this.#open].slice(0, NAMED).map(([task, how]) => `${task} (${how})`);
    throw new Error(
      `${this.#open.size} of ${this.accepted.length} tasks over HTTP have not ended for their clients: ${which.join(", ")}`,
    );
  }

  async #work(user: HttpUser, other: HttpUser | undefined): Promise<void> {
    while (!this.#isStopped && !user.hasGivenUp) {
      const number = this.#number++;
      const input = this.#options.input(number);
      const task = await submitOverHttp(user, { role: "door", input, deadline_ms: DEADLINE_MS });
      if (task === undefined) return;
      this.accepted.push(task);
      this.tenantOf.set(task, user.tenant);
      if (other && number % LOOKED_AT === 0) await this.#look(user, other, task);
      const isFollowed = number % 2 === 0;
      this.#open.set(task, isFollowed ? "followed" : "asked for");
      if (isFollowed ? await this.#follow(user, task) : await user.waitForEnd(task)) this.#open.delete(task);
    }
  }

  async #follow(user: HttpUser, task: TaskId): Promise<boolean> {
    const seen = await readEvents(user, task, this.#options.givenUp);
    if (seen === undefined) return false;
    this.followed.push({ task, seen });
    return true;
  }

  /** The other tenant tries to read, follow and cancel it; then its owner reads it. */
  async #look(owner: HttpUser, other: HttpUser, task: TaskId): Promise<void> {
    const path = `/api/v1/tasks/${task}`;
    const tries = [
      ["read", other, path, "GET"],
      ["log", other, `${path}/log`, "GET"],
      ["cancel", other, `${path}/cancel`, "POST"],
      ["read", owner, path, "GET"],
    ] as const;
    for (const [what, who, where, method] of tries) {
      const answer = await who.ask(where, { method });
      if (answer) this.looks.push({ task, what, isOwn: who === owner, status: answer.status });
    }
  }
}
