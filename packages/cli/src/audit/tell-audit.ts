import { type AuditEvent, AuditWriter, Subjects } from "@troupe/runtime/internal";
import type { Scope } from "../cli.ts";
import type { Reached } from "../reach.ts";

/** Puts into the audit what an operator is about to do, or has done; resolves when it is stored. Throws `unavailable`, `store_full`. */
export async function tellAudit(
  { clock, random }: Pick<Scope, "clock" | "random">,
  { link, address }: Reached,
  event: AuditEvent,
): Promise<void> {
  const writer = new AuditWriter({ link, subjects: new Subjects(address.system), source: "operator", clock, random });
  try {
    await writer.store(event);
  } finally {
    writer.close();
  }
}
