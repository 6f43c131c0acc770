/** What a role and its node's service `budgets` say to one another. */
import { z } from "zod";

const count = z.int().min(0).max(1_000_000_000_000);
const id = z.string().min(1).max(64);
const used = { inputTokens: count, outputTokens: count };

export const BUDGET_SERVICE = "budgets";

/** Names of accounts are not among it: the node reads them off the task's record. */
export const BudgetQuestion = z.discriminatedUnion("op", [
  /** `outputTokens` = the most that the answer may have. */
  z.strictObject({ op: z.literal("reserve"), model: z.string().min(1).max(64), ...used }),
  /** A call of one of the role's tools, at the cost that was deployed with it: used as soon as it is granted. */
  z.strictObject({ op: z.literal("charge"), tool: z.string().min(1).max(64) }),
  /** Still at it: without this for two minutes a reservation is given back. */
  z.strictObject({ op: z.literal("renew"), reservation: id }),
  z.strictObject({ op: z.literal("settle"), reservation: id, ...used }),
  /** The call came to nothing. */
  z.strictObject({ op: z.literal("refund"), reservation: id }),
]);
export type BudgetQuestion = z.infer<typeof BudgetQuestion>;

/** Answer to `reserve`; `null` = nothing bounds this call. To the others, once they are done, the answer is `null`. */
export const BudgetAnswer = z.strictObject({ reservation: id.nullable() });
