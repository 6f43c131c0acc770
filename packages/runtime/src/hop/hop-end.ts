import type { ErrorBody } from "../errors.ts";

/**
 * How the execution of one delivery ended. `dropped` = neither acked nor given back: somebody else has the hop, or the store will deliver
 * again by itself; `unavailable` = given back, since the log did not answer in time. All others have dealt with the delivery.
 */
export type HopEnd =
  /** The handler ended and its one commit is stored. */
  | { readonly kind: "committed"; readonly commit: "send" | "fan" | "reply" | "done" }
  /** The hop waits for replies and has left memory. */
  | { readonly kind: "waiting" }
  /** A reply was recorded; its join is not complete yet, or did not need it. */
  | { readonly kind: "joined" }
  /** Another execution had committed and its outputs are complete; or another one goes on with the original of this copy. */
  | { readonly kind: "settled" }
  /** The handler failed; the message comes again after the delay. */
  | { readonly kind: "retry"; readonly attempt: number; readonly delayMs: number; readonly error: ErrorBody }
  /** The hop is a dead letter. */
  | { readonly kind: "parked"; readonly error: ErrorBody; readonly hasThrown: boolean }
  /** The task, or this called hop, had ended. */
  | { readonly kind: "ended" }
  | { readonly kind: "unavailable"; readonly reason: string }
  /** Aborted since its replica stops; given back, so that another one has it at once. */
  | { readonly kind: "drained" }
  | { readonly kind: "dropped"; readonly reason: string };
