/** What a node does with what its hosts tell of themselves: spans go to the collector, figures into its own. */
import type { Configure, HostEvent } from "../host/ipc.ts";
import { ACTOR_METRICS } from "../telemetry/actor-metrics.ts";
import { knownFigures, type MetricFigures, sumFigures } from "../telemetry/metric-figures.ts";
import { METRICS, type MetricName } from "../telemetry/metric-names.ts";
import type { HostTracing } from "../telemetry/process-tracing.ts";
import type { MessageLog } from "./message-log.ts";

type TelemetryEvent = Extract<HostEvent, { type: "spans" | "metrics" | "message" }>;

/** Whether a host tells of itself with it, and asks for nothing. */
export const isTelemetry = (event: HostEvent): event is TelemetryEvent =>
  event.type === "spans" || event.type === "metrics" || event.type === "message";

export class HostTelemetry {
  readonly #tracing: HostTracing | undefined;
  readonly #isMeasured: boolean;
  readonly #messages: Pick<MessageLog, "add"> | undefined;
  readonly #figures = new Map<string, MetricFigures>();
  #ended: MetricFigures = [];

  constructor(tracing: HostTracing | undefined, isMeasured: boolean, messages?: Pick<MessageLog, "add">) {
    this.#tracing = tracing;
    this.#isMeasured = isMeasured;
    this.#messages = messages;
  }

  /** What a host is told. */
  get told(): Configure["telemetry"] {
    const wanted = { isMeasured: this.#isMeasured, ...(this.#messages && { logsMessages: true }) };
    if (this.#tracing === undefined) return wanted;
    const { protocol, sendEveryMs, queueSize, batchSize } = this.#tracing.settings;
    return { ...wanted, tracing: { protocol, sendEveryMs, queueSize, batchSize } };
  }

  /**
   * Takes what a host tells. Spans that the collector does not take are lost, which the sink tells; figures that no host has are left out,
   * and so are messages of roles that it does not have.
   */
  take(incarnation: string, roles: ReadonlySet<string>, event: TelemetryEvent): void {
    switch (event.type) {
      case "spans":
        this.#tracing?.sink(event.request).catch(() => undefined);
        return;
      case "metrics":
        if (this.#isMeasured) this.#figures.set(incarnation, knownFigures(event.figures, ACTOR_METRICS));
        return;
      case "message":
        if (roles.has(event.role)) this.#messages?.add(event.role, event.line.replaceAll("\n", " "));
        return;
    }
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
