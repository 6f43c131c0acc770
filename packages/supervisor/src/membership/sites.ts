import type { Site } from "../placement/place.ts";
import type { Membership } from "./snapshot.ts";

/** The nodes that may hold replicas. Draining, dead and left nodes are none; a suspect or starting one keeps what it has and gets nothing new. */
export function sitesOf(membership: Membership): readonly Site[] {
  const sites: Site[] = [];
  for (const { member, heartbeat } of membership.nodes.values()) {
    const { node, labels, capabilities, slots, status } = member;
    if (status !== "up" && status !== "suspect" && status !== "joining") continue;
    sites.push({ node, labels, capabilities, slots, load: heartbeat?.load ?? 0, isOpen: status === "up" });
  }
  return sites;
}
