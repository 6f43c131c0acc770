/**
 * Bytes too large for one message: write-once chunks under the hash of the whole, so that the same content is stored once and a damaged or
 * forged chunk is noticed.
 */
import { createHash } from "node:crypto";
import { INLINE_BODY_BYTES } from "../contracts/task.ts";
import { TroupeError } from "../errors.ts";
import type { Link } from "./connection.ts";
import { directGetLast } from "./direct-get.ts";
import type { Publisher } from "./publisher.ts";

/** What content is called by. */
export interface ContentRef {
  /** Hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Where content of one kind lies. */
export interface ContentPlace {
  readonly stream: string;
  readonly subjectOf: (sha256: string, chunk: number) => string;
  readonly limitBytes: number;
  /** What it is called in errors: `blob`, `bundle`. */
  readonly what: string;
}

const CHUNK_BYTES = INLINE_BODY_BYTES;
const ATTEMPTS = 5;
/** Chunks in flight at once: bounds memory and what a slow server has to buffer. */
const IN_FLIGHT = 4;

/** Stores bytes. Throws `body_too_large`, `store_full`, `unavailable`. Safe to repeat. */
export async function storeContent(publisher: Publisher, place: ContentPlace, bytes: Uint8Array): Promise<ContentRef> {
  const { limitBytes, what, subjectOf } = place;
  if (bytes.length > limitBytes) {
    throw new TroupeError("body_too_large", `the ${what} has ${bytes.length} bytes; the limit is ${limitBytes}`, {
      details: { limit: limitBytes },
    });
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await overChunks(bytes.length, (index) =>
    storeChunk(publisher, subjectOf(sha256, index), bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)),
  );
  return { sha256, bytes: bytes.length };
}

/** Reads bytes and checks their hash. Throws `malformed_record` when they are missing or not what was stored, `unavailable`. */
export async function readContent(link: Link, place: ContentPlace, { sha256, bytes }: ContentRef): Promise<Uint8Array> {
  const { limitBytes, what, subjectOf, stream } = place;
  if (bytes > limitBytes) throw new TroupeError("malformed_record", `a ${what} of ${bytes} bytes is over the limit`);
  const chunks = await overChunks(bytes, (index) => readChunk(link, stream, subjectOf(sha256, index)));
  const whole = Buffer.concat(chunks);
  if (createHash("sha256").update(whole).digest("hex") === sha256) return whole;
  throw new TroupeError("malformed_record", `${what} ${sha256} is not what was stored`);
}

async function storeChunk(publisher: Publisher, subject: string, bytes: Uint8Array): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const outcome = await publisher.publish(subject, bytes);
    if (outcome.kind === "stored" || outcome.kind === "exists") return;
    if (outcome.kind === "full") throw new TroupeError("store_full", `${subject}: ${outcome.text}`);
    if (outcome.kind === "refused")
      throw new TroupeError("wrong_server", `${subject}: ${outcome.code} ${outcome.text}`);
  }
  throw new TroupeError("unavailable", `${subject} was not acknowledged`);
}

async function readChunk(link: Link, stream: string, subject: string): Promise<Uint8Array> {
  const message = await directGetLast(link, stream, subject);
  if (!message) throw new TroupeError("malformed_record", `${subject} is missing`);
  return message.body;
}

/** Runs `work` for every chunk, a few at a time; results in order. Nothing has one empty chunk. */
async function overChunks<R>(bytes: number, work: (index: number) => Promise<R>): Promise<R[]> {
  const count = Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
  const results: R[] = [];
  for (let from = 0; from < count; from += IN_FLIGHT) {
    const group = Array.from({ length: Math.min(IN_FLIGHT, count - from) }, (_, offset) => work(from + offset));
    results.push(...(await Promise.all(group)));
  }
  return results;
}
