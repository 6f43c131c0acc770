import { systemRandom } from "@troupe/runtime/internal";

/** Another order in each round, so that no variant always runs after the same one. */
export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, key: systemRandom.unit() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
