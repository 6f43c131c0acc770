/**
 * Every figure that Prometheus may read from a part of Troupe, by name. The one module that names them: dashboards and alert rules refer
 * to nothing else. Names are in base units, counters end in `_total`, and no label is an id of a task, session or user.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";

interface Declared {
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper bounds, in the unit of the name. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export const METRICS = {
  troupe_http_requests_total: {
    type: "counter",
    help: "HTTP requests that were answered, by operation (method and path template) and status.",
    labels: ["operation", "status"],
  },
  troupe_http_request_duration_seconds: {
    type: "histogram",
    help: "Time from a request's arrival to the end of its answer, by operation; of streams, their whole life.",
    labels: ["operation"],
    buckets: SECONDS,
  },
  troupe_process_cpu_seconds_total: { type: "counter", help: "CPU time of this process." },
  troupe_process_resident_memory_bytes: { type: "gauge", help: "Memory of this process." },
  troupe_process_event_loop_delay_seconds: {
    type: "gauge",
    help: "How late the event loop was since the last scrape, 99th percentile.",
  },
  troupe_supervisor_up: {
    type: "gauge",
    help: "1 while a supervisor leads and answers; then the cluster's figures are there.",
  },
  troupe_supervisor_epoch: {
    type: "gauge",
    help: "Term of the leading supervisor: it grows with every change of leader.",
  },
  troupe_cluster_healthy: { type: "gauge", help: "1 healthy, 0.5 degraded, 0 critical." },
  troupe_nodes: { type: "gauge", help: "Nodes by status.", labels: ["status"] },
  troupe_actors: { type: "gauge", help: "Actors by state.", labels: ["state"] },
  troupe_nodes_mean_load_ratio: { type: "gauge", help: "Mean load of the nodes, 0 to 1." },
  troupe_mailbox_messages: {
    type: "gauge",
    help: "Messages by mailbox: waiting, or in the hands of an actor.",
    labels: ["mailbox", "state"],
  },
  troupe_oldest_message_age_seconds: { type: "gauge", help: "Age of the oldest message that waits; 0 when none does." },
  troupe_tasks_in_flight: { type: "gauge", help: "Tasks that have begun and not ended." },
  troupe_alerts_firing: { type: "gauge", help: "Alerts that fire, by name.", labels: ["alert"] },
} as const satisfies Readonly<Record<string, Declared>>;

export type MetricName = keyof typeof METRICS;
type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name] extends { readonly labels: readonly (infer Label)[] } ? Label & string : never, string>
>;
type NameOf<Type extends Declared["type"]> = {
  [Name in MetricName]: (typeof METRICS)[Name]["type"] extends Type ? Name : never;
}[MetricName];

/** Some of the metrics, kept by one part of the system. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #collectors: (() => Promise<void> | void)[] = [];

  constructor(names: readonly MetricName[]) {
    for (const name of names) this.#declare(name, METRICS[name]);
  }

  /** Adds to a counter, 1 if nothing else is said. */
  add<Name extends NameOf<"counter">>(name: Name, labels: LabelsOf<Name>, amount = 1): void {
    this.#counters.get(name)?.inc(labels, amount);
  }

  set<Name extends NameOf<"gauge">>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
  }

  /** Forgets all values of a gauge: what is not set again is gone. */
  clear(name: NameOf<"gauge">): void {
    this.#gauges.get(name)?.reset();
  }

  observe<Name extends NameOf<"histogram">>(name: Name, labels: LabelsOf<Name>, value: number): void {
    this.#histograms.get(name)?.observe(labels, value);
  }

  /** Called before each reading, to set what is only known then. Must not throw. */
  beforeReading(collect: () => Promise<void> | void): void {
    this.#collectors.push(collect);
  }

  /** Media type of {@link text}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All values in Prometheus' text format. */
  async text(): Promise<string> {
    for (const collect of this.#collectors) await collect();
    return this.#registry.metrics();
  }

  #declare(name: MetricName, { type, help, labels = [], buckets = [] }: Declared): void {
    const common = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === "counter") this.#counters.set(name, new Counter(common));
    else if (type === "gauge") this.#gauges.set(name, new Gauge(common));
    else this.#histograms.set(name, new Histogram({ ...common, buckets: [...buckets] }));
  }
}
