import { z } from "zod";

const count = z.int().min(0);

/** What model calls take of a budget: their number, their tokens (input and output), their cost in millionths of a dollar. */
export const Amount = z.strictObject({ calls: count, tokens: count, costMicros: count });
export type Amount = z.infer<typeof Amount>;

export const MEASURES = ["calls", "tokens", "costMicros"] as const;
export type Measure = (typeof MEASURES)[number];

export const NOTHING: Amount = { calls: 0, tokens: 0, costMicros: 0 };

/** Applies a function to each measure of both. */
export function combine(a: Amount, b: Amount, join: (a: number, b: number) => number): Amount {
  return {
    calls: join(a.calls, b.calls),
    tokens: join(a.tokens, b.tokens),
    costMicros: join(a.costMicros, b.costMicros),
  };
}

export const plus = (a: Amount, b: Amount): Amount => combine(a, b, (x, y) => x + y);

/** Never below nothing. */
export const minus = (a: Amount, b: Amount): Amount => combine(a, b, (x, y) => Math.max(0, x - y));

/** As much as there is of both, measure by measure. */
export const least = (a: Amount, b: Amount): Amount => combine(a, b, Math.min);

export const isNothing = (amount: Amount): boolean => MEASURES.every((measure) => amount[measure] === 0);

export const fitsIn = (amount: Amount, room: Amount): boolean => MEASURES.every((m) => amount[m] <= room[m]);
