import type { Violation } from "../../../support/invariants.ts";
import type { Round } from "../evidence.ts";

const invariant = "tenants apart";

/** A task belongs to the tenant that submitted it; to another one it is not there, and to its own it is. */
export function tenantsApart({ history, tenantOf, looks }: Round): Violation[] {
  const owned = [...tenantOf].flatMap(([task, tenant]) => {
    const stored = history.tasks.get(task)?.start?.header.passport?.tenant;
    return stored === undefined || stored === tenant
      ? []
      : [{ invariant, task, detail: `submitted by ${tenant}, stored as one of ${stored}` }];
  });
  const looked = looks.flatMap(({ task, what, isOwn, status }) => {
    const isRight = isOwn ? status === 200 : status === 404;
    return isRight
      ? []
      : [{ invariant, task, detail: `${what} by ${isOwn ? "its own" : "another"} tenant: ${status}` }];
  });
  return [...owned, ...looked];
}
