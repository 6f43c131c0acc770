import type { RevokedEdge } from "../contracts/system.ts";

/** An edge as people write it: `planner→reviewer`. */
export const edgeName = ({ from, to }: RevokedEdge): string => `${from}→${to}`;

/** Whether two lists cut the same edges, in whatever order. */
export function isSameCut(a: readonly RevokedEdge[] = [], b: readonly RevokedEdge[] = []): boolean {
  const [one, other] = [new Set(a.map(edgeName)), new Set(b.map(edgeName))];
  return one.size === other.size && [...one].every((name) => other.has(name));
}
