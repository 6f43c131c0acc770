/** What may be spent, as a system file says it (R-GOV-2). */
import { z } from "zod";

const whole = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Bounds within one window. What is absent is not bounded. */
const Bounds = z.strictObject({
  /** Model calls. */
  calls: whole.optional(),
  /** Tokens, input and output together. */
  tokens: whole.optional(),
  costUsd: z.number().min(0).max(1_000_000_000).optional(),
});

/** Limits of one account: within a minute, a day (both UTC, from their full beginning), and in all. */
export const BudgetLimits = z.strictObject({
  minute: Bounds.optional(),
  day: Bounds.optional(),
  total: Bounds.optional(),
});
export type BudgetLimits = z.infer<typeof BudgetLimits>;

/**
 * Limits of the accounts that a model call draws on; all of them must have room. Absent = the default: `session` 500,000 tokens and $10 in all,
 * `user` 100 calls and 100,000 tokens a minute (not in offline mode), nothing else bounded. `{}` = not bounded.
 */
export const Budgets = z.strictObject({
  /** Of each task. */
  task: BudgetLimits.optional(),
  /** Of each session; a task without one is its own. */
  session: BudgetLimits.optional(),
  /** Of each user; a tenant's tasks without a user share one. */
  user: BudgetLimits.optional(),
  /** Of each tenant. */
  tenant: BudgetLimits.optional(),
  /** Of each role. */
  role: BudgetLimits.optional(),
  /** Of each provider: one key at one endpoint. */
  provider: BudgetLimits.optional(),
  /** Tenants with limits of their own, instead of `tenant`. */
  tenants: z.record(z.string().min(1).max(128), BudgetLimits).optional(),
  /** Roles with limits of their own, instead of `role`. */
  roles: z.record(z.string().min(1).max(64), BudgetLimits).optional(),
});
export type Budgets = z.infer<typeof Budgets>;
