import { budgetRace } from "./budget-race.ts";
import { clockJumped } from "./clock-faults.ts";
import { deliveriesLost } from "./deliveries-lost.ts";
import type { Fault } from "./fault.ts";
import { LINK_FAULTS } from "./link-faults.ts";
import { cpuStarved, diskFull, diskSlow } from "./machine-faults.ts";
import {
  frozen,
  hostKilled,
  killed,
  nodeRestarted,
  rollingRestart,
  serverFrozen,
  serverKilled,
} from "./process-faults.ts";
import { stepFrozen } from "./step-frozen.ts";
import { TASK_FAULTS } from "./task-faults.ts";

/** Everything that can be done to a system. */
export const FAULTS: readonly Fault[] = [
  ...(["node", "supervisor", "gateway"] as const).flatMap((kind) => [killed(kind), frozen(kind)]),
  hostKilled,
  deliveriesLost,
  nodeRestarted,
  rollingRestart,
  stepFrozen,
  serverKilled,
  serverFrozen,
  ...LINK_FAULTS,
  cpuStarved,
  diskFull,
  diskSlow,
  ...(["node", "supervisor", "gateway"] as const).map(clockJumped),
  ...TASK_FAULTS,
  budgetRace,
];
