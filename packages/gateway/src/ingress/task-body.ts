/** The body of a submission: plain text, or the JSON form of a task. Pure. */
import {
  type Decoded,
  type DecodeLimits,
  decodeJson,
  formatProblem,
  MAX_BODY_BYTES,
  MAX_BODY_DEPTH,
  type Problem,
  problemsOf,
  TaskRequest,
  TroupeError,
} from "@troupe/runtime/internal";
import type { z } from "zod";

/** What a body may be. */
export const BODY_LIMITS: DecodeLimits = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };

/** Strict: bytes that are no UTF-8 throw. A byte order mark is dropped. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a submission. A JSON object must be a {@link TaskRequest}; everything else (text, broken JSON, a number, a list) is text: the
 * input itself, verbatim. `Content-Type: text/plain` makes an object text as well. Throws `invalid_request` or `body_too_large`.
 */
export function parseTaskBody(bytes: Uint8Array, contentType = "", limits: DecodeLimits = BODY_LIMITS): TaskRequest {
  const text = textBody(bytes, limits);
  if (isPlainText(contentType) || !text.trimStart().startsWith("{")) return { input: text };
  const decoded = decodeJson(bytes, limits);
  // Prompts may begin with a brace; only what says that it is JSON has to be.
  if (!decoded.ok && !contentType.includes("json") && !isJson(text)) return { input: text };
  return parseRequest(TaskRequest, requireDecoded(decoded, bytes, limits), "the task");
}

/** A body that is text and nothing else. Throws `invalid_request`, also for a blank one, or `body_too_large`. */
export function textBody(bytes: Uint8Array, limits: DecodeLimits = BODY_LIMITS): string {
  if (bytes.byteLength > limits.maxBytes) throw bodyTooLarge(bytes.byteLength, limits.maxBytes);
  const text = decodeText(bytes);
  if (text.trim() !== "") return text;
  throw invalidRequest("a task needs an input", [{ path: "", value: "", reason: "is empty" }]);
}

/** Parses a value by a schema of ours. Throws `invalid_request` that lists every problem with its path. */
export function parseRequest<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalidRequest(`${what} does not have the right form`, problemsOf(parsed.error, value));
}

/** Parses JSON from outside: size, UTF-8 and depth are checked first, so that no body can blow the stack. Throws `invalid_request`. */
export function parseJsonBody(bytes: Uint8Array, limits: DecodeLimits = BODY_LIMITS): unknown {
  return requireDecoded(decodeJson(bytes, limits), bytes, limits);
}

function requireDecoded(decoded: Decoded, bytes: Uint8Array, limits: DecodeLimits): unknown {
  if (decoded.ok) return decoded.value;
  if (decoded.code === "body_too_large") throw bodyTooLarge(bytes.byteLength, limits.maxBytes);
  throw invalidRequest(`the body is refused: ${decoded.reason}`, []);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
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

/** An answer does not grow with what it refuses. */
const MOST_PROBLEMS = 20;
const LONGEST_REASON = 300;

const shownProblems = (problems: readonly Problem[]) =>
  problems
    .slice(0, MOST_PROBLEMS)
    .map(({ path, reason }) => ({ path: path.slice(0, LONGEST_REASON), reason: reason.slice(0, LONGEST_REASON) }));

function invalidRequest(what: string, problems: readonly Problem[]): TroupeError {
  const lines = problems
    .slice(0, MOST_PROBLEMS)
    .map((problem) => formatProblem(problem).replace("(whole file)", "(body)"));
  const message = lines.length === 0 ? what : `${what}: ${lines.join("; ")}`;
  return new TroupeError("invalid_request", message.slice(0, 4_000), {
    details: problems.length === 0 ? {} : { problems: shownProblems(problems) },
  });
}
