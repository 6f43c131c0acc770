import type { MetricName } from "./metric-names.ts";
import { Metrics } from "./metrics.ts";

/** What a process that runs actors counts. */
export const ACTOR_METRICS = [
  "troupe_hops_total",
  "troupe_hop_duration_seconds",
  "troupe_hop_failures_total",
  "gen_ai_client_token_usage",
  "gen_ai_client_operation_duration_seconds",
  "troupe_model_cost_dollars_total",
  "troupe_model_breaker_state",
  "troupe_model_budget_refusals_total",
  "troupe_cache_lookups_total",
  "troupe_cache_saved_dollars_total",
  "troupe_tool_calls_total",
  "troupe_tool_call_duration_seconds",
  "troupe_guardrail_firings_total",
] as const satisfies readonly MetricName[];

/** The figures of the actors of this process: like its environment, a process has them once. Its node reads them. */
export const actorMetrics: Metrics = new Metrics(ACTOR_METRICS);
