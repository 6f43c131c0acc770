import { COST_SPIKE } from "./cost-spike.ts";
import { HIGH_ERROR_RATE } from "./high-error-rate.ts";
import { HIGH_LATENCY } from "./high-latency.ts";
import type { Runbook, RunbookName } from "./runbook.ts";

export const RUNBOOKS: Readonly<Record<RunbookName, Runbook>> = {
  high_error_rate: HIGH_ERROR_RATE,
  high_latency: HIGH_LATENCY,
  cost_spike: COST_SPIKE,
};
