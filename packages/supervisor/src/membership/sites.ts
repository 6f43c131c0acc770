import type { Site } from "../placement/fit.ts";
import type { Membership } from "./snapshot.ts";

/**
 * The nodes that may hold replicas. Draining, dead and left nodes are none; a suspect or starting one keeps what it has and gets nothing
 * new. `fresh` are those that have come not long ago.
 */
export function sitesOf(membership: Membership, fresh: ReadonlySet<string> = new Set()): readonly Site[] {
  const sites: Site[] = [];
  for (const { member, heartbeat } of membership.nodes.values()) {
    const { node, labels, capabilities, slots, memoryLimitBytes, status } = member;
    if (status !== "up" && status !== "suspect" && status !== "joining") continue;
    const load = heartbeat?.load ?? 0;
    const isOpen = status === "up";
    sites.push({ node, labels, capabilities, slots, memoryLimitBytes, load, isOpen, isFresh: fresh.has(node) });
  }
  return sites;
}
