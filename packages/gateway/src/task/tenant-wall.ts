/** Tenants are walls: whose a task is, and who may see it. Pure. */
import type { TaskRecord } from "@troupe/runtime/internal";
import type { Caller } from "./task-api.ts";

const isStart = ({ subject }: TaskRecord): boolean => subject.hop === "start" && subject.from === "client";

/**
 * The tenant that a task was submitted for: its start says so, or the end that a gateway gave to a task which never started. What
 * roles write on the way does not count.
 */
export function tenantOf(records: readonly TaskRecord[]): string | undefined {
  const told = records.find(isStart) ?? records.find(({ subject }) => subject.name.class === "t");
  return told?.header?.passport?.tenant;
}

/** Whether a task of this tenant is out of the caller's sight. A task that nobody can name the tenant of is nobody's. */
export const isOutside = (caller: Caller, tenant: string | undefined): boolean =>
  caller.isWalled && tenant !== caller.tenant;
