/** Who leads, as a pure decision over the one lease row. Durations only: no clock of another machine is ever compared (DESIGN §7). */
import type { Lease } from "@troupe/runtime/internal";

/** The lease as this process has watched it. */
export interface WatchedLease {
  readonly lease: Lease | undefined;
  /** For how long, by the own monotonic clock, the row has not changed. */
  readonly unchangedForMs: number;
  /** Whether a renewal is missing and nobody answers as the leader. Being wrong about it is harmless: every command is a compare-and-set or write-once. */
  readonly isHolderGone: boolean;
}

export type LeaseDecision =
  | { readonly kind: "take"; readonly epoch: number }
  | { readonly kind: "renew"; readonly epoch: number }
  | { readonly kind: "wait" };

/**
 * Decides for the candidate `me`. A lease that nobody renewed for its whole length, that was given up (`ttlMs` 0), whose holder is gone, or
 * that an earlier life of the same candidate left behind may be taken, with the next epoch; `heldEpoch` is the epoch that this life holds.
 */
export function decideLease(watched: WatchedLease, me: string, heldEpoch: number | undefined): LeaseDecision {
  const { lease, unchangedForMs, isHolderGone } = watched;
  if (!lease) return { kind: "take", epoch: 1 };
  if (lease.holder === me && lease.epoch === heldEpoch) return { kind: "renew", epoch: lease.epoch };
  if (lease.holder === me || isHolderGone || unchangedForMs >= lease.ttlMs)
    return { kind: "take", epoch: lease.epoch + 1 };
  return { kind: "wait" };
}
