import { hostname, userInfo } from "node:os";
import { ASKED_BY_HEADER, type AuditWho } from "@troupe/runtime/internal";

/** Says who sits at this terminal, for the audit: `ada@desk`. A claim; nothing is decided by it. */
export const askedByHeader = (): Readonly<Record<string, string>> => ({ [ASKED_BY_HEADER]: claimedName() });

/** The same, in an entry of the audit that the command itself writes. */
export const operator = (): AuditWho => ({ account: "CORE", claimed: claimedName() });

const claimedName = (): string => `${userName()}@${hostname()}`.replaceAll(/[^\x21-\x7e]+/g, "_").slice(0, 200);

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a container's user need not have a name
  }
}
