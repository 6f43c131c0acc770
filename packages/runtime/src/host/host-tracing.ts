import { type ProcessTracing, startTracing } from "../telemetry/start-tracing.ts";
import type { Configure, HostEvent } from "./ipc.ts";

/**
 * Tracing of a host as its node tells it to. Its spans go through the node: a host has neither the collector's address nor its secrets. It
 * begins no trace by itself: it records what the task's client, or the door, has decided to record.
 */
export async function traceAsTold(
  { telemetry, node, system, deployment: { version } }: Configure,
  tell: (event: HostEvent) => void,
): Promise<ProcessTracing | undefined> {
  if (telemetry?.tracing === undefined) return undefined;
  return startTracing({
    settings: telemetry.tracing,
    service: "troupe-host",
    attributes: {
      "service.namespace": system,
      "service.version": version,
      "service.instance.id": node,
      "troupe.node": node,
    },
    sink: (request) => {
      tell({ type: "spans", request });
      return Promise.resolve();
    },
  });
}
