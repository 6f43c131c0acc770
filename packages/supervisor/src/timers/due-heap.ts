/** Items ordered by when they are due: a binary heap, so that a million sleeps cost nothing but memory. Due times are ms since 1970. */
export class DueHeap<T> {
  readonly #items: { readonly atMs: number; readonly item: T }[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** When the earliest item is due. */
  get nextMs(): number | undefined {
    return this.#items[0]?.atMs;
  }

  push(atMs: number, item: T): void {
    const items = this.#items;
    items.push({ atMs, item });
    for (let i = items.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#isEarlier(i, parent)) break;
      this.#swap(i, parent);
      i = parent;
    }
  }

  /** Takes the earliest item out if it is due by `nowMs`. */
  popDue(nowMs: number): T | undefined {
    const items = this.#items;
    const first = items[0];
    if (!first || first.atMs > nowMs) return undefined;
    const last = items.pop();
    if (last && items.length > 0) {
      items[0] = last;
      this.#sink();
    }
    return first.item;
  }

  #sink(): void {
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let first = i;
      if (this.#isEarlier(left, first)) first = left;
      if (this.#isEarlier(right, first)) first = right;
      if (first === i) return;
      this.#swap(i, first);
      i = first;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    return one !== undefined && other !== undefined && one.atMs < other.atMs;
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (!one || !other) return;
    this.#items[a] = other;
    this.#items[b] = one;
  }
}
