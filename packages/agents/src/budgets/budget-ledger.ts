import { type Clock, messageOf, type Random } from "@troupe/runtime";
import type { Logger } from "@troupe/runtime/internal";
import { type Amount, isNothing, NOTHING } from "./amount.ts";
import type { BudgetUses } from "./budget-uses.ts";
import { type AccountRows, HeldAccount } from "./held-account.ts";
import type { Refusal } from "./ledger.ts";
import type { NestedAccount } from "./nest.ts";
import type { SignOfLife } from "./sign-of-life.ts";

export type Reserved =
  | { readonly ok: true }
  | { readonly ok: false; readonly account: NestedAccount; readonly refusal: Refusal };

export interface BudgetLedgerOptions {
  readonly rows: AccountRows;
  readonly sign: SignOfLife;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Told which accounts calls draw on. */
  readonly uses?: BudgetUses | undefined;
}

/** After so long without a reservation a node gives back what it holds to spare, ms. */
const IDLE_MS = 2_000;

/** This node's part of all accounts: reserves over a nest or not at all, and writes what was settled in the background. */
export class BudgetLedger {
  readonly #options: BudgetLedgerOptions;
  readonly #accounts = new Map<string, HeldAccount>();
  readonly #flushing = new Map<HeldAccount, Promise<void>>();

  constructor(options: BudgetLedgerOptions) {
    this.#options = options;
  }

  /** Reserves on every account, or on none. Throws `unavailable` or `outcome_unknown` when the store does not answer. */
  async reserve(nest: readonly NestedAccount[], asked: Amount): Promise<Reserved> {
    await this.#options.sign.ensure();
    for (const account of nest) this.#options.uses?.drawn(account, this.#account(account.key));
    const settled = await Promise.allSettled(nest.map(({ key, limits }) => this.#account(key).reserve(asked, limits)));
    const refusals = settled.map((result) => (result.status === "fulfilled" ? result.value : undefined));
    const isReserved = settled.map(({ status }, index) => status === "fulfilled" && refusals[index] === undefined);
    if (isReserved.every(Boolean)) return { ok: true };
    const reserved = nest.filter((_, index) => isReserved[index]);
    this.settle(reserved, asked, NOTHING);
    for (const result of settled) if (result.status === "rejected") throw result.reason;
    return firstRefusal(nest, refusals);
  }

  /** Ends a reservation with what was used, on every account; with nothing for a refund. Never throws: it is written when it can be. */
  settle(nest: readonly NestedAccount[], reserved: Amount, used: Amount): void {
    if (isNothing(reserved) && isNothing(used)) return;
    for (const { key } of nest) {
      const account = this.#account(key);
      account.settle(reserved, used);
      this.#flushSoon(account);
    }
  }

  /** Regular care: writes what could not be written, gives back what lies idle, lets go of accounts at rest. */
  async care(): Promise<void> {
    for (const [key, account] of this.#accounts) {
      if (account.idleMs < IDLE_MS) continue;
      await this.#carefully(key, () => account.giveBack());
      if (account.isAtRest && account.idleMs >= IDLE_MS) this.#accounts.delete(key);
    }
  }

  /** Writes everything and gives everything back, as far as the store answers. */
  async close(): Promise<void> {
    await Promise.all([...this.#accounts].map(([key, account]) => this.#carefully(key, () => account.giveBack())));
  }

  /** Believes nothing any more of what is held. */
  forget(): void {
    for (const account of this.#accounts.values()) account.forget();
  }

  #account(key: string): HeldAccount {
    const known = this.#accounts.get(key);
    if (known) return known;
    const { rows, sign, clock, random } = this.#options;
    const goneAmong = (holders: readonly string[]) => sign.goneAmong(holders);
    const account = new HeldAccount({ key, rows, holder: sign.holder, clock, random, goneAmong });
    this.#accounts.set(key, account);
    return account;
  }

  /** One write at a time and account: what is settled meanwhile goes with the next one. */
  #flushSoon(account: HeldAccount): void {
    if (this.#flushing.has(account)) return;
    const flushing = this.#carefully(account.key, () => account.flush()).finally(() => this.#flushing.delete(account));
    this.#flushing.set(account, flushing);
  }

  async #carefully(account: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#options.logger.warn(
        { account, reason: messageOf(error) },
        "a budget account was not written; trying again",
      );
    }
  }
}

/** Of several refusals the one that lasts. */
function firstRefusal(nest: readonly NestedAccount[], refusals: readonly (Refusal | undefined)[]): Reserved {
  const found = nest.flatMap((account, index) => {
    const refusal = refusals[index];
    return refusal === undefined ? [] : [{ ok: false as const, account, refusal }];
  });
  const [worst] = found.toSorted((a, b) => lastingOf(b.refusal) - lastingOf(a.refusal));
  return worst ?? { ok: true };
}

const FOR_GOOD = Number.MAX_SAFE_INTEGER;

function lastingOf({ why, renewsInMs = FOR_GOOD }: Refusal): number {
  if (why === "held") return 0;
  return why === "spent" ? renewsInMs : FOR_GOOD;
}
