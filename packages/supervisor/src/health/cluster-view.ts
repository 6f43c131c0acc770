import type { Desired, NodePlacement, SloReport } from "@troupe/runtime/internal";
import type { Membership } from "../membership/snapshot.ts";
import type { Assignment, Unplaced } from "../placement/place.ts";
import type { QueueState } from "../queues/queue-reader.ts";
import type { RecentOutcomes } from "./outcomes.ts";
import type { SlowTasks } from "./slow-tasks.ts";

/** When the oldest message that waits anywhere was stored; `undefined` when none does. */
export const oldestOf = ({ oldestWaiting }: Pick<ClusterView, "oldestWaiting">): number | undefined =>
  oldestWaiting.size === 0 ? undefined : Math.min(...oldestWaiting.values());

/** Everything that the answers of the supervisor are computed from, at one moment. Times are ms since 1970. */
export interface ClusterView {
  readonly system: string;
  readonly supervisor: { readonly id: string; readonly epoch: number; readonly sinceMs: number };
  readonly nowMs: number;
  readonly membership: Membership;
  readonly desired: Desired | undefined;
  readonly assignment: Assignment;
  /** What nodes are told to run. */
  readonly rows: readonly NodePlacement[];
  readonly unplaced: readonly Unplaced[];
  readonly queues: readonly QueueState[];
  /** When the oldest message that waits for each `<version>/<mailbox>` was stored. */
  readonly oldestWaiting: ReadonlyMap<string, number>;
  readonly openTasks: number;
  /** Tasks that a dead letter ended not long ago. */
  readonly recentDeadTasks: number;
  /** Tasks that run for longer than they should, by the mailbox that they began in. */
  readonly slowTasks: ReadonlyMap<string, SlowTasks>;
  /** How the last messages of each `<version>/<mailbox>` ended. */
  readonly recentOutcomes: ReadonlyMap<string, RecentOutcomes>;
  /** How the last messages of an actor ended. */
  readonly outcomesOf: (actor: string) => RecentOutcomes;
  readonly slo: SloReport;
  /** Limits of alerts. */
  readonly queueAgeAlertMs: number;
  readonly slowTaskAlertMs: number;
}
