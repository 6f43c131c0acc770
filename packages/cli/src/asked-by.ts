import { hostname, userInfo } from "node:os";
import { ASKED_BY_HEADER } from "@troupe/runtime/internal";

/** Says who sits at this terminal, for the audit: `ada@desk`. A claim; nothing is decided by it. */
export function askedByHeader(): Readonly<Record<string, string>> {
  const name = `${userName()}@${hostname()}`.replaceAll(/[^\x21-\x7e]+/g, "_").slice(0, 200);
  return { [ASKED_BY_HEADER]: name };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a container's user need not have a name
  }
}
