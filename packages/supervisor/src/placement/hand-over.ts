/**
 * How a replica goes from one node to another without a gap that anybody notices, decided purely and step by step from the stored rows and
 * what the nodes say: the new node gets ready and stands by; the old one lets go; the new one takes. So never do two nodes take for one
 * replica, and what the old one runs it finishes. A node that is gone, or says nothing, is not waited for.
 */
import type { Heartbeat, Member, NodePlacement } from "@troupe/runtime/internal";
import type { Membership } from "../membership/snapshot.ts";
import { replicaKey } from "./wanted.ts";

/** What a replica's new node should be told, and who keeps it meanwhile. */
export type HandOver =
  /** It gets ready; `from` still takes. */
  | { readonly kind: "prepare"; readonly from: string }
  /** `from` is to let go, or does: its replica is no longer in a row, and it may still take. */
  | { readonly kind: "let_go"; readonly from: string }
  /** Nobody else takes: it is the new node's. */
  | { readonly kind: "take" };

/** For how long a step may last before it is skipped. */
export interface Patience {
  /** How long the node that lets go may still say that it takes. */
  readonly letGoMs: number;
  /** How long a node that drains waits until its replicas are ready elsewhere. */
  readonly drainMs: number;
}

/** What the step of a replica depends on. */
export interface HandOverView {
  readonly rows: ReadonlyMap<string, NodePlacement>;
  readonly membership: Membership;
  /** Nodes that take for each replica, as {@link takersOf} tells. */
  readonly takers: ReadonlyMap<string, readonly string[]>;
  readonly patience: Patience;
}

/** Who is there, as far as anybody knows: what a suspect one does is not waited for. */
const PRESENT: ReadonlySet<Member["status"]> = new Set(["joining", "up", "draining"]);

/** The step that a replica is at, on its way to `to`; `sinceMs` is for how long it has been at the same one. */
export function handOver(key: string, to: string, view: HandOverView, sinceMs: number): HandOver {
  const { rows, membership, patience } = view;
  const from = view.takers.get(key)?.find((node) => node !== to) ?? givenTo(key, to, view);
  if (from === undefined || standing(rows.get(to), key) === "takes") return { kind: "take" };
  if (standing(rows.get(from), key) !== "takes")
    return sinceMs >= patience.letGoMs ? { kind: "take" } : { kind: "let_go", from };
  const isReady = standing(rows.get(to), key) === "stands_by" && isReadyOn(membership, to, key);
  const isTooLate = membership.nodes.get(from)?.member.status === "draining" && sinceMs >= patience.drainMs;
  return isReady || isTooLate ? { kind: "let_go", from } : { kind: "prepare", from };
}

/** Another present node that was given the replica and has not said yet what became of that: it may take by now. */
function givenTo(key: string, to: string, { rows, membership }: HandOverView): string | undefined {
  for (const [node, row] of rows) {
    const known = membership.nodes.get(node);
    const isPresent = known !== undefined && PRESENT.has(known.member.status);
    const said = known?.heartbeat?.actors.find(({ id }) => id === key);
    const hasSaid = said !== undefined && said.state !== "starting" && said.epoch >= row.epoch;
    if (node !== to && isPresent && !hasSaid && standing(row, key) === "takes") return node;
  }
  return undefined;
}

/** The present nodes that say that they take messages for each replica. A suspect one is not relied on. */
export function takersOf({ nodes }: Membership): ReadonlyMap<string, readonly string[]> {
  const takers = new Map<string, string[]>();
  for (const [node, { member, heartbeat }] of nodes) {
    if (!PRESENT.has(member.status)) continue;
    for (const actor of heartbeat?.actors ?? []) {
      if (actor.isTaking === true) takers.set(actor.id, [...(takers.get(actor.id) ?? []), node]);
    }
  }
  return takers;
}

/** Whether a replica could take there as soon as it is told to. */
function isReadyOn({ nodes }: Membership, node: string, key: string): boolean {
  const actors: Heartbeat["actors"] = nodes.get(node)?.heartbeat?.actors ?? [];
  return actors.some(({ id, state }) => id === key && (state === "available" || state === "busy"));
}

function standing(row: NodePlacement | undefined, key: string): "takes" | "stands_by" | undefined {
  const entry = row?.replicas.find((replica) => replicaKey(replica) === key);
  if (!entry) return undefined;
  return entry.isStandby === true ? "stands_by" : "takes";
}
