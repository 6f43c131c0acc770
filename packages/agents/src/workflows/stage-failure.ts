/** What becomes of a stage that gave no answer that can be used. Pure. */
import { type ErrorCode, TroupeError } from "@troupe/runtime";
import type { StageAttempt } from "./stage-message.ts";

/** Failures after which the same question may get a better answer. All others are known to stay as they are, or must not be repeated. */
const WORTH_RETRYING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "deadline_exceeded",
  "escalated",
  "handler_failed",
  "handler_stuck",
  "model_output_invalid",
  "model_unavailable",
  "overloaded",
  "rate_limited",
  "tool_failed",
  "unavailable",
]);

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;

/** Whether a stage that failed so is asked again. */
export const isWorthRetrying = (error: TroupeError): boolean => WORTH_RETRYING.has(error.code);

/** Pause before the `retry`-th retry, from 1: 1 s, doubled, at most 30 s. */
export const retryDelayMs = (retry: number): number => Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (retry - 1));

/** The error that the workflow ends with: the stage's own, saying which stage and how often it was asked. */
export function stageError({ stage, attempt }: StageAttempt, error: TroupeError): TroupeError {
  const asked = attempt === 1 ? "" : ` after ${attempt} attempts`;
  const details = { ...error.details, stage: stage.name, attempts: attempt };
  return new TroupeError(error.code, `stage ${stage.name} failed${asked}: ${error.message}`, { details });
}
