import type { Random } from "@troupe/runtime/internal";
import { oneOf } from "@troupe/runtime/internal-testing";

/**
 * `kill`: kill -9, another life follows. `stop`: SIGSTOP. `cut`: its network swallows everything. `skew`: its wall clock is wrong by up to an hour.
 * `mumble`: a node's heartbeats get lost. `fail`: a replica fails wherever it runs. `storm`: every fifth message is lost, reads are stale.
 */
export type Trouble = "kill" | "stop" | "cut" | "skew" | "mumble" | "fail" | "storm";

/** A trouble that begins, or is over. */
export interface Happening {
  readonly atMs: number;
  readonly kind: Trouble;
  /** A node, a supervisor, a replica, or nobody. */
  readonly about: string;
  readonly isOver: boolean;
}

export interface Happenable {
  readonly nodes: readonly string[];
  readonly supervisors: readonly string[];
  readonly replicas: readonly string[];
  /** All of it is over by then. */
  readonly forMs: number;
}

const KINDS: readonly Trouble[] = ["kill", "stop", "cut", "skew", "mumble", "fail", "storm"];
const MOST = 10;
const LONGEST_MS = 25_000;

/** What goes wrong in a run: up to ten troubles, each begun and ended within the time; several may last at once. */
export function planHappenings(of: Happenable, random: Random): readonly Happening[] {
  const count = 1 + Math.floor(random.unit() * MOST);
  const planned = Array.from({ length: count }, (): readonly Happening[] => {
    const kind = oneOf(KINDS, random);
    const about = oneOf(aboutOf(kind, of), random);
    const atMs = random.unit() * of.forMs * 0.9;
    const endMs = Math.min(of.forMs, atMs + random.unit() * LONGEST_MS);
    const begin = { atMs, kind, about, isOver: false };
    return kind === "kill" ? [begin] : [begin, { ...begin, atMs: endMs, isOver: true }];
  });
  return planned.flat();
}

function aboutOf(kind: Trouble, { nodes, supervisors, replicas }: Happenable): readonly string[] {
  switch (kind) {
    case "mumble":
      return nodes;
    case "fail":
      return replicas;
    case "storm":
      return ["the network"];
    case "kill":
    case "stop":
    case "cut":
    case "skew":
      break;
  }
  return [...nodes, ...supervisors];
}
