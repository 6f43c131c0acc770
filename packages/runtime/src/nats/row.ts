/** One row of a bucket, as it was read or written. */
export interface Row<T> {
  readonly key: string;
  readonly value: T;
  /** Sequence of the write that made it: what the next write has to name. */
  readonly revision: number;
}
