/** What a detector thinks of a node's silence. It may be wrong; being wrong is cheap (DESIGN §1.3). */
export type Suspicion = "alive" | "suspect" | "silent";

/**
 * Judges nodes by when they were heard. All times are monotonic ms of one process.
 * `silent` means quiet for so long that only a failed probe is missing to declare the node dead.
 */
export interface FailureDetector {
  heard(node: string, atMs: number): void;
  /** Starts every node's silence anew: after the observer itself was cut off, its view proves nothing. */
  reset(atMs: number): void;
  forget(node: string): void;
  judge(node: string, nowMs: number): Suspicion;
}

/** Fixed limits. A node that was never heard counts as heard when it was first asked about. */
export function deadlineDetector(limits: { suspectAfterMs: number; deadAfterMs: number }): FailureDetector {
  const lastHeard = new Map<string, number>();
  return {
    heard: (node, atMs) => void lastHeard.set(node, Math.max(atMs, lastHeard.get(node) ?? atMs)),
    reset: (atMs) => {
      for (const node of lastHeard.keys()) lastHeard.set(node, atMs);
    },
    forget: (node) => void lastHeard.delete(node),
    judge: (node, nowMs) => {
      const heardMs = lastHeard.get(node);
      if (heardMs === undefined) {
        lastHeard.set(node, nowMs);
        return "alive";
      }
      const silenceMs = nowMs - heardMs;
      if (silenceMs >= limits.deadAfterMs) return "silent";
      return silenceMs >= limits.suspectAfterMs ? "suspect" : "alive";
    },
  };
}
