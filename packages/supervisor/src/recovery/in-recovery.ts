/** What the recovery of actors means for their placement. Pure. */
import { rfc3339 } from "@troupe/runtime/internal";
import type { Unplaced } from "../placement/place.ts";
import { replicaKey, type WantedReplica } from "../placement/wanted.ts";
import type { Recovery } from "./recovery.ts";

/** What is to be placed, and what is to run nowhere for now. */
export interface InRecovery {
  readonly wanted: readonly WantedReplica[];
  readonly quarantined: readonly Unplaced[];
}

/** Replicas with what the ladder asks for: another start, a process of its own, not that node; or no place at all. */
export function inRecovery(wanted: readonly WantedReplica[], recoveries: ReadonlyMap<string, Recovery>): InRecovery {
  const placed: WantedReplica[] = [];
  const quarantined: Unplaced[] = [];
  for (const replica of wanted) {
    const recovery = recoveries.get(replicaKey(replica));
    if (recovery?.quarantine !== undefined) {
      quarantined.push({
        replica,
        reason: quarantineReason(recovery, recovery.quarantine.trialAtMs),
        isQuarantined: true,
      });
    } else placed.push(recovery === undefined ? replica : recovering(replica, recovery));
  }
  return { wanted: placed, quarantined };
}

function recovering(replica: WantedReplica, { generation, avoids }: Recovery): WantedReplica {
  if (generation === 0) return replica;
  return { ...replica, generation: replica.generation + generation, isAlone: true, avoids };
}

const quarantineReason = ({ failures }: Recovery, trialAtMs: number): string =>
  `quarantined; next trial ${rfc3339(trialAtMs)}; it failed ${failures.length} times within an hour, last: ${failures.at(-1)?.reason ?? "unknown"}`;
