/** Whether a principal may do what an operation asks for. Pure. */
import { TroupeError } from "@troupe/runtime/internal";
import { ACCESS_ROLE_NAMES, ACCESS_ROLES, type Requirement } from "./permission.ts";
import type { Principal } from "./principal.ts";

export const isAllowed = ({ permissions }: Pick<Principal, "permissions">, requirement: Requirement): boolean =>
  requirement === "public" || permissions.has(requirement);

/** The access roles that have a permission, for who lacks it. */
const rolesWith = (requirement: Requirement): string =>
  ACCESS_ROLE_NAMES.filter((role) => ACCESS_ROLES[role].some((permission) => permission === requirement)).join(", ");

/** Throws `forbidden` with the permission that is missing and who has it. */
export function requireAllowed(principal: Principal, requirement: Requirement): void {
  if (isAllowed(principal, requirement)) return;
  throw new TroupeError(
    "forbidden",
    `this needs the permission ${requirement}, which these access roles have: ${rolesWith(requirement)}`,
    { details: { permission: requirement } },
  );
}
