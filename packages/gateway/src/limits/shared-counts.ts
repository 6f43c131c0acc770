import { createHash } from "node:crypto";
import { addToCounter, type Link, type Subjects } from "@troupe/runtime/internal";

/** Counters that all gateways of a system share. */
export interface SharedCounts {
  /** Adds to the counter of a key in a window; the total over all gateways afterwards. Throws `unavailable`. */
  add(limit: string, key: string, window: number, amount: number): Promise<number>;
}

/** Counters of the server itself: one round trip, no conflict between gateways, and nothing to clean up. */
export const createSharedCounts = (link: Link, subjects: Subjects): SharedCounts => ({
  add: (limit, key, window, amount) => addToCounter(link, subjects.count(limit, tokenOf(key), window), amount),
});

/** Keys hold whatever callers are called. */
const tokenOf = (key: string): string => createHash("sha256").update(key).digest("hex").slice(0, 32);
