import { CasBucket, type CasBucketOptions } from "@troupe/runtime/internal";
import type { Amount } from "./amount.ts";
import { Account, atTime, heldOf } from "./ledger.ts";
import { HOLDERS, Sign } from "./sign-of-life.ts";

/** One account as people look at it. */
export interface BudgetView {
  /** `tenant.acme`, `role.writer`, … */
  readonly account: string;
  readonly minute: Amount;
  readonly day: Amount;
  readonly total: Amount;
  /** What nodes hold for calls that run, and for their next ones. */
  readonly reserved: Amount;
}

/** Which accounts are looked at. */
export interface BudgetQuery {
  /** Only those whose names begin with it; default all. */
  readonly prefix?: string | undefined;
  /** Only those behind this name: the cursor of the page before. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface BudgetPage {
  readonly accounts: readonly BudgetView[];
  /** All that the prefix finds, on whatever page. */
  readonly total: number;
  /** Of the next page; absent on the last. */
  readonly cursor?: string;
}

/** One page of accounts that are sorted by name. Pure. */
export function budgetPage(all: readonly BudgetView[], { prefix = "", after = "", limit }: BudgetQuery): BudgetPage {
  const found = all.filter(({ account }) => account.startsWith(prefix));
  const rest = found.filter(({ account }) => account > after);
  const accounts = rest.slice(0, limit);
  const last = accounts.at(-1);
  return { accounts, total: found.length, ...(last && rest.length > limit ? { cursor: last.account } : {}) };
}

type Place = Required<Pick<CasBucketOptions<Account>, "link" | "subjects" | "logger" | "clock">>;

/** All accounts, by name, as they are now. Throws `unavailable`. */
export async function readBudgets(place: Place): Promise<readonly BudgetView[]> {
  const rows = await new CasBucket({ ...place, bucket: "budgets", schema: Account.or(Sign) }).list();
  return rows.flatMap(({ key, value }) => {
    if (key.startsWith(`${HOLDERS}.`) || !("slices" in value)) return [];
    const { minute, day, total } = atTime(value, place.clock.nowMs());
    return [{ account: key, minute: minute.amount, day: day.amount, total, reserved: heldOf(value) }];
  });
}
