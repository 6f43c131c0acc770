import type { FailureDetector, Suspicion } from "./failure-detector.ts";
import { IntervalHistory, type Intervals, phi } from "./phi.ts";

/** Phi from which a silence is suspicious. */
const THRESHOLD = 8;

export interface SilenceLimits {
  /** Pause between two heartbeats of a node of which nothing is known yet, ms. */
  readonly heartbeatMs: number;
  /** Pause beyond the usual one that means nothing, ms. */
  readonly acceptedPauseMs: number;
  /** Floor: a shorter silence is never suspicious, ms. */
  readonly suspectAfterMs: number;
  /** Cap: a longer one always is, however irregular the node was, ms. */
  readonly deadAfterMs: number;
}

/**
 * What a silence means, given how regular the node was. `stretch` (1 or more) makes every limit longer: an observer that is slow itself
 * must not take its own slowness for that of others.
 */
export function suspicionOf(
  silenceMs: number,
  intervals: Intervals,
  limits: SilenceLimits,
  stretch: number,
): Suspicion {
  const ms = silenceMs / stretch;
  if (ms >= limits.deadAfterMs) return "silent";
  if (ms < limits.suspectAfterMs) return "alive";
  return phi(ms, intervals, limits.acceptedPauseMs) >= THRESHOLD ? "suspect" : "alive";
}

interface Contact {
  /** Of the last heartbeat; `undefined` where the pause to the next one would prove nothing. */
  heartbeatMs: number | undefined;
  /** Of anything. */
  anyMs: number;
  readonly history: IntervalHistory;
}

/** Judges each node by its own regularity. A node that was never heard counts as heard when it was first asked about. */
export function accrualDetector(limits: SilenceLimits, stretch: () => number): FailureDetector {
  const contacts = new Map<string, Contact>();
  const contactOf = (node: string, atMs: number): Contact => {
    const known = contacts.get(node);
    if (known) return known;
    const fresh = { heartbeatMs: undefined, anyMs: atMs, history: new IntervalHistory(limits.heartbeatMs) };
    contacts.set(node, fresh);
    return fresh;
  };
  return {
    heard(node, atMs) {
      const contact = contactOf(node, atMs);
      const intervalMs = atMs - (contact.heartbeatMs ?? atMs);
      // A silence beyond the cap is an outage, not the node's way of beating.
      if (intervalMs > 0 && intervalMs < limits.deadAfterMs) contact.history.add(intervalMs);
      contact.heartbeatMs = Math.max(atMs, contact.heartbeatMs ?? atMs);
      contact.anyMs = Math.max(atMs, contact.anyMs);
    },
    contact(node, atMs) {
      const contact = contactOf(node, atMs);
      contact.anyMs = Math.max(atMs, contact.anyMs);
    },
    reset(atMs) {
      for (const contact of contacts.values()) {
        contact.heartbeatMs = undefined;
        contact.anyMs = Math.max(atMs, contact.anyMs);
      }
    },
    forget: (node) => void contacts.delete(node),
    judge(node, nowMs) {
      const { anyMs, history } = contactOf(node, nowMs);
      return suspicionOf(nowMs - anyMs, history.intervals, limits, stretch());
    },
  };
}
