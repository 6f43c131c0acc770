/**
 * Things that come and go all the time, found again by a number. For hot paths that hold large objects for a moment: V8 keeps every table
 * that a `Map` or `Set` has outgrown linked to the next one, with what stood in it, until a full collection; at thousands of entries a
 * second that was a fifth of a host's time.
 */
export class Slots<T extends object> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#items.length - this.#free.length;
  }

  /** Takes a thing in and says where it is until it is removed; numbers are used again. */
  add(item: T): number {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    return slot;
  }

  at(slot: number): T | undefined {
    return this.#items[slot];
  }

  /** Forgets what is in the slot, if anything is. */
  remove(slot: number): void {
    if (this.#items[slot] === undefined) return;
    this.#items[slot] = undefined;
    this.#free.push(slot);
  }

  /** Everything that is in, with its slot; what is added meanwhile may or may not be seen. */
  *entries(): Generator<readonly [number, T]> {
    for (const [slot, item] of this.#items.entries()) if (item !== undefined) yield [slot, item];
  }

  /** As {@link entries}, without the slots. */
  *[Symbol.iterator](): Generator<T> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}
