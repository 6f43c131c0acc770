import type { Clock } from "@troupe/runtime";
import { MAX_SPENT_BUDGETS, type SpentBudget } from "@troupe/runtime/internal";
import { boundOf } from "./budget-error.ts";
import type { Refusal } from "./ledger.ts";
import type { NestedAccount } from "./nest.ts";

/** A budget without a day that was not asked for so long is not told of any more, ms: who spent it may be gone. */
const TOLD_MS = 3_600_000;
/** Budgets of one task or conversation are spent every day; whoever runs the system need not hear of it. */
const OF_ONE_CALLER = /^(task|session)\./;

interface Told {
  readonly report: SpentBudget;
  readonly untilMs: number;
}

/** Which shared budgets a node has found spent: told until there is room again, their day ends, or nobody asks any more. */
export class SpentBudgets {
  readonly #clock: Clock;
  readonly #told = new Map<string, Told>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A call was refused. What a minute brings back, or running calls, is nothing to tell. */
  refused({ key, name }: NestedAccount, refusal: Refusal): void {
    const { why, window, renewsInMs = TOLD_MS } = refusal;
    if (why !== "spent" || window === "minute" || OF_ONE_CALLER.test(key)) return;
    const report = { account: name.slice(0, 256), text: boundOf(refusal).slice(0, 512) };
    this.#told.delete(key);
    this.#told.set(key, { report, untilMs: this.#clock.monotonicMs() + renewsInMs });
    const [oldest] = this.#told.size > MAX_SPENT_BUDGETS ? this.#told.keys() : [];
    if (oldest !== undefined) this.#told.delete(oldest);
  }

  /** These had room for a call. */
  granted(nest: readonly NestedAccount[]): void {
    if (this.#told.size > 0) for (const { key } of nest) this.#told.delete(key);
  }

  reports(): readonly SpentBudget[] {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, { untilMs }] of this.#told) if (nowMs >= untilMs) this.#told.delete(key);
    return [...this.#told.values()].map(({ report }) => report);
  }
}
