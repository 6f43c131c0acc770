/** The body of a submission: plain text, or the JSON form of a task. Pure. */
import {
  formatProblem,
  MAX_BODY_BYTES,
  MAX_BODY_DEPTH,
  type Problem,
  problemsOf,
  TaskRequest,
  TroupeError,
} from "@troupe/runtime/internal";
import type { z } from "zod";

/** What a body may be. Bytes and levels. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

export const BODY_LIMITS: BodyLimits = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };

/** Strict: bytes that are no UTF-8 throw. A byte order mark is dropped. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a submission. A JSON object must be a {@link TaskRequest}; everything else (text, broken JSON, a number, a list) is text: the
 * input itself, verbatim. `Content-Type: text/plain` makes an object text as well. Throws `invalid_request` or `body_too_large`.
 */
export function parseTaskBody(bytes: Uint8Array, contentType = "", limits: BodyLimits = BODY_LIMITS): TaskRequest {
  if (bytes.byteLength > limits.maxBytes) throw bodyTooLarge(bytes.byteLength, limits.maxBytes);
  const text = decodeText(bytes);
  if (text.trim() === "") throw invalidRequest("a task needs an input", [{ path: "", value: "", reason: "is empty" }]);
  if (isPlainText(contentType) || !text.trimStart().startsWith("{")) return { input: text };
  if (nestingOf(text) > limits.maxDepth) throw tooDeep(limits.maxDepth);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Prompts may begin with a brace; only what says that it is JSON has to be.
    if (contentType.includes("json")) throw invalidRequest("the body is not JSON", []);
    return { input: text };
  }
  return parseRequest(TaskRequest, value, "the task");
}

/** Parses a value by a schema of ours. Throws `invalid_request` that lists every problem with its path. */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidRequest(`${what} does not have the right form`, problemsOf(parsed.error, value));
}

/** Parses JSON from outside: size, UTF-8 and depth are checked first, so that no body can blow the stack. Throws `invalid_request`. */
export function parseJsonBody(bytes: Uint8Array, limits: BodyLimits = BODY_LIMITS): unknown {
  if (bytes.byteLength > limits.maxBytes) throw bodyTooLarge(bytes.byteLength, limits.maxBytes);
  const text = decodeText(bytes);
  if (nestingOf(text) > limits.maxDepth) throw tooDeep(limits.maxDepth);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest("the body is not JSON", []);
  }
}

export function bodyTooLarge(bytes: number | undefined, limit: number): TroupeError {
  const size = bytes === undefined ? "the body" : `the body has ${bytes} bytes, which`;
  return new TroupeError("body_too_large", `${size} is over the limit of ${limit} bytes`, {
    details: { limit_bytes: limit },
  });
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalidRequest("the body is not UTF-8 text", []);
  }
}

const isPlainText = (contentType: string): boolean => contentType.trim().toLowerCase().startsWith("text/plain");

function tooDeep(maxDepth: number): TroupeError {
  return invalidRequest("the body is nested too deeply", [
    { path: "", value: undefined, reason: `at most ${maxDepth} levels are accepted` },
  ]);
}

function invalidRequest(what: string, problems: readonly Problem[]): TroupeError {
  const lines = problems.map((problem) => formatProblem(problem).replace("(whole file)", "(body)"));
  const message = lines.length === 0 ? what : `${what}: ${lines.join("; ")}`;
  return new TroupeError("invalid_request", message.slice(0, 4_000), {
    details: problems.length === 0 ? {} : { problems: problems.map(({ path, reason }) => ({ path, reason })) },
  });
}

/** Deepest nesting of brackets in JSON text, strings left out. Linear and without recursion. */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (isInString) {
      if (c === BACKSLASH) i++;
      else if (c === QUOTE) isInString = false;
    } else if (c === QUOTE) isInString = true;
    else if (c === BRACE || c === BRACKET) deepest = Math.max(deepest, ++depth);
    else if (c === END_BRACE || c === END_BRACKET) depth--;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const END_BRACE = 0x7d;
const BRACKET = 0x5b;
const END_BRACKET = 0x5d;
