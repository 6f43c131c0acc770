/** Bodies too large for a record, by the role that wrote them. */
import type { BlobRef } from "../contracts/blob-body.ts";
import type { Subjects } from "../contracts/subjects.ts";
import { MAX_BODY_BYTES } from "../contracts/task.ts";
import type { Link } from "./connection.ts";
import { type ContentPlace, readContent, storeContent } from "./content.ts";
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

export function createBlobs({ link, publisher, subjects }: BlobsOptions): Blobs {
  const placeOf = (role: string): ContentPlace => ({
    stream: subjects.stream("BLOBS"),
    subjectOf: (sha256, chunk) => subjects.blob(role, sha256, chunk),
    limitBytes: MAX_BODY_BYTES,
    what: "blob",
  });
  return {
    put: async (role, bytes) => ({ role, ...(await storeContent(publisher, placeOf(role), bytes)) }),
    get: ({ role, ...ref }) => readContent(link, placeOf(role), ref),
  };
}
