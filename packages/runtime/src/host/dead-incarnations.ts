import type { Died } from "../contracts/control.ts";

/** Enough for any crash loop worth remembering; the oldest are forgotten first. */
const REMEMBERED = 10_000;

/** Name of the n-th host that one life of a node starts. The node's own incarnation is its prefix. */
export const hostIncarnation = (nodeIncarnation: string, index: number): string => `${nodeIncarnation}-${index}`;

/** Lives of nodes and hosts that are known to be over. Suspicion never gets here. */
export class DeadIncarnations {
  readonly #died = new Map<string, Died>();

  add(died: Died): void {
    this.#died.set(`${died.node}/${died.incarnation}`, died);
    const oldest = this.#died.keys().next();
    if (this.#died.size > REMEMBERED && !oldest.done) this.#died.delete(oldest.value);
  }

  /** Whether this host is dead: it, or the node that it belonged to. */
  has(node: string, incarnation: string): boolean {
    const [ofNode = incarnation] = incarnation.split("-", 1);
    return this.#died.has(`${node}/${incarnation}`) || this.#died.has(`${node}/${ofNode}`);
  }

  all(): Died[] {
    return [...this.#died.values()];
  }
}
