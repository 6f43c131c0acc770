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
