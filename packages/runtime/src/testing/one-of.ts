import type { Random } from "../random.ts";

/** One of them, each as likely as another; throws when there is none. */
export function oneOf<T>(all: readonly T[], random: Random): T {
  const one = all[Math.floor(random.unit() * all.length)];
  if (one === undefined) throw new RangeError("there is none to choose from");
  return one;
}
