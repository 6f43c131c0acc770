/** Every operation of the HTTP interface as data: the routes are checked against it and the OpenAPI document is made from it. */

import type { Requirement } from "../auth/permission.ts";
import { AGENT_OPERATIONS } from "./agent-operations.ts";
import { CLUSTER_OPERATIONS } from "./cluster-operations.ts";
import { APPROVAL_OPERATIONS } from "./approval-operations.ts";
import { METRICS_OPERATION } from "./metrics-operation.ts";
import { OPENAI_OPERATIONS } from "./openai-operations.ts";
import type { Operation } from "./operation.ts";
import { TASK_OPERATIONS } from "./task-operations.ts";
import { USAGE_OPERATION } from "./usage-operation.ts";

export const OPERATIONS: readonly Operation[] = [
  ...TASK_OPERATIONS,
  ...AGENT_OPERATIONS,
  ...OPENAI_OPERATIONS,
  ...CLUSTER_OPERATIONS,
  METRICS_OPERATION,
  USAGE_OPERATION,
];

/** What each route asks of its caller, by `METHOD url` in the router's form. */
export const REQUIREMENTS: ReadonlyMap<string, Requirement> = new Map(
  OPERATIONS.map(({ method, path, permission }) => [`${method} ${path.replace("{id}", ":id")}`, permission]),
);
