import type { Clock } from "@troupe/runtime";
import type { BudgetUse } from "@troupe/runtime/internal";
import type { HeldAccount } from "./held-account.ts";
import { usedRatio } from "./ledger.ts";
import type { NestedAccount } from "./nest.ts";

/** As many accounts are told of; beyond that the one that was not used for longest is left out. */
const MAX_TOLD = 200;
/** Those of one caller are as many as callers: no figures of their own. */
const OF_ONE_CALLER = /^(task|session|user)\./;

/** How much of the shared budgets is used, as far as this node has seen it. */
export class BudgetUses {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { readonly held: Pick<HeldAccount, "account">; readonly account: NestedAccount }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A call draws on this account. */
  drawn(account: NestedAccount, held: Pick<HeldAccount, "account">): void {
    if (OF_ONE_CALLER.test(account.key)) return;
    this.#seen.delete(account.key);
    this.#seen.set(account.key, { held, account });
    const [oldest] = this.#seen.size > MAX_TOLD ? this.#seen.keys() : [];
    if (oldest !== undefined) this.#seen.delete(oldest);
  }

  reports(): readonly BudgetUse[] {
    return [...this.#seen.values()].map(({ held, account: { name, limits } }) => ({
      account: name.slice(0, 256),
      usedRatio: held.account === undefined ? 0 : usedRatio(held.account, limits, this.#clock.nowMs()),
    }));
  }
}
