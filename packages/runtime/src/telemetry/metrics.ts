import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { MetricFigures } from "./metric-figures.ts";
import { type Declared, METRICS, type MetricName } from "./metric-names.ts";

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

  /** All values as data, for another process. */
  async figures(): Promise<MetricFigures> {
    for (const collect of this.#collectors) await collect();
    return MetricFigures.parse(await this.#registry.getMetricsAsJSON());
  }

  #declare(name: MetricName, { type, help, labels = [], buckets = [] }: Declared): void {
    const common = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === "counter") this.#counters.set(name, new Counter(common));
    else if (type === "gauge") this.#gauges.set(name, new Gauge(common));
    else this.#histograms.set(name, new Histogram({ ...common, buckets: [...buckets] }));
  }
}
