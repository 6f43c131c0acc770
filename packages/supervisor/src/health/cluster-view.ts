import type { Desired } from "@troupe/runtime/internal";
import type { Membership } from "../membership/snapshot.ts";
import type { Assignment, Unplaced } from "../placement/place.ts";
import type { QueueState } from "../queues/queue-reader.ts";

/** Everything that the answers of the supervisor are computed from, at one moment. Times are ms since 1970. */
export interface ClusterView {
  readonly system: string;
  readonly supervisor: { readonly id: string; readonly epoch: number; readonly sinceMs: number };
  readonly nowMs: number;
  readonly membership: Membership;
  readonly desired: Desired | undefined;
  readonly assignment: Assignment;
  readonly unplaced: readonly Unplaced[];
  readonly queues: readonly QueueState[];
  /** When the oldest message that waits anywhere was stored. */
  readonly oldestWaitingMs: number | undefined;
  readonly openTasks: number;
  /** Tasks that a dead letter ended not long ago. */
  readonly recentDeadTasks: number;
  /** Limits of alerts. */
  readonly queueAgeAlertMs: number;
}
