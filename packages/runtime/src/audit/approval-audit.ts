import { derivedAuditId } from "./audit-writer.ts";

/** The id of an entry about an approval, the same for whoever tells of it. `hop`: the asking one for a request, else the answer's own. */
export const approvalAuditId = (task: string, hop: string, verdict: string): string =>
  derivedAuditId("approval", task, hop, verdict);
