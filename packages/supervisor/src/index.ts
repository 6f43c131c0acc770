export { SupervisorMetrics } from "./metrics/supervisor-metrics.ts";
export type { SupervisorSettings } from "./settings.ts";
export { createSupervisor, type Supervisor } from "./supervisor.ts";
export type { SupervisorOptions } from "./supervisor-options.ts";
