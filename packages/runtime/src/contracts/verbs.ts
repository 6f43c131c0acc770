/** What the services of a system can be asked. */

/** Verbs of the `<sys>.task.*` services. */
export const TASK_VERBS = ["get", "list", "watch", "cancel", "log", "signal", "retry"] as const;
export type TaskVerb = (typeof TASK_VERBS)[number];
/** Verbs of the `<sys>.node.<node>.*` services. */
export const NODE_VERBS = ["probe", "held", "stop", "drain", "declared_dead"] as const;
export type NodeVerb = (typeof NODE_VERBS)[number];
/** Verbs of the `<sys>.supervisor.*` services that any client may ask. */
export const SUPERVISOR_READ_VERBS = [
  "health",
  "nodes",
  "actors",
  "queues",
  "tasks",
  "placement",
  "operation",
  "events",
] as const;
/** Verbs of the `<sys>.supervisor.*` services that are for operators: they change something, or tell of all tenants at once. */
export const SUPERVISOR_OPERATOR_VERBS = [
  "deploy",
  "migrate",
  "pause",
  "resume",
  "scale",
  "restart",
  "stop",
  "drain",
  "revoke_edge",
  "audit_head",
  "usage",
  "slo",
  "approvals",
  "dead_letters",
  "dead_letter",
  "dead_letter_retry",
  "dead_letter_answer",
  "dead_letter_drop",
] as const;
/** Verbs of the `<sys>.approvals.*` services. */
export const APPROVAL_VERBS = ["list", "show", "decide"] as const;
export type ApprovalVerb = (typeof APPROVAL_VERBS)[number];
