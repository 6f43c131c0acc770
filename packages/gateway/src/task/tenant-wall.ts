/** Tenants are walls: whose a task is, and who may see it. Pure. */
import type { TaskRecord } from "@troupe/runtime/internal";
import type { Caller } from "./task-api.ts";

/** The tenant that a task was submitted for; `undefined` for one that was never started, as far as these records say. */
export function tenantOf(records: readonly TaskRecord[]): string | undefined {
  const start = records.find(({ subject }) => subject.hop === "start" && subject.from === "client");
  return start?.header?.passport?.tenant;
}

/** Whether a task of this tenant is out of the caller's sight. A task that nobody can name the tenant of is nobody's. */
export const isOutside = (caller: Caller, tenant: string | undefined): boolean =>
  caller.isWalled && tenant !== caller.tenant;
