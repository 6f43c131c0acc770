import {
  CONTROL_VERSION,
  type DependencyReport,
  type Heartbeat,
  type ReportedFailure,
  type SpentBudget,
} from "../contracts/control.ts";
import type { ReplicaReport } from "../host/ipc.ts";

/** What a node knows of itself when it says that it is alive. */
export interface NodeStatus {
  readonly node: string;
  readonly incarnation: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly slots: number;
  readonly memoryLimitBytes: number | undefined;
  readonly replicas: readonly ReplicaReport[];
  readonly failures: readonly ReportedFailure[];
  readonly dependencies: readonly DependencyReport[];
  readonly spentBudgets: readonly SpentBudget[];
  readonly memoryBytes: number;
  readonly loopP99Ms: number;
  readonly isDraining: boolean;
  readonly hasLeft: boolean;
}

/** Builds the `sequence`-th heartbeat. Pure. */
export function buildHeartbeat(status: NodeStatus, sequence: number): Heartbeat {
  const { node, incarnation, labels, capabilities, slots, memoryLimitBytes, replicas, isDraining, hasLeft } = status;
  const busy = replicas.reduce((sum, replica) => sum + replica.inFlight, 0);
  return {
    v: CONTROL_VERSION,
    node,
    incarnation,
    sequence,
    labels: { ...labels },
    capabilities: [...capabilities],
    slots,
    busy,
    load: slots > 0 ? busy / slots : 1,
    memoryBytes: Math.round(status.memoryBytes),
    ...(memoryLimitBytes === undefined ? {} : { memoryLimitBytes }),
    loopP99Ms: Math.round(status.loopP99Ms * 100) / 100,
    isDraining,
    ...(hasLeft ? { hasLeft } : {}),
    actors: [...replicas],
    ...(status.failures.length > 0 ? { failures: [...status.failures] } : {}),
    ...(status.dependencies.length > 0 ? { dependencies: [...status.dependencies] } : {}),
    ...(status.spentBudgets.length > 0 ? { spentBudgets: [...status.spentBudgets] } : {}),
  };
}
