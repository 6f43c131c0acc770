/** When a gateway turns requests away rather than serve all of them late. Pure. */
import { TroupeError } from "@troupe/runtime/internal";

export interface Load {
  /** Requests that are being answered, open streams included. */
  readonly openRequests: number;
  /** How late the process gets to its timers, ms, over the last half second. */
  readonly loopDelayMs: number;
}

export interface LoadLimits {
  /** Default 10,000. */
  readonly openRequests: number;
  /** Default 1,000. */
  readonly loopDelayMs: number;
}

export const LOAD_LIMITS: LoadLimits = { openRequests: 10_000, loopDelayMs: 1_000 };
const RETRY_MS = 2_000;

/** Why a request is turned away, if it is. */
export function overload(load: Load, limits: LoadLimits): string | undefined {
  if (load.openRequests >= limits.openRequests) return `${load.openRequests} requests are open`;
  return load.loopDelayMs > limits.loopDelayMs ? `the gateway is ${Math.round(load.loopDelayMs)} ms late` : undefined;
}

export const shed = (why: string): TroupeError =>
  new TroupeError("shedding_load", `this gateway has too much to do: ${why}`, {
    details: { retry_after_ms: RETRY_MS },
  });
