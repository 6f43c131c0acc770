/** Code of systems, as it was deployed: who deploys stores it, nodes read it (ADR 0050). */
import type { Subjects } from "../contracts/subjects.ts";
import { MAX_BUNDLE_BYTES } from "../contracts/system.ts";
import type { Link } from "./connection.ts";
import { type ContentPlace, type ContentRef, readContent, storeContent } from "./content.ts";
import type { Publisher } from "./publisher.ts";

const placeOf = (subjects: Subjects): ContentPlace => ({
  stream: subjects.stream("BUNDLES"),
  subjectOf: (sha256, chunk) => subjects.bundle(sha256, chunk),
  limitBytes: MAX_BUNDLE_BYTES,
  what: "bundle",
});

/** Stores a bundle. Throws `body_too_large`, `store_full`, `unavailable`. Safe to repeat: the same code is stored once. */
export const storeBundle = (publisher: Publisher, subjects: Subjects, code: Uint8Array): Promise<ContentRef> =>
  storeContent(publisher, placeOf(subjects), code);

/** Reads a bundle and checks its hash. Throws `malformed_record` when it is missing or not what was stored, `unavailable`. */
export const readBundle = (link: Link, subjects: Subjects, bundle: ContentRef): Promise<Uint8Array> =>
  readContent(link, placeOf(subjects), bundle);
