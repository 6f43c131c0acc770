/** Sums by a key, the largest first: what most faults are found by. Pure. */

export interface Share<Key extends string = string> {
  readonly key: Key;
  readonly amount: number;
  /** Of the whole, 0 to 1. */
  readonly share: number;
}

export function sharesBy<Item>(
  items: Iterable<Item>,
  keyOf: (item: Item) => string,
  amountOf: (item: Item) => number = () => 1,
): readonly Share[] {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + amountOf(item));
  const total = [...sums.values()].reduce((sum, amount) => sum + amount, 0);
  return [...sums]
    .map(([key, amount]) => ({ key, amount, share: total === 0 ? 0 : amount / total }))
    .toSorted((a, b) => b.amount - a.amount);
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
export const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? 0 : numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
