/** Who may do what over HTTP: the one matrix. `docs/auth.md` is generated from it, every route is refused by it. Pure. */

/** What an operation of the HTTP interface asks of its caller. */
export const PERMISSIONS = {
  "agent:chat": "talk to agents and models, and read the answers",
  "task:submit": "submit tasks; cancel, signal and retry them",
  "task:read": "list, read and watch tasks; see what waits for approval",
  "approval:decide": "approve or deny what waits for a person",
  "metrics:read": "see the cluster, figures and usage",
  operate: "pause, resume, scale, restart and move roles; drain nodes",
  deploy: "deploy systems and roll them back",
  admin: "see every actor; stop roles; shut down",
} as const;
export type Permission = keyof typeof PERMISSIONS;
export const PERMISSION_NAMES = [
  "agent:chat",
  "task:submit",
  "task:read",
  "approval:decide",
  "metrics:read",
  "operate",
  "deploy",
  "admin",
] as const satisfies readonly Permission[];

/** What each access role of a principal stands for. Roles of the graph are something else: they never appear here. */
export const ACCESS_ROLES = {
  viewer: ["task:read", "metrics:read"],
  user: ["agent:chat", "task:submit", "task:read"],
  approver: ["task:read", "approval:decide"],
  operator: ["agent:chat", "task:submit", "task:read", "approval:decide", "metrics:read", "operate"],
  admin: ["agent:chat", "task:submit", "task:read", "approval:decide", "metrics:read", "operate", "deploy", "admin"],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;
export type AccessRole = keyof typeof ACCESS_ROLES;
export const ACCESS_ROLE_NAMES = [
  "viewer",
  "user",
  "approver",
  "operator",
  "admin",
] as const satisfies readonly AccessRole[];

/** What an operation asks for: a permission, or nothing at all. */
export type Requirement = Permission | "public";

/** Everything that the named access roles stand for; names that are none stand for nothing. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  return new Set(ACCESS_ROLE_NAMES.filter((role) => roles.includes(role)).flatMap((role) => [...ACCESS_ROLES[role]]));
}
