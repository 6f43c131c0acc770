import type { CasBucket, Row } from "@troupe/runtime/internal";

/** One row that is looked at again and again: never an older one than was read or written here, which a copy of the store that is behind shows. */
export class NewestRow<T> {
  readonly #bucket: Pick<CasBucket<T>, "get" | "put">;
  readonly #key: string;
  #row: Row<T> | undefined;

  constructor(bucket: Pick<CasBucket<T>, "get" | "put">, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  /** As last read or written. */
  get known(): Row<T> | undefined {
    return this.#row;
  }

  /** Throws `unavailable`. */
  async read(): Promise<Row<T> | undefined> {
    const read = await this.#bucket.get(this.#key);
    if ((read?.revision ?? 0) >= (this.#row?.revision ?? 0)) this.#row = read;
    return this.#row;
  }

  /** Writes over the row of that revision. Throws `conflict` when it has another one, `outcome_unknown`. */
  async put(value: T, revision: number | undefined): Promise<void> {
    this.#row = await this.#bucket.put(this.#key, value, revision);
  }

  /** The next read takes whatever there is: a store that was restored from a copy has older rows than were seen. */
  forget(): void {
    this.#row = undefined;
  }
}
