/** Requests that are being answered, in all and of each caller: streams count for as long as they are open. */
export class OpenRequests {
  readonly #byCaller = new Map<string, number>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  of(caller: string): number {
    return this.#byCaller.get(caller) ?? 0;
  }

  /** Counts one; the function that is returned takes it back, once. */
  open(caller: string): () => void {
    this.#count++;
    this.#byCaller.set(caller, this.of(caller) + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.#count--;
      const left = this.of(caller) - 1;
      if (left > 0) this.#byCaller.set(caller, left);
      else this.#byCaller.delete(caller);
    };
  }
}
