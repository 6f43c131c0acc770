export { actor } from "./actor/actor.ts";
export type { ApprovalAnswer, ApprovalRequest } from "./actor/approval.ts";
export type {
  AskedCall,
  Context,
  HandlerLog,
  JoinAnswer,
  Need,
  SettledAnswer,
  StateAccess,
  StepOptions,
  StepScope,
} from "./actor/context.ts";
export type { RoleDefinition, RoleInstance, RoleSettings } from "./actor/define.ts";
export { defineSystem, type SystemOptions } from "./actor/define-system.ts";
export { artifacts, filePart, partsMessage, readMessage } from "./actor/message-parts.ts";
export {
  complete,
  escalate,
  fail,
  fanOut,
  forward,
  type Json,
  type Outcome,
  reply,
} from "./actor/outcome.ts";
export type { SystemDefinition } from "./actor/system-definition.ts";
export {
  type ConnectOptions,
  connectTroupe,
  type SubmitOptions,
  type TroupeClient,
  type WatchOptions,
} from "./client/client.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { ApprovalRule, Approvals } from "./contracts/approval.ts";
export { EscalationBody } from "./contracts/bodies.ts";
export type { BudgetLimits, Budgets } from "./contracts/budget.ts";
export type { ClusterHealth } from "./contracts/control.ts";
export type { EscalationRule, RuleHandler, RuleSeverity } from "./contracts/escalation-rules.ts";
export type { Artifact, Part, PartsMessage } from "./contracts/message-parts.ts";
export { formatProblem, type Problem } from "./contracts/problem.ts";
export type { Usage } from "./contracts/record.ts";
export type { Supervision } from "./contracts/supervision.ts";
export type { ModelPrice, ModelSpec, ModelTier, SystemManifest } from "./contracts/system.ts";
export {
  type DoneBody,
  type PathHop,
  type TaskAccepted,
  type TaskEvent,
  TaskRequest,
  type TaskStatus,
  type TaskView,
  TERMINAL_STATUSES,
} from "./contracts/task.ts";
export type { RoleTaint, ToolPermission } from "./contracts/tool.ts";
export {
  ERRORS,
  type ErrorBody,
  type ErrorCode,
  type ErrorKind,
  type ErrorSpec,
  errorBodyOf,
  messageOf,
  TroupeError,
} from "./errors.ts";
export { parseTaskId, requireTaskId, type TaskId, type TaskIdParts } from "./ids.ts";
export { type Credentials, parseCreds } from "./nats/credentials.ts";
export type { TlsSettings } from "./nats/tls.ts";
export type { BrokerCaller, BrokerHandler, BrokerPorts, BrokerService } from "./node/broker-service.ts";
export { createNode } from "./node/node.ts";
export type { NodeOptions } from "./node/node-options.ts";
export type { RunningNode } from "./node/running-node.ts";
export { type Random, systemRandom } from "./random.ts";
export type { RuleFunction } from "./rules/compile-rules.ts";
export type { HopFacts } from "./rules/rule-facts.ts";
