/**
 * The hash chain over the audit stream. Pure. The stream's own order is the chain's order: `link(n) = H(link(n-1), digest(record n))`, with
 * sequences without a gap. A checkpoint signs a link and the digests since the one before it.
 */
import { createHash } from "node:crypto";
import type { AuditCheckpoint, AuditHead } from "../contracts/audit.ts";

/** A record of the audit stream, as the stream or an exported file holds it. */
export interface AuditRecord {
  readonly sequence: number;
  readonly subject: string;
  /** Its own headers, as `name: value` lines in order; empty when it has none. */
  readonly headers: string;
  readonly body: Uint8Array;
}

/** SHA-256 in hexadecimal over fields that cannot run into one another. */
function hashOf(...fields: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const field of fields) {
    const bytes = typeof field === "string" ? Buffer.from(field) : field;
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest("hex");
}

/** Hash of everything that a record is. */
export const digestOf = ({ sequence, subject, headers, body }: AuditRecord): string =>
  hashOf("record", String(sequence), subject, headers, body);

/** The chain before its first record. */
export const chainStart = (system: string): string => hashOf("troupe audit chain 1", system);

/** The chain after one more record. */
export const nextLink = (link: string, digest: string): string => hashOf("link", link, digest);

/** The chain after records of these digests. */
export const linkAfter = (link: string, digests: readonly string[]): string => digests.reduce(nextLink, link);

/** What of a checkpoint is signed. */
export const checkpointText = (checkpoint: AuditCheckpoint): string => signedText("checkpoint", checkpoint);

/** What of a head is signed. */
export const headText = (head: AuditHead): string => signedText("head", head);

/** Everything but the signature; sorted by name, so that a copy whose fields were reordered is still the same. */
function signedText(kind: string, value: object): string {
  const fields = Object.entries(value).filter(([name]) => name !== "signature");
  return `troupe audit ${kind} ${JSON.stringify(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)))}`;
}
