/** How an actor is, by how long it takes and how often it fails; the worse of the two counts (R-SUP-7). Pure. */
import type { RecentOutcomes } from "./outcomes.ts";

export type ActorHealth = "healthy" | "warning" | "critical";

const RESPONSE_MS = { warning: 10_000, critical: 30_000 } as const;
const ERROR_RATE = { warning: 0.1, critical: 0.3 } as const;

export function actorHealth(meanMs: number, { failed, total }: RecentOutcomes): ActorHealth {
  const rate = total === 0 ? 0 : failed / total;
  return worse(grade(meanMs, RESPONSE_MS), grade(rate, ERROR_RATE));
}

const grade = (value: number, limits: { readonly warning: number; readonly critical: number }): ActorHealth =>
  value < limits.warning ? "healthy" : value < limits.critical ? "warning" : "critical";

const ORDER: readonly ActorHealth[] = ["healthy", "warning", "critical"];
const worse = (a: ActorHealth, b: ActorHealth): ActorHealth => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);
