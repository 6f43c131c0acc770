import { type ErrorBody, TroupeError } from "@troupe/runtime";
import type { Refusal } from "./ledger.ts";
import type { NestedAccount } from "./nest.ts";

const PLACE = { minute: "a minute", day: "a day", total: "in all" } as const;
const UNIT = { calls: "calls", tokens: "tokens", costMicros: "dollars" } as const;
const MICROS_A_DOLLAR = 1_000_000;

const shown = (measure: Refusal["measure"], amount: number): string =>
  measure === "costMicros" ? (amount / MICROS_A_DOLLAR).toFixed(4) : String(amount);

/** The limit that there is no room in, and what is spent of it: `10 calls a day; 10 are spent`. */
export function boundOf({ why, window, measure, limit, spent }: Refusal): string {
  const bound = `${shown(measure, limit)} ${UNIT[measure]} ${PLACE[window]}`;
  return `${bound}; ${why === "too_large" ? "that is more than the whole limit" : `${shown(measure, spent)} are spent`}`;
}

/** The error of a call that a budget has no room for: `budget_exceeded`, with whose budget, which limit, and when it is renewed. */
export function budgetError({ name }: NestedAccount, refusal: Refusal): TroupeError {
  const { why, window, measure, limit, spent, asked, renewsInMs } = refusal;
  const held = why === "held" ? "; the rest is reserved by calls that run" : "";
  const message = `the budget of ${name} is ${boundOf(refusal)}, and the call may need ${shown(measure, asked)}${held}`;
  return new TroupeError("budget_exceeded", message, {
    details: {
      account: name,
      window,
      measure,
      limit,
      spent,
      asked,
      why,
      ...(renewsInMs === undefined ? {} : { retry_after_ms: renewsInMs }),
    },
  });
}

/** What others hold comes free when their calls end. */
const FIRST_HELD_WAIT_MS = 1_000;
const LONGEST_HELD_WAIT_MS = 5_000;
const MAX_WAITS = 200;

/**
 * How long to wait before a call that a budget had no room for is tried again, after `waits` such waits: until a minute is over, or for
 * what running calls hold; the same for one that a provider's limit had no room for. `undefined` when waiting does not help; `null` when it did not help for long, or the deadline comes first.
 */
export function waitForBudget(
  { details }: Pick<ErrorBody, "details">,
  waits: number,
  remainingMs: number | undefined,
): number | null | undefined {
  const { why, window, retry_after_ms: renewsInMs } = details ?? {};
  const renewalMs = why === "spent" && window === "minute" && typeof renewsInMs === "number" ? renewsInMs : undefined;
  const waitMs =
    why === "held" || why === "provider_limit"
      ? Math.min(LONGEST_HELD_WAIT_MS, FIRST_HELD_WAIT_MS * 2 ** waits)
      : renewalMs;
  if (waitMs === undefined) return undefined;
  return waits >= MAX_WAITS || (remainingMs !== undefined && waitMs >= remainingMs) ? null : waitMs;
}
