import {
  AuditEntry,
  type AuditHead,
  callService,
  decodeJson,
  AuditHead as Head,
  readAudit,
  Subjects,
} from "@troupe/runtime/internal";
import type { Reached } from "../reach.ts";

/** An entry, and where it came from. */
export interface SourcedEntry {
  readonly sequence: number;
  readonly source: string;
  readonly entry: AuditEntry;
}

/** The entries since a time, in their order. What does not parse is left out: `verify` is what judges. Throws `unavailable`. */
export async function readEntries({ link, address }: Reached, sinceMs: number): Promise<readonly SourcedEntry[]> {
  const subjects = new Subjects(address.system);
  const entries: SourcedEntry[] = [];
  for await (const { subject, sequence, body } of readAudit(link, subjects, { sinceMs })) {
    const source = subjects.parseAuditEntry(subject);
    const json = decodeJson(body);
    const entry = json.ok ? AuditEntry.safeParse(json.value) : undefined;
    if (source !== undefined && entry?.success) entries.push({ sequence, source, entry: entry.data });
  }
  return entries;
}

/** Has the leading supervisor seal everything, and say how far the chain reaches. Throws `unavailable` when none leads. */
export async function sealedHead({ link, address }: Reached): Promise<AuditHead> {
  const subjects = new Subjects(address.system);
  return Head.parse(await callService(link, subjects.supervisor("audit_head"), undefined, { ifLost: "unavailable" }));
}
