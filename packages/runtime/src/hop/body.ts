/** Bodies of records, bounded when written and checked by a schema when read. */
import type { ZodError, ZodType, z } from "zod";
import type { Json } from "../actor/outcome.ts";
import { decodeBody, encodeBody } from "../codec/body.ts";
import { INLINE_BODY_BYTES } from "../contracts/task.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { BodyEncoding, StoredRecord } from "../log/task-log.ts";

type JSONType = z.infer<ReturnType<typeof z.json>>;

export const bytesOf = (text: string): Uint8Array => Buffer.from(text);

/** JSON text of a value. Throws `invalid_request` for what JSON cannot hold, `body_too_large` above the limit. */
export function jsonText(value: unknown, what: string, maxBytes: number = INLINE_BODY_BYTES): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw new TroupeError("invalid_request", `${what} is no JSON: ${messageOf(cause)}`, { cause });
  }
  if (text === undefined) throw new TroupeError("invalid_request", `${what} is no JSON but ${typeof value}`);
  // A UTF-16 unit becomes at most three bytes: most bodies need no count.
  if (text.length * 3 > maxBytes) assertFits(Buffer.byteLength(text), what, maxBytes);
  return text;
}

/** The same JSON, as the schemas' type of it. */
export function mutableJson(value: Json): JSONType {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON either way; the schemas' type only lacks `readonly`
  return value as JSONType;
}

/** A value of this role's own, as JSON or what else it takes. Throws `invalid_request` or `body_too_large`. */
export function encodeOwn(
  value: unknown,
  what: string,
): { readonly encoding: BodyEncoding; readonly body: Uint8Array } {
  const { encoding, bytes } = encodeBody(value);
  assertFits(bytes.length, what, INLINE_BODY_BYTES);
  return { encoding, body: bytes };
}

/** Throws `body_too_large` with the limit. */
export function assertFits(bytes: number, what: string, limit: number): void {
  if (bytes <= limit) return;
  throw new TroupeError("body_too_large", `${what} has ${bytes} bytes; the limit is ${limit}`, { details: { limit } });
}

/** What a record's body says, or why it says nothing. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string };

/** Decodes a body and checks it. Never throws. */
export function readBody<T>(schema: ZodType<T>, record: Pick<StoredRecord, "encoding" | "body">): Read<T> {
  const decoded = decodeBody(record.encoding, record.body);
  if (!decoded.ok) return { ok: false, reason: decoded.reason };
  const parsed = schema.safeParse(decoded.value);
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, reason: firstIssue(parsed.error) };
}

/** First issue of a failed check, as `path: message`. */
export function firstIssue(error: ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? "does not match" : `${issue.path.map(String).join(".") || "body"}: ${issue.message}`;
}
