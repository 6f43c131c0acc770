import type { Membership } from "./snapshot.ts";

/** What the brakes look at besides the snapshot; monotonic ms. */
export interface BrakeState {
  readonly leadingSinceMs: number;
  readonly lastDeathMs: number | undefined;
  /** Since when half or more of the nodes (two at least) are suspect; `undefined` when they are not. */
  readonly massSuspicionSinceMs: number | undefined;
}

export interface BrakeLimits {
  readonly graceMs: number;
  readonly deathSpacingMs: number;
  readonly massSuspicionHoldMs: number;
}

/**
 * Whether half or more of the nodes that should be there, and two at least, are suspect: then it is rather the observer or the network.
 * `isSilent`: who is judged so right now counts as well, before it is written down, which may take long when the store is slow.
 */
export function isMassSuspicion(membership: Membership, isSilent: (node: string) => boolean = () => false): boolean {
  let present = 0;
  let suspects = 0;
  for (const { member } of membership.nodes.values()) {
    if (member.status === "dead" || member.status === "left") continue;
    present++;
    if (member.status === "suspect" || isSilent(member.node)) suspects++;
  }
  return suspects >= 2 && suspects * 2 >= present;
}

/** Why a node may not be declared dead right now, or `undefined` when it may. `wasHeard` = this leader itself has heard it. */
export function brake(state: BrakeState, limits: BrakeLimits, nowMs: number, wasHeard: boolean): string | undefined {
  if (!wasHeard && nowMs - state.leadingSinceMs < limits.graceMs) return "this leader is new and still listens";
  if (state.lastDeathMs !== undefined && nowMs - state.lastDeathMs < limits.deathSpacingMs)
    return "another node was declared dead a moment ago";
  if (state.massSuspicionSinceMs !== undefined && nowMs - state.massSuspicionSinceMs < limits.massSuspicionHoldMs)
    return "half or more of the nodes are suspect at once";
  return undefined;
}
