/** Every operation of the HTTP interface as data: the routes are checked against it and the OpenAPI document is made from it. */

import type { Requirement } from "../auth/permission.ts";
import { A2A_OPERATIONS } from "./a2a-operations.ts";
import { AGENT_OPERATIONS } from "./agent-operations.ts";
import { APPROVAL_OPERATIONS } from "./approval-operations.ts";
import { CLUSTER_OPERATIONS } from "./cluster-operations.ts";
import { DEAD_LETTER_OPERATIONS } from "./dead-letter-operations.ts";
import { MCP_OPERATION } from "./mcp-operation.ts";
import { METRICS_OPERATION } from "./metrics-operation.ts";
import { OPENAI_OPERATIONS } from "./openai-operations.ts";
import type { ErrorForm, Operation } from "./operation.ts";
import { routePattern } from "./route-pattern.ts";
import { SLO_OPERATION } from "./slo-operation.ts";
import { TASK_OPERATIONS } from "./task-operations.ts";
import { USAGE_OPERATION } from "./usage-operation.ts";

export const OPERATIONS: readonly Operation[] = [
  ...TASK_OPERATIONS,
  ...AGENT_OPERATIONS,
  ...OPENAI_OPERATIONS,
  ...A2A_OPERATIONS,
  MCP_OPERATION,
  ...APPROVAL_OPERATIONS,
  ...DEAD_LETTER_OPERATIONS,
  ...CLUSTER_OPERATIONS,
  METRICS_OPERATION,
  USAGE_OPERATION,
  SLO_OPERATION,
];

/** What each route asks of its caller, by `METHOD url` in the router's form. */
export const REQUIREMENTS: ReadonlyMap<string, Requirement> = new Map(
  OPERATIONS.map(({ method, path, permission }) => [`${method} ${routePattern(path)}`, permission]),
);

/** Routes whose errors are not problem details, by `METHOD url` in the router's form. */
export const ERROR_FORMS: ReadonlyMap<string, ErrorForm> = new Map(
  OPERATIONS.flatMap(({ method, path, errorForm }) =>
    errorForm === undefined ? [] : [[`${method} ${routePattern(path)}`, errorForm] as const],
  ),
);
