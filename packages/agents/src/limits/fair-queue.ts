/** What waits, fair between tenants: the one that has had the least is next, whatever it has queued. */
interface Line<T> {
  readonly waiting: { readonly item: T; readonly cost: number }[];
  /** What its tenant has had, in costs; at least what everybody had when it came. */
  had: number;
}

/** Start-time fair queueing with equal weights: a tenant that was away has no credit, and one that floods has no advantage. */
export class FairQueue<T> {
  readonly #lines = new Map<string, Line<T>>();
  #reached = 0;

  get size(): number {
    let size = 0;
    for (const { waiting } of this.#lines.values()) size += waiting.length;
    return size;
  }

  /** How many tenants wait. */
  get tenants(): number {
    return this.#lines.size;
  }

  /** `cost` is what the item takes of what is shared: above 0. */
  add(tenant: string, item: T, cost: number): void {
    const line = this.#lines.get(tenant);
    if (line) line.waiting.push({ item, cost });
    else this.#lines.set(tenant, { waiting: [{ item, cost }], had: this.#reached });
  }

  /** The one whose turn it is; it stays. */
  peek(): T | undefined {
    return this.#next()?.line.waiting[0]?.item;
  }

  /** Takes the one whose turn it is. */
  take(): T | undefined {
    const next = this.#next();
    const first = next?.line.waiting.shift();
    if (next === undefined || first === undefined) return undefined;
    this.#reached = next.line.had;
    next.line.had += first.cost;
    // What an empty line has had is forgotten with it, unless it is ahead of all others: else leaving and coming back would pay.
    if (next.line.waiting.length === 0) this.#leave(next.tenant, next.line);
    return first.item;
  }

  /** Takes an item out, wherever it stands. */
  remove(item: T): void {
    for (const [tenant, line] of this.#lines) {
      const at = line.waiting.findIndex((entry) => entry.item === item);
      if (at < 0) continue;
      line.waiting.splice(at, 1);
      if (line.waiting.length === 0) this.#leave(tenant, line);
      return;
    }
  }

  #leave(tenant: string, line: Line<T>): void {
    if (line.had <= this.#reached) this.#lines.delete(tenant);
  }

  #next(): { readonly tenant: string; readonly line: Line<T> } | undefined {
    let best: { readonly tenant: string; readonly line: Line<T> } | undefined;
    for (const [tenant, line] of this.#lines) {
      if (line.waiting.length === 0) {
        this.#leave(tenant, line);
        continue;
      }
      if (best === undefined || line.had < best.line.had) best = { tenant, line };
    }
    return best;
  }
}
