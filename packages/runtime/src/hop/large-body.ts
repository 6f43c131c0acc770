/**
 * Bodies too large for a record (R-TASK-8): stored beside the log before the record that names them, and read before a handler sees them.
 * They lie under the hash of their content, so a crash in between leaves nothing but bytes that the next attempt finds there already.
 */
import { decodeBody } from "../codec/body.ts";
import { BlobBody, type BlobRef } from "../contracts/blob-body.ts";
import { INLINE_BODY_BYTES, MAX_BODY_BYTES, MAX_BODY_DEPTH } from "../contracts/task.ts";
import { messageOf, TroupeError } from "../errors.ts";
import type { BodyEncoding } from "../log/task-log.ts";
import { bytesOf } from "./body.ts";
import type { Plan } from "./commit.ts";
import type { Execution } from "./execution.ts";
import { park } from "./signals.ts";

/** What a record puts around the bodies in it, and around each of them, at most. */
const RECORD_BYTES = 1_024;
const OUTPUT_BYTES = 192;

const LIMITS = { maxBytes: MAX_BODY_BYTES, maxDepth: MAX_BODY_DEPTH };

type Stored = Exclude<Plan, { kind: "dead" }>;

/** The plan with every body that does not fit in its record replaced by a reference, and what it names stored. */
export function carriedPlan(x: Execution, plan: Stored): Stored | Promise<Stored> {
  if (x.ports.largeBodies === undefined) return plan;
  if (plan.kind !== "fan") return fits(plan.json) ? plan : carryOne(x, plan);
  const texts = plan.messages.map(({ json }) => json);
  return fits(...texts) ? plan : carryFan(x, plan);
}

async function carryOne(x: Execution, plan: Exclude<Stored, { kind: "fan" }>): Promise<Stored> {
  const [json = plan.json] = await carry(x, [plan.json]);
  return { ...plan, json };
}

async function carryFan(x: Execution, plan: Extract<Stored, { kind: "fan" }>): Promise<Stored> {
  const { messages } = plan;
  const texts = await carry(
    x,
    messages.map(({ json }) => json),
  );
  return { ...plan, messages: messages.map(({ to, json }, index) => ({ to, json: texts[index] ?? json })) };
}

/** The JSON texts that go together into one record, the large ones among them as references. */
export async function carry(x: Execution, texts: readonly string[]): Promise<readonly string[]> {
  if (x.ports.largeBodies === undefined || fits(...texts)) return texts;
  // A fair share each: whatever is below it fits together with all the others.
  const share = Math.floor(roomFor(texts.length) / texts.length);
  const carried: string[] = [];
  for (const text of texts) {
    const bytes = bytesOf(text);
    carried.push(bytes.length <= share ? text : JSON.stringify({ $blob: await storeLarge(x, bytes) }));
  }
  return carried;
}

const roomFor = (bodies: number): number => INLINE_BODY_BYTES - RECORD_BYTES - bodies * OUTPUT_BYTES;

function fits(...texts: readonly string[]): boolean {
  const room = roomFor(texts.length);
  // A UTF-16 unit becomes at most three bytes: most bodies need no count.
  const units = texts.reduce((sum, text) => sum + text.length, 0);
  return units * 3 <= room || texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= room;
}

/** Stores bytes of this role. Throws `body_too_large`; ends the execution when the store does not take them in time. */
export async function storeLarge(x: Execution, bytes: Uint8Array): Promise<BlobRef> {
  const { largeBodies } = x.ports;
  if (largeBodies === undefined) throw new TroupeError("body_too_large", "there is no store for large bodies here");
  const patience = x.patience();
  for (;;) {
    x.assertMayWrite();
    try {
      return await largeBodies.put(bytes);
    } catch (thrown) {
      if (TroupeError.is(thrown, "body_too_large")) throw thrown;
      await patience.again(`a body of ${bytes.length} bytes was not stored: ${messageOf(thrown)}`);
    }
  }
}

/** The reference that a body is, if it is one. */
export function referenceIn(value: unknown): BlobRef | undefined {
  if (typeof value !== "object" || value === null || !("$blob" in value)) return undefined;
  const reference = BlobBody.safeParse(value);
  return reference.success ? reference.data.$blob : undefined;
}

/** A body, or what it refers to. Throws `Park` when that is missing, damaged or does not parse. */
export function resolveBody(x: Execution, value: unknown, what: string): unknown {
  const reference = x.ports.largeBodies === undefined ? undefined : referenceIn(value);
  return reference === undefined ? value : readLarge(x, reference, "json", what);
}

/** The content of a reference. Throws `Park` when it is missing, damaged or does not parse; asks again while the store is away. */
export async function readLarge(
  x: Execution,
  reference: BlobRef,
  encoding: BodyEncoding,
  what: string,
): Promise<unknown> {
  const decoded = decodeBody(encoding, await fetchLarge(x, reference, what), LIMITS);
  if (decoded.ok) return decoded.value;
  throw park("malformed_record", `${what} does not parse: ${decoded.reason}`, { ...reference });
}

async function fetchLarge(x: Execution, reference: BlobRef, what: string): Promise<Uint8Array> {
  const { largeBodies } = x.ports;
  if (largeBodies === undefined) {
    throw park("malformed_record", `${what} lies in a store that is not here`, { ...reference });
  }
  const patience = x.patience();
  for (;;) {
    x.assertMayWrite();
    try {
      return await largeBodies.get(reference);
    } catch (thrown) {
      if (TroupeError.is(thrown, "malformed_record")) {
        throw park("malformed_record", `${what} cannot be read: ${thrown.message}`, { ...reference });
      }
      await patience.again(`${what} cannot be read: ${messageOf(thrown)}`);
    }
  }
}
