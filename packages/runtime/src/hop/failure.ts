/** Errors as a dead letter, a failed attempt or a reply holds them: bounded, and JSON whatever was thrown. Pure. */
import { z } from "zod";
import type { DeadBody } from "../contracts/bodies.ts";
import { ERRORS, type ErrorBody, type ErrorCode, errorBodyOf, TroupeError } from "../errors.ts";
import { maskSecrets, maskValue } from "../telemetry/mask.ts";

/** The stored form of an error. */
export type StoredError = DeadBody["error"];

const Details = z.record(z.string(), z.json());
const MESSAGE_LIMIT = 8_000;
const DETAILS_LIMIT = 16_000;

/** Bounds an error for storage, without secrets: long messages are cut, details that are no JSON or too large are left out. */
export function storedError({ code, message, details }: ErrorBody): StoredError {
  const masked = maskSecrets(message.slice(0, 2 * MESSAGE_LIMIT));
  const short = masked.length > MESSAGE_LIMIT ? `${masked.slice(0, MESSAGE_LIMIT)}…` : masked;
  const kept = details === undefined ? undefined : jsonDetails(details);
  return kept === undefined ? { code, message: short } : { code, message: short, details: kept };
}

function jsonDetails(details: Readonly<Record<string, unknown>>): StoredError["details"] {
  try {
    const text = JSON.stringify(details);
    return text.length > DETAILS_LIMIT ? undefined : Details.parse(maskValue(JSON.parse(text)));
  } catch {
    return undefined; // no JSON (a circular or bigint value): the message has to do
  }
}

/** Whether another attempt may succeed: what is known to be the answer is not tried again. */
export const mayRetry = (thrown: unknown): boolean => !(thrown instanceof TroupeError) || thrown.kind === "transient";

export const failureOf = (thrown: unknown): ErrorBody => errorBodyOf(thrown, "handler_failed");

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(ERRORS, code);

/** A stored error as it is thrown to the caller of the hop that it ended. */
export function revive(error: StoredError): TroupeError {
  const { code, message, details } = error;
  return isErrorCode(code)
    ? new TroupeError(code, message, details === undefined ? {} : { details })
    : new TroupeError("handler_failed", message, { details: { ...details, code } });
}
