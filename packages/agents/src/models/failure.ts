import { APIConnectionError, APIError } from "openai/core/error";
import { z } from "zod";

/** Why one try at a model gave no answer, and whether another may. */
export interface ModelFailure {
  /**
   * `transient`: the same may work in a moment. `rate_limited`: the endpoint works and asks to wait. `refused`: the endpoint works and will
   * not. `endless`: an answer without an end; another try costs as much again. `open`: not tried, the circuit breaker is open.
   */
  readonly kind: "transient" | "rate_limited" | "refused" | "endless" | "open";
  /** For people; holds no secrets. */
  readonly reason: string;
  readonly status: number | undefined;
  /** What the endpoint asked for, ms; `undefined` when it did not. */
  readonly retryAfterMs: number | undefined;
}

/** Thrown by our own reading of an answer: too late, cut off, not what the API promises. Always worth another try. */
export class BrokenAnswerError extends Error {
  override readonly name = "BrokenAnswerError";
}

const RETRYABLE: ReadonlySet<number> = new Set([408, 409, 425, 429]);
/** Codes that come with 429 or in a stream and do not go away by waiting. */
const PERMANENT: ReadonlySet<string> = new Set(["insufficient_quota", "invalid_api_key", "model_not_found"]);

/** Thrown for an answer that goes on and on. */
export class EndlessAnswerError extends Error {
  override readonly name = "EndlessAnswerError";
}

/** Reads what a try threw. `nowMs` is wall time, for a Retry-After that is a date; `secret` is taken out of the endpoint's words. */
export function classifyFailure(thrown: unknown, nowMs: number, secret: string): ModelFailure {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // Short placeholders ("none") are no secrets, and are words of many messages.
  const reason = (secret.length < 8 ? message : message.replaceAll(secret, "[REDACTED]")).slice(0, 500);
  if (!(thrown instanceof APIError)) {
    const kind = thrown instanceof EndlessAnswerError ? "endless" : "transient";
    return { kind, reason, status: undefined, retryAfterMs: undefined };
  }
  const status: unknown = thrown.status;
  const headers = thrown.headers instanceof Headers ? thrown.headers : new Headers();
  const known = typeof status === "number" ? status : undefined;
  return {
    kind: !isTransient(known, thrown.code, headers) ? "refused" : known === 429 ? "rate_limited" : "transient",
    reason: thrown instanceof APIConnectionError ? `${reason}${causeOf(thrown)}` : reason,
    status: known,
    retryAfterMs: retryAfterMs(headers, nowMs),
  };
}

function isTransient(status: number | undefined, code: string | null | undefined, headers: Headers): boolean {
  const wish = headers.get("x-should-retry");
  if (wish === "true") return true;
  if (wish === "false") return false;
  if (typeof code === "string" && PERMANENT.has(code)) return false;
  // Without a status it is a broken connection, or an error inside a stream that had begun well.
  return status === undefined || RETRYABLE.has(status) || status >= 500;
}

/** The system's word for a failed connection (`connect ECONNREFUSED 127.0.0.1:1`); the library's own says only "Connection error.". */
function causeOf(error: APIConnectionError): string {
  let cause: unknown = error.cause;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  return cause instanceof Error ? ` ${cause.message}` : "";
}

const Seconds = z.coerce.number().min(0);

function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const ms = Seconds.safeParse(headers.get("retry-after-ms") ?? undefined);
  if (ms.success) return ms.data;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const seconds = Seconds.safeParse(after);
  if (seconds.success) return seconds.data * 1_000;
  // oxlint-disable-next-line no-restricted-globals -- parsing a date reads no clock
  const dateMs = Date.parse(after);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
