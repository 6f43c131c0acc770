/**
 * Where each replica runs, decided purely: what an operator pinned goes where it was pinned, what is placed stays where it is while that
 * still fits; the rest goes to the least loaded fitting node, replicas of one mailbox spread, where need be by moving one that also fits
 * elsewhere; then crowded nodes give to those that have come not long ago until they differ by one at most.
 */
import { Board } from "./board.ts";
import type { Site } from "./fit.ts";
import { mailboxOf, replicaKey, type WantedReplica } from "./wanted.ts";

/** Which node runs which replica, by `replicaKey`. */
export type Assignment = ReadonlyMap<string, string>;

export interface Unplaced {
  readonly replica: WantedReplica;
  readonly reason: string;
  /** It has no place since it is to have none for now. */
  readonly isQuarantined?: boolean;
}

export interface Plan {
  readonly assignment: Assignment;
  readonly unplaced: readonly Unplaced[];
  /** Why those that this plan places or moves go where they go, by `replicaKey`. */
  readonly reasons: ReadonlyMap<string, string>;
  /** How many replicas crowded nodes give to fresh ones. */
  readonly levelled: number;
}

export interface PlaceOptions {
  /** Most replicas that crowded nodes give to fresh ones. Default: as many as there are. */
  readonly maxLevelled?: number;
}

/** Decides. The order of `wanted` decides who gets the last free slots; equal input gives an equal plan, whatever the order of `sites`. */
export function place(
  wanted: readonly WantedReplica[],
  sites: readonly Site[],
  present: Assignment,
  { maxLevelled = Number.POSITIVE_INFINITY }: PlaceOptions = {},
): Plan {
  const board = new Board(sites);
  const reasons = new Map<string, string>();
  const unpinned = wanted.filter((replica) => !putPinned(board, replica, present, reasons));
  const waiting = unpinned.filter((replica) => !stays(board, replica, present, reasons));
  const homeless = putAll(board, waiting, reasons);
  const levelled = level(board, maxLevelled, reasons);
  // Levelling may have freed the very slot that one of them waits for.
  const last = levelled > 0 ? putAll(board, homeless, reasons) : homeless;
  const oneOfEach = new Map(last.map((replica) => [kindOf(replica), replica]));
  const whyNot = new Map([...oneOfEach].map(([kind, replica]) => [kind, board.reason(replica)]));
  return {
    assignment: board.assignment(),
    unplaced: last.map((replica) => ({ replica, reason: whyNot.get(kindOf(replica)) ?? "" })),
    reasons,
    levelled,
  };
}

/** Whether the replica was put where an operator wants it. A pin to a node that is gone, or has no room, waits and holds nothing up. */
function putPinned(board: Board, replica: WantedReplica, present: Assignment, reasons: Map<string, string>): boolean {
  const site = replica.pin === undefined ? undefined : board.site(replica.pin);
  const isThere = site !== undefined && present.get(replicaKey(replica)) === site.node;
  if (!site || !(site.isOpen || isThere)) return false;
  if (board.refusal(replica, site) !== undefined) return false;
  board.put(replica, site);
  if (!isThere) reasons.set(replicaKey(replica), `an operator moved it to ${site.node}`);
  return true;
}

function stays(board: Board, replica: WantedReplica, present: Assignment, reasons: Map<string, string>): boolean {
  const node = present.get(replicaKey(replica));
  if (node === undefined) return false;
  const site = board.site(node);
  const refused = site
    ? replica.avoids === node
      ? "is where it failed"
      : board.refusal(replica, site)
    : "is gone or drains";
  if (site && refused === undefined) {
    board.put(replica, site);
    return true;
  }
  reasons.set(replicaKey(replica), `${node} ${refused}`);
  return false;
}

/** Whatever holds for one of a kind holds for all. */
const kindOf = ({ version, role, variant, pin, avoids }: WantedReplica): string =>
  `${version}/${mailboxOf(role, variant)} ${pin} ${avoids}`;

/** Puts those that find a place; room that is made for one may be room for another, so until nobody finds any. Returns who has none. */
function putAll(
  board: Board,
  waiting: readonly WantedReplica[],
  reasons: Map<string, string>,
): readonly WantedReplica[] {
  const hopeless = new Set<string>();
  const homeless = waiting.filter((replica) => {
    const kind = kindOf(replica);
    if (!hopeless.has(kind) && putSomewhere(board, replica, reasons)) return false;
    hopeless.add(kind);
    return true;
  });
  const hasMore = homeless.length > 0 && homeless.length < waiting.length;
  return hasMore ? putAll(board, homeless, reasons) : homeless;
}

function putSomewhere(board: Board, replica: WantedReplica, reasons: Map<string, string>): boolean {
  const key = replicaKey(replica);
  const fitting = board.fitting(replica);
  const site = fitting[0] ?? makeRoom(board, replica, reasons);
  if (!site) return false;
  board.put(replica, site);
  const why = [reasons.get(key), pinReason(board, replica), choiceReason(fitting.length)];
  reasons.set(key, why.filter((text) => text !== undefined).join("; "));
  return true;
}

const choiceReason = (fitting: number): string => {
  if (fitting === 0) return "room was made for it";
  return fitting === 1 ? "the only node that fits" : `the least loaded of ${fitting} nodes that fit`;
};

function pinReason(board: Board, replica: WantedReplica): string | undefined {
  if (replica.pin === undefined) return undefined;
  const site = board.site(replica.pin);
  const why = site ? (site.isOpen ? board.refusal(replica, site) : "takes nothing new now") : "is not there";
  return `it belongs on ${replica.pin}, which ${why ?? "had no room"}`;
}

function makeRoom(board: Board, replica: WantedReplica, reasons: Map<string, string>): Site | undefined {
  const made = board.makeRoom(replica);
  if (!made) return undefined;
  const { site, moved, to } = made;
  reasons.set(replicaKey(moved), `moved from ${site.node} to ${to.node} to make room for ${replicaKey(replica)}`);
  return site;
}

/** How many replicas moved. Each move narrows a difference of two or more, so it ends. */
function level(board: Board, most: number, reasons: Map<string, string>): number {
  let moves = 0;
  while (moves < most) {
    const move = board.levelOne();
    if (!move) break;
    moves++;
    reasons.set(replicaKey(move.moved), `${move.from.node} is more crowded than ${move.to.node}, which is new`);
  }
  return moves;
}
