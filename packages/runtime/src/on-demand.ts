/** Something that is opened when it is first needed, once for all who ask. A failure is forgotten: the next one who asks tries again. */
export class OnDemand<T> {
  readonly #open: () => Promise<T>;
  #opening: Promise<T> | undefined;

  constructor(open: () => Promise<T>) {
    this.#open = open;
  }

  /** Throws what opening it throws. */
  get(): Promise<T> {
    const opening = (this.#opening ??= this.#open());
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }

  /** What was opened, for whoever closes it; `undefined` when nothing was, or it could not be. */
  async ifOpened(): Promise<T | undefined> {
    return this.#opening?.catch(() => undefined);
  }
}
