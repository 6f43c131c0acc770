/** How long tasks took, as counts in buckets that grow by a tenth: small, addable, and true to 10 %. Pure. */

/** Counts by bucket number; most are absent. */
export type Latencies = Readonly<Record<number, number>>;

const GROWTH = Math.log(1.1);
/** A day: what takes longer is counted as that. */
const LONGEST_MS = 86_400_000;

/** The bucket of a time: bucket n holds what took more than 1.1^(n-1) ms and no more than 1.1^n ms; bucket 0 up to 1 ms. */
export const bucketOf = (ms: number): number =>
  Math.max(0, Math.ceil(Math.log(Math.min(LONGEST_MS, Math.max(1, ms))) / GROWTH - 1e-9));

const upperMs = (bucket: number): number => Math.exp(bucket * GROWTH);
const lowerMs = (bucket: number): number => upperMs(bucket - 1);

export const countOf = (latencies: Latencies): number =>
  Object.values(latencies).reduce((sum, count) => sum + count, 0);

/** The time that this share of tasks did not exceed, ms; `undefined` when there are none. */
export function quantile(latencies: Latencies, share: number): number | undefined {
  const total = countOf(latencies);
  if (total === 0) return undefined;
  const wanted = share * total;
  let below = 0;
  for (const [key, count] of sorted(latencies)) {
    if (below + count >= wanted) return lowerMs(key) + ((upperMs(key) - lowerMs(key)) * (wanted - below)) / count;
    below += count;
  }
  return LONGEST_MS;
}

/** How many took longer than that; within a bucket they are taken to be spread evenly. */
export function countAbove(latencies: Latencies, ms: number): number {
  const border = bucketOf(ms);
  return sorted(latencies).reduce((sum, [key, count]) => {
    if (key < border) return sum;
    if (key > border) return sum + count;
    const [from, to] = [lowerMs(key), upperMs(key)];
    return sum + count * Math.min(1, Math.max(0, (to - ms) / (to - from)));
  }, 0);
}

const sorted = (latencies: Latencies): readonly (readonly [number, number])[] =>
  Object.entries(latencies)
    .map(([key, count]) => [Number(key), count] as const)
    .toSorted(([a], [b]) => a - b);
