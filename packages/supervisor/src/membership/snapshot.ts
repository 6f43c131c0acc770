import type { Heartbeat, Member } from "@troupe/runtime/internal";

/** One node as the leader knows it: its row, and its last heartbeat where one was heard. */
export interface KnownNode {
  readonly member: Member;
  readonly heartbeat: Heartbeat | undefined;
}

/** All nodes at one moment. Never changed in place; `version` rises with every change. */
export interface Membership {
  readonly version: number;
  readonly nodes: ReadonlyMap<string, KnownNode>;
}

export const EMPTY_MEMBERSHIP: Membership = { version: 0, nodes: new Map() };

/**
 * Takes a node's row over. A row of an earlier incarnation than the known one is refused: the same snapshot comes back.
 * A row of a later incarnation drops the heartbeat of the earlier one.
 */
export function withMember(membership: Membership, member: Member): Membership {
  const known = membership.nodes.get(member.node);
  if (known && member.incarnation < known.member.incarnation) return membership;
  const heartbeat = known?.heartbeat?.incarnation === member.incarnation ? known.heartbeat : undefined;
  return change(membership, member.node, { member, heartbeat });
}

/** Takes a heartbeat over. One of another incarnation than the row's, or older than the last one, is refused. */
export function withHeartbeat(membership: Membership, heartbeat: Heartbeat): Membership {
  const known = membership.nodes.get(heartbeat.node);
  if (known?.member.incarnation !== heartbeat.incarnation) return membership;
  if (known.heartbeat && heartbeat.sequence <= known.heartbeat.sequence) return membership;
  return change(membership, heartbeat.node, { member: known.member, heartbeat });
}

/** Forgets a node. */
export function withoutMember({ version, nodes }: Membership, node: string): Membership {
  return { version: version + 1, nodes: new Map([...nodes].filter(([name]) => name !== node)) };
}

function change(membership: Membership, node: string, known: KnownNode): Membership {
  return { version: membership.version + 1, nodes: new Map(membership.nodes).set(node, known) };
}
