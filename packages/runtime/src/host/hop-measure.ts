import type { HopEnd } from "../hop/ports.ts";
import { actorMetrics } from "../telemetry/actor-metrics.ts";

/** Counts how hops of a role end, and how long they take. */
export const measureHops =
  (role: string) =>
  (end: HopEnd, ranMs: number): void => {
    actorMetrics.add("troupe_hops_total", { role, end: end.kind });
    actorMetrics.observe("troupe_hop_duration_seconds", { role }, ranMs / 1_000);
    if (end.kind === "retry" || end.kind === "parked")
      actorMetrics.add("troupe_hop_failures_total", { role, code: end.error.code });
  };
