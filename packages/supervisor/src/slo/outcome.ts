import { type DoneBody, ERRORS, type ErrorCode } from "@troupe/runtime/internal";
import { bucketOf } from "./latencies.ts";
import { EMPTY_TALLY, type Tally } from "./tally.ts";

/** How a task counts. `unavailable` is a failure as well; `ignored` is neither good nor bad: its caller ended it, or it never ran. */
export type Outcome = "completed" | "failed" | "unavailable" | "ignored";

/** Codes of failures that are the system's, whatever the task was, besides those that may be tried again. */
const SYSTEM_CODES: ReadonlySet<string> = new Set(["poison_message", "model_refused", "wrong_server"]);

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** Failures are looked at more closely. */
const OF_STATUS: Readonly<Record<Exclude<DoneBody["status"], "failed">, Outcome>> = {
  completed: "completed",
  expired: "unavailable",
  cancelled: "ignored",
  rejected: "ignored",
};

/** How a task counts by its end record. Pure. */
export function outcomeOf({ status, error }: Pick<DoneBody, "status" | "error">): Outcome {
  if (status !== "failed") return OF_STATUS[status];
  return isOfSystem(error?.code ?? "") ? "unavailable" : "failed";
}

const isOfSystem = (code: string): boolean =>
  SYSTEM_CODES.has(code) || (isCode(code) && ERRORS[code].kind !== "terminal");

/** One ended task as a tally. `tookMs` is absent where it says nothing about the system. */
export function tallyOf(outcome: Outcome, tookMs: number | undefined): Tally {
  if (outcome === "ignored") return EMPTY_TALLY;
  const isCompleted = outcome === "completed";
  return {
    ...EMPTY_TALLY,
    tasks: 1,
    failed: isCompleted ? 0 : 1,
    unavailable: outcome === "unavailable" ? 1 : 0,
    latencies: isCompleted && tookMs !== undefined ? { [bucketOf(tookMs)]: 1 } : {},
  };
}
