/** Traces of whole processes, where OpenTelemetry's standard variables ask for them. */
import type { Logger } from "pino";
import { loadTracing, type TracingSettings } from "./config/load.ts";
import { openCollector, type ProcessTracing, type SpanSink, startTracing } from "./start-tracing.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** How the hosts of a node trace, and who takes their spans. */
export interface HostTracing {
  readonly settings: TracingSettings;
  readonly sink: SpanSink;
}

/** Tracing of a process with a gateway in it: here the sampler decides. `undefined` when nobody asks for it. Throws `invalid_config`. */
export async function traceDoor(
  variables: Variables,
  system: string,
  logger: Logger,
): Promise<ProcessTracing | undefined> {
  const settings = loadTracing(variables);
  if (settings === undefined) return undefined;
  const sink = await openCollector(settings, logger);
  return startTracing({ settings, service: "troupe-gateway", attributes: { "service.namespace": system }, sink });
}

/** What a node is given so that its hosts trace. `undefined` when nobody asks for it. Throws `invalid_config`. */
export async function traceHosts(variables: Variables, logger: Logger): Promise<HostTracing | undefined> {
  const settings = loadTracing(variables);
  return settings && { settings, sink: await openCollector(settings, logger) };
}
