/** Order statistics of small samples. All of them ignore the order of their input and throw on an empty one. */

/** The `q`-quantile (0 to 1) by the nearest rank. */
export function quantile(values: readonly number[] | Float64Array, q: number): number {
  if (values.length === 0) throw new RangeError("a quantile of nothing");
  const sorted = Float64Array.from(values).toSorted();
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1));
  return sorted[rank] ?? Number.NaN;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const spreadOf = (values: readonly number[]): Spread => ({
  median: quantile(values, 0.5),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** Ratios of two variants measured in the same rounds: each round is compared with itself, so that a slow minute of the machine cancels out. */
export function pairedRatios(values: readonly number[], baseline: readonly number[]): number[] {
  if (values.length !== baseline.length) throw new RangeError("paired values differ in number");
  return values.map((value, i) => value / (baseline[i] ?? Number.NaN));
}
