/** Traces of the processes that `troupe` runs, where OpenTelemetry's standard variables ask for them. */
import {
  type HostTracing,
  type Logger,
  loadTracing,
  openCollector,
  type ProcessTracing,
  startTracing,
} from "@troupe/runtime/internal";

type Variables = Readonly<Record<string, string | undefined>>;

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

/** How the hosts of a node trace. `undefined` when nobody asks for it. Throws `invalid_config`. */
export async function traceHosts(variables: Variables, logger: Logger): Promise<HostTracing | undefined> {
  const settings = loadTracing(variables);
  return settings && { settings, sink: await openCollector(settings, logger) };
}
