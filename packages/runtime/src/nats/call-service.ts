/** Asks one of the project's services (ADR-32) and reads what it answers: a JSON value, or an error of the closed table. */
import { headers, type Msg, NoRespondersError, RequestError, TimeoutError } from "@nats-io/transport-node";
import { z } from "zod";
import { decodeJson } from "../codec/json.ts";
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from "../contracts/task.ts";
import { ERRORS, type ErrorCode, messageOf, TroupeError } from "../errors.ts";
import type { Link } from "./connection.ts";

export interface CallOptions {
  /** ms; default 5,000. */
  readonly timeoutMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a lost answer means: `outcome_unknown` (default) for calls that change something, `unavailable` for questions. */
  readonly ifLost?: "outcome_unknown" | "unavailable";
}

const ErrorAnswer = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

const LIMITS = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH + 8 };

/** The answer's value. Throws what the service answered, `unavailable` when nobody serves the subject, or what `ifLost` says. */
export async function callService(
  link: Link,
  subject: string,
  body: unknown,
  options: CallOptions = {},
): Promise<unknown> {
  return answerOf(await request(link, subject, body, options), subject);
}

/** The value of one message of an answer. Throws the error that it holds, `malformed_record` when it is no JSON. */
export function answerOf(message: Msg, subject: string): unknown {
  const decoded = decodeJson(message.data, LIMITS);
  if (message.headers?.hasError || message.headers?.has("Nats-Service-Error")) throw serviceError(message, decoded);
  if (decoded.ok) return decoded.value;
  throw new TroupeError("malformed_record", `the answer of ${subject} does not parse: ${decoded.reason}`);
}

/** Body and headers of a request: text as it is, everything else as JSON. */
export function encodeRequest(body: unknown, fields: Readonly<Record<string, string>> = {}) {
  const block = headers();
  for (const [name, value] of Object.entries(fields)) block.set(name, value);
  const payload = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return { payload, headers: block };
}

async function request(link: Link, subject: string, body: unknown, options: CallOptions): Promise<Msg> {
  const { timeoutMs = 5_000, ifLost = "outcome_unknown" } = options;
  const encoded = encodeRequest(body, options.headers);
  try {
    return await link.nc.request(subject, encoded.payload, { timeout: timeoutMs, headers: encoded.headers });
  } catch (error) {
    throw requestFailure(error, subject, ifLost);
  }
}

export function requestFailure(error: unknown, subject: string, ifLost: ErrorCode): TroupeError {
  const cause = error instanceof RequestError ? error.cause : error;
  if (error instanceof NoRespondersError || cause instanceof NoRespondersError) {
    return new TroupeError("unavailable", `nobody serves ${subject}`, { cause: error });
  }
  const why = isUnanswered(error) ? "no answer in time" : messageOf(error);
  return new TroupeError(ifLost, `${why} on ${subject}`, { cause: error });
}

/** Whether a request failed by nobody's answering in time. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof TimeoutError || (error instanceof RequestError && error.cause instanceof TimeoutError);

function serviceError(message: Msg, decoded: ReturnType<typeof decodeJson>): TroupeError {
  const parsed = ErrorAnswer.safeParse(decoded.ok ? decoded.value : undefined);
  if (!parsed.success) {
    const text = message.headers?.get("Nats-Service-Error") || message.headers?.description || "an error without text";
    return new TroupeError("unavailable", text);
  }
  const { code, message: text, details = {} } = parsed.data.error;
  return isErrorCode(code)
    ? new TroupeError(code, text, { details })
    : new TroupeError("unavailable", text, { details: { ...details, code } });
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);
