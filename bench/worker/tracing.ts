import { startTracing, type Tracer } from "@troupe/runtime/internal";
import type { ChainName } from "../messages.ts";

/** Of the tasks of the traced chain, as docs/traces.md advises. */
const RATIO = 0.01;
const SETTINGS = { protocol: "http/json", sendEveryMs: 1_000, queueSize: 2_048, batchSize: 512 } as const;

const sink = (): Promise<void> => Promise.resolve();

/**
 * The tracing of a worker: where tasks begin the sampler decides, roles follow it. Spans are made, serialized and thrown away: what a
 * collector costs is its own affair.
 */
export async function benchTracer(chain: ChainName, worker: "door" | "role"): Promise<Tracer | undefined> {
  if (chain !== "traced") return undefined;
  const deciding = worker === "door" ? { sampler: "parentbased_traceidratio" as const, ratio: RATIO } : {};
  const settings = { ...SETTINGS, ...deciding };
  const { tracer } = await startTracing({ settings, service: `bench-${worker}`, attributes: {}, sink });
  return tracer;
}
