import { setTimeout as timer } from "node:timers/promises";
import type { TaskId } from "@troupe/runtime";
import { ApprovalView, TERMINAL_STATUSES } from "@troupe/runtime/internal";
import { z } from "zod";
import { submitOverHttp } from "./http-load.ts";
import type { HttpUser } from "./http-user.ts";

const Ended = z.object({ status: z.enum([...TERMINAL_STATUSES] as [string, ...string[]]) });
const Problem = z.object({ code: z.string() });
/** How long an act waits that nobody decides on in time. */
const SHORT_MS = 3_000;
const LONG_MS = 300_000;
const PAUSE_MS = 500;

type Verdict = "approve" | "deny";

/** What happened to an act that waited for people. */
export interface AskedAct {
  readonly task: TaskId;
  readonly number: number;
  /** What people were told of their decisions: 200, it is as they said. */
  readonly decisions: readonly { readonly by: string; readonly verdict: Verdict; readonly status: number }[];
}

export interface ApprovalLoadOptions {
  /** Who asks, one client each. */
  readonly askers: readonly HttpUser[];
  /** Two of the same tenant who may decide. */
  readonly ann: HttpUser;
  readonly bob: HttpUser;
  readonly input: (n: number) => { readonly number: number; readonly effects: string };
}

/**
 * Acts that wait for people: of some one says yes and another one no at the same moment, of some one says yes and later no, and on some nobody
 * decides until it is too late.
 */
export class ApprovalLoad {
  readonly acts: AskedAct[] = [];
  readonly tasks: TaskId[] = [];
  readonly #options: ApprovalLoadOptions;
  readonly #clients: Promise<void>[];
  #isStopped = false;
  #number = 0;
  #ended = 0;

  constructor(options: ApprovalLoadOptions) {
    this.#options = options;
    this.#clients = options.askers.map((asker) => this.#work(asker));
    for (const client of this.#clients) client.catch(() => undefined);
  }

  /** Asks no more; resolves when every task has ended. Throws when one has not. */
  async drain(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#clients);
    if (this.#ended < this.tasks.length)
      throw new Error(`${this.tasks.length - this.#ended} of ${this.tasks.length} acts have not ended`);
  }

  async #work(asker: HttpUser): Promise<void> {
    while (!this.#isStopped && !asker.hasGivenUp) {
      const number = this.#number++;
      const isLate = number % 3 === 2;
      const timeoutMs = isLate ? SHORT_MS : LONG_MS;
      const input = { ...this.#options.input(number), timeoutMs };
      const task = await submitOverHttp(asker, { role: "signer", input });
      if (task === undefined) return;
      this.tasks.push(task);
      const view = await this.#shown(asker, task);
      const decisions = view === undefined ? [] : await this.#decide(view, number);
      this.acts.push({ task, number: input.number, decisions });
      if (await asker.waitForEnd(task)) this.#ended++;
    }
  }

  /** The approval that the task waits for, once it does; `undefined` when it has ended without, or was given up. */
  async #shown(asker: HttpUser, task: TaskId): Promise<ApprovalView | undefined> {
    while (!asker.hasGivenUp) {
      const view = ApprovalView.safeParse((await asker.ask(`/api/v1/approvals/${task}`))?.body);
      if (view.success) return view.data;
      const answer = await asker.ask(`/api/v1/tasks/${task}`);
      if (Ended.safeParse(answer?.body).success) return undefined;
      await timer(PAUSE_MS);
    }
    return undefined;
  }

  async #decide(view: ApprovalView, number: number): Promise<AskedAct["decisions"]> {
    const { ann, bob } = this.#options;
    switch (number % 3) {
      case 0:
        return Promise.all([say(ann, "ann", view, "approve"), say(bob, "bob", view, "deny")]);
      case 1:
        return [await say(ann, "ann", view, "approve"), await say(bob, "bob", view, "deny")];
      default:
        await timer(Math.max(0, Date.parse(view.expires_at ?? view.requested_at) - Date.now()) + PAUSE_MS);
        return [await say(ann, "ann", view, "approve")];
    }
  }
}

/** What somebody is told of a decision. Before its time is over nobody can rightly say that it is: that gateway's clock is wrong, and later it is not. */
async function say(who: HttpUser, by: string, { approval_id, hash, expires_at }: ApprovalView, verdict: Verdict) {
  const overAtMs = Date.parse(expires_at ?? "");
  const request = { method: "POST", body: { verdict, hash } } as const;
  const told = await who.until(`/api/v1/approvals/${approval_id}/decision`, request, (answer) => {
    const isSaidToBeOver = Problem.safeParse(answer.body).data?.code === "approval_expired";
    return isSaidToBeOver && Date.now() < overAtMs ? undefined : answer;
  });
  return { by, verdict, status: told?.status ?? 0 };
}
