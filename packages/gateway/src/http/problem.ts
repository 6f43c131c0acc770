/** Errors over HTTP: RFC 9457 problem details that an OpenAI SDK understands as well. No stack, no inside name. */
import { ERRORS, type ErrorBody, type ErrorSpec, maskSecrets, maskValue, TroupeError } from "@troupe/runtime/internal";

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface OpenAiError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
}

/** How to sign in (RFC 6750). */
const CHALLENGE = { "www-authenticate": 'Bearer realm="troupe"' };

export const PROBLEM_TYPE = "application/problem+json";

/** The response for anything thrown. */
export function problemOf(thrown: unknown, requestId: string): Problem {
  const error = shownError(thrown);
  const spec = ERRORS[error.code];
  return {
    status: spec.http,
    headers: error.code === "unauthorized" ? CHALLENGE : retryHeaders(error, spec),
    body: {
      type: `urn:troupe:error:${error.code}`,
      title: spec.meaning,
      status: spec.http,
      detail: error.message,
      instance: `urn:troupe:request:${requestId}`,
      code: error.code,
      remedy: spec.remedy,
      ...(error.details ? { details: error.details } : {}),
      error: openAiError(thrown),
    },
  };
}

/** The error as OpenAI's API has it. */
export function openAiError(thrown: unknown): OpenAiError {
  const error = shownError(thrown);
  return { message: error.message, type: errorType(ERRORS[error.code].http), param: paramOf(error), code: error.code };
}

const WORD = /[^\s,;:"'()]+/g;
const STREAM_NAME = /\b[A-Z0-9]+(?:_[A-Z0-9]+)+\b/g;
/** Subjects and addresses have three parts and more. */
const isInnerName = (word: string): boolean => word.split(".").filter((part) => part !== "").length >= 3;
const withoutNames = (message: string): string =>
  message.replaceAll(WORD, (word) => (isInnerName(word) ? "(inside)" : word)).replaceAll(STREAM_NAME, "(inside)");

/** An outage is told of without what it is about inside: the words come from the layers that met it. */
const withoutInnerNames = (code: ErrorBody["code"], message: string): string =>
  code === "unavailable" || code === "outcome_unknown" ? withoutNames(message) : message;

const withoutSecrets = ({ code, message, details }: ErrorBody): ErrorBody => ({
  code,
  message: withoutInnerNames(code, maskSecrets(message)),
  ...(details && {
    details: Object.fromEntries(Object.entries(details).map(([key, value]) => [key, maskValue(value)])),
  }),
});

/** Anything thrown that is no error of ours is an internal one: its words stay inside. */
const shownError = (thrown: unknown): ErrorBody =>
  TroupeError.is(thrown)
    ? withoutSecrets(thrown.toBody())
    : { code: "invariant_violated", message: "an internal error; the gateway's log has it under the request id" };

/** `Retry-After` in seconds, and in milliseconds for the SDKs that read it. */
function retryHeaders({ details }: ErrorBody, spec: ErrorSpec): Record<string, string> {
  if (spec.kind !== "transient") return {};
  const told = details?.["retry_after_ms"];
  const ms = typeof told === "number" ? told : 1_000;
  return { "retry-after": String(Math.max(1, Math.ceil(ms / 1_000))), "retry-after-ms": String(Math.ceil(ms)) };
}

/** Names of OpenAI's error types. */
function errorType(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 404) return "not_found_error";
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "api_error";
}

function paramOf({ details }: ErrorBody): string | null {
  const problems = details?.["problems"];
  const first: unknown = Array.isArray(problems) ? problems[0] : undefined;
  if (typeof first !== "object" || first === null || !("path" in first)) return null;
  return typeof first.path === "string" ? first.path : null;
}
