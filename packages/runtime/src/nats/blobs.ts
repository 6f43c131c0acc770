/**
 * Bodies too large for a record: write-once chunks under the hash of the whole, so that the same content is stored once and a damaged or
 * forged chunk is noticed.
 */
import { createHash } from "node:crypto";
import type { BlobRef } from "../contracts/blob-body.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { INLINE_BODY_BYTES, MAX_BODY_BYTES } from "../contracts/task.ts";
import { TroupeError } from "../errors.ts";
import type { Link } from "./connection.ts";
import { directGetLast } from "./direct-get.ts";
import type { Publisher } from "./publisher.ts";

export interface Blobs {
  /** Stores bytes, at most 64 MiB. Throws `body_too_large`, `store_full`, `unavailable`. Safe to repeat. */
  put(role: string, bytes: Uint8Array): Promise<BlobRef>;
  /** Reads bytes and checks their hash. Throws `malformed_record` when they are missing or not what was stored, `unavailable`. */
  get(ref: BlobRef): Promise<Uint8Array>;
}

export interface BlobsOptions {
  readonly link: Link;
  readonly publisher: Publisher;
  readonly subjects: Subjects;
}

const CHUNK_BYTES = INLINE_BODY_BYTES;
const ATTEMPTS = 5;
/** Chunks in flight at once: bounds memory and what a slow server has to buffer. */
const IN_FLIGHT = 4;

export function createBlobs({ link, publisher, subjects }: BlobsOptions): Blobs {
  const putChunk = async (subject: string, bytes: Uint8Array) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = await publisher.publish(subject, bytes);
      if (outcome.kind === "stored" || outcome.kind === "exists") return;
      if (outcome.kind === "full") throw new TroupeError("store_full", `${subject}: ${outcome.text}`);
      if (outcome.kind === "refused")
        throw new TroupeError("wrong_server", `${subject}: ${outcome.code} ${outcome.text}`);
    }
    throw new TroupeError("unavailable", `${subject} was not acknowledged`);
  };
  const getChunk = async (subject: string) => {
    const message = await directGetLast(link, subjects.stream("BLOBS"), subject);
    if (!message) throw new TroupeError("malformed_record", `${subject} is missing`);
    return message.body;
  };
  return {
    put: async (role, bytes) => {
      if (bytes.length > MAX_BODY_BYTES) {
        throw new TroupeError("body_too_large", `the body has ${bytes.length} bytes; the limit is ${MAX_BODY_BYTES}`, {
          details: { limit: MAX_BODY_BYTES },
        });
      }
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      await overChunks(bytes.length, (index) =>
        putChunk(subjects.blob(role, sha256, index), bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)),
      );
      return { role, sha256, bytes: bytes.length };
    },
    get: async ({ role, sha256, bytes }) => {
      if (bytes > MAX_BODY_BYTES)
        throw new TroupeError("malformed_record", `a blob of ${bytes} bytes is over the limit`);
      const chunks = await overChunks(bytes, (index) => getChunk(subjects.blob(role, sha256, index)));
      const whole = Buffer.concat(chunks);
      if (createHash("sha256").update(whole).digest("hex") === sha256) return whole;
      throw new TroupeError("malformed_record", `blob ${sha256} of ${role} is not what was stored`);
    },
  };
}

/** Runs `work` for every chunk of a body, a few at a time; results in order. An empty body has one empty chunk. */
async function overChunks<R>(bytes: number, work: (index: number) => Promise<R>): Promise<R[]> {
  const count = Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
  const results: R[] = [];
  for (let from = 0; from < count; from += IN_FLIGHT) {
    const group = Array.from({ length: Math.min(IN_FLIGHT, count - from) }, (_, offset) => work(from + offset));
    results.push(...(await Promise.all(group)));
  }
  return results;
}
