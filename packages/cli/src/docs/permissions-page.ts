import {
  ACCESS_ROLE_NAMES,
  ACCESS_ROLES,
  OPERATIONS,
  PERMISSION_NAMES,
  PERMISSIONS,
  type Requirement,
} from "@troupe/gateway/internal";
import { markdownTable } from "./markdown-table.ts";

const hasRole = (role: keyof typeof ACCESS_ROLES, requirement: Requirement): boolean =>
  requirement === "public" || ACCESS_ROLES[role].some((permission) => permission === requirement);

const ticks = (requirement: Requirement): readonly string[] =>
  ACCESS_ROLE_NAMES.map((role) => (hasRole(role, requirement) ? "yes" : ""));

/** Who may do what over HTTP, as a page: the matrix that routes are refused by, and what each operation asks for. */
export function permissionsPage(): string {
  const matrix = PERMISSION_NAMES.map((name) => [`\`${name}\``, PERMISSIONS[name], ...ticks(name)]);
  const operations = OPERATIONS.map(({ method, path, permission }) => [
    `\`${method} ${path}\``,
    permission === "public" ? "everybody" : `\`${permission}\``,
    ...ticks(permission),
  ]);
  return `${[
    "# Permissions",
    "",
    "Generated from the code of the gateway by `npm run docs`; do not edit.",
    "",
    "Where callers [sign in](auth.md), each has access roles, and these stand for permissions. A token may also carry permissions by themselves,",
    "in `scope`. Callers without credentials, where such are let in, have `agent:chat` alone. A route that names no permission takes",
    "administrators only.",
    "",
    ...markdownTable(["permission", "to", ...ACCESS_ROLE_NAMES], matrix),
    "",
    "## Operations",
    "",
    ...markdownTable(["operation", "permission", ...ACCESS_ROLE_NAMES], operations),
  ].join("\n")}\n`;
}
