import { monitorEventLoopDelay } from "node:perf_hooks";
import { cpuUsage, memoryUsage } from "node:process";
import type { MetricName } from "./metric-names.ts";
import type { Metrics } from "./metrics.ts";

/** What {@link collectProcessMetrics} sets. */
export const PROCESS_METRICS = [
  "troupe_process_cpu_seconds_total",
  "troupe_process_resident_memory_bytes",
  "troupe_process_event_loop_delay_seconds",
] as const satisfies readonly MetricName[];

/** CPU, memory and event loop of this process, read at each scrape. The returned function ends the watching. */
export function collectProcessMetrics(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let countedSeconds = 0;
  metrics.beforeReading(() => {
    const { user, system } = cpuUsage();
    const seconds = (user + system) / 1e6;
    metrics.add("troupe_process_cpu_seconds_total", {}, Math.max(0, seconds - countedSeconds));
    countedSeconds = seconds;
    metrics.set("troupe_process_resident_memory_bytes", {}, memoryUsage.rss());
    const p99 = delay.percentile(99);
    metrics.set("troupe_process_event_loop_delay_seconds", {}, Number.isFinite(p99) ? p99 / 1e9 : 0);
    delay.reset();
  });
  return () => {
    delay.disable();
  };
}
