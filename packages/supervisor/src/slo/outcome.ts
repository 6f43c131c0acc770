import { type DoneBody, ERRORS, type ErrorCode } from "@troupe/runtime/internal";
import { bucketOf } from "./latencies.ts";
import { EMPTY_TALLY, type Tally } from "./tally.ts";

/** How a task counts. `unavailable` is a failure as well; `ignored` is neither good nor bad: its caller ended it, or it never ran. */
export type Outcome = "completed" | "failed" | "unavailable" | "ignored";

/** Codes of failures that are the system's, whatever the task was, besides those that may be tried again. */
const SYSTEM_CODES: ReadonlySet<string> = new Set(["poison_message", "model_refused", "wrong_server"]);

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** How a task counts by its end record. Pure. */
export function outcomeOf({ status, error }: Pick<DoneBody, "status" | "error">): Outcome {
  switch (status) {
    case "completed":
      return "completed";
    case "failed":
      return isOfSystem(error?.code ?? "") ? "unavailable" : "failed";
    case "expired":
      return "unavailable";
    case "cancelled":
    case "rejected":
      return "ignored";
  }
}

const isOfSystem = (code: string): boolean =>
  SYSTEM_CODES.has(code) || (isCode(code) && ERRORS[code].kind !== "terminal");

/** One ended task as a tally. `tookMs` is absent where it says nothing about the system. */
export function tallyOf(outcome: Outcome, tookMs: number | undefined): Tally {
  switch (outcome) {
    case "ignored":
      return EMPTY_TALLY;
    case "completed":
      return { ...EMPTY_TALLY, tasks: 1, latencies: tookMs === undefined ? {} : { [bucketOf(tookMs)]: 1 } };
    case "failed":
      return { ...EMPTY_TALLY, tasks: 1, failed: 1 };
    case "unavailable":
      return { ...EMPTY_TALLY, tasks: 1, failed: 1, unavailable: 1 };
  }
}
