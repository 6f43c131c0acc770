/** Which versions have drained. Pure. */
import type { Desired } from "@troupe/runtime/internal";
import type { QueueState } from "../queues/queue-reader.ts";

/**
 * Versions that drain and have neither an open task nor a message, and had neither for the whole grace: gateways may start tasks on the
 * version that they know for a moment longer. `quietSinceMs` is the memory between calls and is changed; monotonic ms.
 */
export function drainedVersions(
  desired: Desired,
  openOf: (version: string) => number,
  queues: readonly QueueState[],
  quietSinceMs: Map<string, number>,
  nowMs: number,
  graceMs: number,
): readonly string[] {
  for (const version of quietSinceMs.keys()) if (!desired.draining.includes(version)) quietSinceMs.delete(version);
  return desired.draining.filter((version) => {
    const hasMessages = queues.some((queue) => queue.version === version && queue.waiting + queue.inFlight > 0);
    if (openOf(version) > 0 || hasMessages) {
      quietSinceMs.delete(version);
      return false;
    }
    const sinceMs = quietSinceMs.get(version) ?? nowMs;
    quietSinceMs.set(version, sinceMs);
    return nowMs - sinceMs >= graceMs;
  });
}
