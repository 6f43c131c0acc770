/** Code of systems, as it was deployed: who deploys stores it, nodes read it (ADR 0050). */
import { jetstreamManager } from "@nats-io/jetstream";
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

/** The hashes of all bundles that are stored, also of those that are stored in part. Needs CORE's rights. */
export async function storedBundles(link: Link, subjects: Subjects): Promise<ReadonlySet<string>> {
  const { streams } = await jetstreamManager(link.nc, { checkAPI: false });
  const all = { subjects_filter: subjects.bundle("*", "*") };
  const { state } = await streams.info(subjects.stream("BUNDLES"), all);
  return new Set(Object.keys(state.subjects ?? {}).map((subject) => subject.split(".").at(-2) ?? ""));
}

/** Removes a bundle. Needs CORE's rights. When it rejects, the bundle may be gone, in part or not at all. */
export async function removeBundle(link: Link, subjects: Subjects, sha256: string): Promise<void> {
  const { streams } = await jetstreamManager(link.nc, { checkAPI: false });
  await streams.purge(subjects.stream("BUNDLES"), { filter: subjects.bundle(sha256, "*") });
}
