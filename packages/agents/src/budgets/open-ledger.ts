import { CasBucket, type CasBucketOptions } from "@troupe/runtime/internal";
import { BudgetLedger, type BudgetLedgerOptions } from "./budget-ledger.ts";
import { Account } from "./ledger.ts";
import { Sign, SignOfLife, type SignOfLifeOptions } from "./sign-of-life.ts";

export type OpenLedgerOptions = Pick<CasBucketOptions<unknown>, "link" | "subjects" | "keptMs"> &
  Pick<SignOfLifeOptions, "node" | "incarnation"> &
  Omit<BudgetLedgerOptions, "rows" | "sign">;

/** A node's part of all accounts, with the sign of its life: when that has lapsed, the node believes nothing of what it held. */
export function openLedger(options: OpenLedgerOptions): { readonly ledger: BudgetLedger; readonly sign: SignOfLife } {
  const { link, subjects, keptMs, node, incarnation, clock, random, logger, uses } = options;
  const bucket = { link, subjects, bucket: "budgets", logger, clock, random, ...(keptMs && { keptMs }) } as const;
  const sign = new SignOfLife({
    rows: new CasBucket({ ...bucket, schema: Sign }),
    node,
    incarnation,
    clock,
    logger,
    onLapse: () => ledger.forget(),
  });
  const rows = new CasBucket({ ...bucket, schema: Account });
  const ledger: BudgetLedger = new BudgetLedger({ rows, sign, clock, random, logger, uses });
  return { ledger, sign };
}
