import type { Subjects } from "../contracts/subjects.ts";
import type { Link } from "../nats/connection.ts";
import { ANSWER_HEADERS, directGetBatch, type StoredMessage } from "../nats/direct-get.ts";
import type { AuditRecord } from "./chain.ts";

/** Which records to read: those from a sequence on (default the first), or those stored since a time. */
export type AuditRange = { readonly from?: number } | { readonly sinceMs: number };

/** The records of the audit stream in their order. `link` is one of CORE. Throws `unavailable`. */
export async function* readAudit(link: Link, subjects: Subjects, range: AuditRange = {}): AsyncGenerator<AuditRecord> {
  const query = { filter: subjects.audit(), ...range };
  for await (const message of directGetBatch(link, subjects.stream("AUDIT"), query)) yield auditRecordOf(message);
}

/** A stored message without what the server added to it. */
export function auditRecordOf({ subject, sequence, headers, body }: StoredMessage): AuditRecord {
  const own = headers.keys().filter((name) => !ANSWER_HEADERS.has(name));
  const lines = own.toSorted().flatMap((name) => headers.values(name).map((value) => `${name}: ${value}`));
  return { sequence, subject, headers: lines.join("\n"), body };
}
