import type { NodePlacement } from "@troupe/runtime/internal";
import type { Membership } from "../membership/snapshot.ts";

/**
 * Which nodes have come not long ago, so that crowded ones give them their share: some time after the last one came, so that nodes that
 * come together are treated together, and in portions. A node stays new until it has its share.
 */
export class Newcomers {
  readonly #pauseMs: number;
  readonly #portion: number;
  #fresh = new Set<string>();
  #known: ReadonlySet<string> | undefined;
  #quietSinceMs = Number.NEGATIVE_INFINITY;

  /** `pauseMs`: from the last arrival, or the last portion, to the next portion. `portion`: most replicas on their way at once. */
  constructor(pauseMs: number, portion: number) {
    this.#pauseMs = pauseMs;
    this.#portion = portion;
  }

  /** The new nodes; an earlier leader's are those that have nothing. */
  look({ nodes }: Membership, rows: ReadonlyMap<string, NodePlacement>, nowMs: number): ReadonlySet<string> {
    const up = new Set([...nodes].filter(([, { member }]) => member.status === "up").map(([node]) => node));
    const isNew = (node: string) =>
      this.#known ? !this.#known.has(node) : (rows.get(node)?.replicas.length ?? 0) === 0;
    const came = [...up].filter(isNew);
    if (came.length > 0) this.#quietSinceMs = nowMs;
    this.#fresh = new Set([...this.#fresh, ...came].filter((node) => up.has(node)));
    this.#known = up;
    return this.#fresh;
  }

  /** How many replicas may be set on their way to them now. */
  portion(underway: number, nowMs: number): number {
    if (this.#fresh.size === 0 || nowMs - this.#quietSinceMs < this.#pauseMs) return 0;
    return Math.max(0, this.#portion - underway);
  }

  /** What became of a portion: whoever had room for more has its share. */
  given(portion: number, levelled: number, nowMs: number): void {
    if (levelled > 0) this.#quietSinceMs = nowMs;
    else if (portion > 0) this.#fresh.clear();
  }
}
