import type { Firing } from "../guardrails/verdict.ts";
import { actorMetrics } from "../telemetry/actor-metrics.ts";

/** Counts guardrails of a role that fired. */
export const measureGuardrails =
  (role: string) =>
  ({ rule, action, count }: Firing, place: string): void => {
    actorMetrics.add("troupe_guardrail_firings_total", { role, rule, place, action }, count);
  };
