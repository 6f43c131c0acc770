/**
 * The life of a node, as pure decisions: joining → up ⇄ suspect → dead, and draining → left. A later incarnation starts again at joining.
 */
import type { Heartbeat, Member } from "@troupe/runtime/internal";
import type { Suspicion } from "./failure-detector.ts";
import type { KnownNode, Membership } from "./snapshot.ts";

/** A change of one node's row, with what it was before. */
export interface MemberChange {
  readonly member: Member;
  readonly before: Member | undefined;
}

/** What a failed or answered probe says: `gone` = nobody listens there, `mute` = no answer in time, or nobody there just now. */
export type Probe = "answered" | "mute" | "gone" | "not_asked";

const rowOf = (heartbeat: Heartbeat, status: Member["status"], since: string, reason: string): Member => ({
  v: 1,
  node: heartbeat.node,
  incarnation: heartbeat.incarnation,
  status,
  labels: heartbeat.labels,
  capabilities: heartbeat.capabilities,
  slots: heartbeat.slots,
  ...(heartbeat.memoryLimitBytes === undefined ? {} : { memoryLimitBytes: heartbeat.memoryLimitBytes }),
  since,
  reason,
});

/** Whether a heartbeat is of a life that was declared dead, or let go: it never comes back, another one may. */
export const isOfEndedLife = (known: KnownNode | undefined, { incarnation, hasLeft }: Heartbeat): boolean =>
  (known?.member.status === "dead" || known?.member.status === "left") &&
  known.member.incarnation === incarnation &&
  hasLeft !== true;

/** What a heartbeat changes, if anything. Those of an earlier life than the known one, or of an ended one, change nothing. */
export function onHeartbeat(known: KnownNode | undefined, heartbeat: Heartbeat, at: string): MemberChange | undefined {
  const before = known?.member;
  const to = (status: Member["status"], reason: string): MemberChange => ({
    member: rowOf(heartbeat, status, at, reason),
    before,
  });
  if (!before) return to("joining", "first heartbeat");
  if (heartbeat.incarnation < before.incarnation) return undefined;
  if (heartbeat.incarnation > before.incarnation) return to("joining", "started again");
  if (heartbeat.hasLeft)
    return before.status === "left" ? undefined : to("left", "it has finished, or given back, all that it held");
  if (isOfEndedLife(known, heartbeat)) return undefined;
  if (heartbeat.isDraining && before.status !== "draining") return to("draining", "the node drains");
  switch (before.status) {
    case "joining":
      return to("up", "heartbeats arrive");
    case "suspect":
      return to("up", "heard again");
    case "dead":
    case "left":
    case "draining":
    case "up":
      break;
  }
  return undefined;
}

/** What a node's silence changes. `probe` matters only for a death; `not_asked` never leads to one. */
export function onSilence(
  { member, heartbeat }: KnownNode,
  suspicion: Suspicion,
  probe: Probe,
  at: string,
): MemberChange | undefined {
  if (suspicion === "alive") return undefined;
  const to = (status: Member["status"], reason: string): MemberChange => ({
    member: { ...member, status, since: at, reason },
    before: member,
  });
  switch (member.status) {
    case "joining":
    case "up":
      return to("suspect", "heartbeats are missing");
    case "draining":
      return probe === "gone" || (suspicion === "silent" && probe === "mute")
        ? to("left", heartbeat && heartbeat.busy > 0 ? "gone while it drained" : "drained")
        : undefined;
    case "suspect":
      if (probe === "gone") return to("dead", "heartbeats are missing and nobody answers its probe");
      return suspicion === "silent" && probe === "mute"
        ? to("dead", "silent, and its probe was not answered")
        : undefined;
    case "dead":
    case "left":
      break;
  }
  return undefined;
}

/** What it changes that nobody listens on a node's probe any more, while its silence is too short to tell anything. */
export function onUnreachable({ member }: KnownNode, at: string): MemberChange | undefined {
  if (member.status !== "up" && member.status !== "joining") return undefined;
  const reason = "its connection has ended and nobody answers its probe";
  return { member: { ...member, status: "suspect", since: at, reason }, before: member };
}

/** A dead node that nobody brought back is let go after a while, so that its alert ends. */
export function onForgotten(
  { member }: KnownNode,
  deadForMs: number,
  limitMs: number,
  at: string,
): MemberChange | undefined {
  if (member.status !== "dead" || deadForMs < limitMs) return undefined;
  return {
    member: { ...member, status: "left", since: at, reason: "declared dead and not come back" },
    before: member,
  };
}

/** Whether nobody needs to know of a node any more that left long ago. */
export const isForgettable = ({ member }: KnownNode, goneForMs: number, limitMs: number): boolean =>
  member.status === "left" && goneForMs >= limitMs;

/** Nodes that ought to be probed now: suspects, and draining nodes that fell silent. */
export function toProbe(membership: Membership, judge: (node: string) => Suspicion): readonly string[] {
  const names: string[] = [];
  for (const [node, { member }] of membership.nodes) {
    if ((member.status === "suspect" || member.status === "draining") && judge(node) !== "alive") names.push(node);
  }
  return names;
}
