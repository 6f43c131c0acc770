/** The door to OpenTelemetry's SDK: what is behind it is loaded only where the environment asks for traces. */
import type { Tracer } from "@opentelemetry/api";
import type { Logger } from "pino";
import type { TracingSettings } from "./config/load.ts";

/** Takes finished spans as one OTLP request. Rejects when they were not taken; they are then lost. */
export type SpanSink = (request: Uint8Array) => Promise<void>;

export interface TracingOptions {
  readonly settings: Pick<TracingSettings, "protocol" | "sendEveryMs" | "queueSize" | "batchSize"> &
    Partial<Pick<TracingSettings, "sampler" | "ratio">>;
  /** `service.name`, unless the environment says another. */
  readonly service: string;
  /** Further attributes of the resource: node, system. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly sink: SpanSink;
}

/** The tracing of a process. */
export interface ProcessTracing {
  readonly tracer: Tracer;
  /** Sends what waits and ends; gives up after a second. Never throws. */
  close(): Promise<void>;
}

/** Sets up tracing for this process, handlers' own libraries included. Without a sampler it decides nothing: it follows the caller's flag. */
export async function startTracing(options: TracingOptions): Promise<ProcessTracing> {
  const { openTracing } = await import("./tracing-sdk.ts");
  return openTracing(options);
}

/** Where the standard variables say that spans go: endpoint, headers, time-out, compression and certificates are read from the environment. */
export async function openCollector({ protocol }: TracingSettings, logger: Logger): Promise<SpanSink> {
  const { collectorSink } = await import("./collector.ts");
  return collectorSink(protocol, logger);
}
