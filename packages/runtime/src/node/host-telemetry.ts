/** What a node does with what its hosts tell of themselves: spans go to the collector, figures into its own. */
import type { Configure } from "../host/ipc.ts";
import { ACTOR_METRICS } from "../telemetry/actor-metrics.ts";
import { knownFigures, type MetricFigures, sumFigures } from "../telemetry/metric-figures.ts";
import { METRICS, type MetricName } from "../telemetry/metric-names.ts";
import type { HostTracing } from "../telemetry/process-tracing.ts";

export class HostTelemetry {
  readonly #tracing: HostTracing | undefined;
  readonly #isMeasured: boolean;
  readonly #figures = new Map<string, MetricFigures>();
  #ended: MetricFigures = [];

  constructor(tracing: HostTracing | undefined, isMeasured: boolean) {
    this.#tracing = tracing;
    this.#isMeasured = isMeasured;
  }

  /** What a host is told. */
  get told(): Configure["telemetry"] {
    if (this.#tracing === undefined) return { isMeasured: this.#isMeasured };
    const { protocol, sendEveryMs, queueSize, batchSize } = this.#tracing.settings;
    return { isMeasured: this.#isMeasured, tracing: { protocol, sendEveryMs, queueSize, batchSize } };
  }

  /** Passes finished spans on; what the collector does not take is lost, which the sink tells. */
  takeSpans(request: Uint8Array): void {
    this.#tracing?.sink(request).catch(() => undefined);
  }

  /** Takes all figures of a host; those that no host has are left out. */
  takeFigures(incarnation: string, figures: MetricFigures): void {
    if (this.#isMeasured) this.#figures.set(incarnation, knownFigures(figures, ACTOR_METRICS));
  }

  /** A host is gone. What it counted stays counted: a sum that shrinks would be taken for one that began anew. */
  hostEnded(incarnation: string): void {
    const last = this.#figures.get(incarnation);
    if (!this.#figures.delete(incarnation) || last === undefined) return;
    this.#ended = sumFigures([this.#ended, last.filter(({ name }) => !isGauge(name))]);
  }

  /** The figures of all hosts that there are and were. */
  get figures(): MetricFigures {
    return sumFigures([this.#ended, ...this.#figures.values()]);
  }
}

const isGauge = (name: string): boolean =>
  Object.hasOwn(METRICS, name) &&
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just looked up
  METRICS[name as MetricName].type === "gauge";
