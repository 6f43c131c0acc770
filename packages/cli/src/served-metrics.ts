import type { Clock } from "@troupe/runtime";
import {
  type Logger,
  type MetricFigures,
  messageOf,
  metricEvent,
  type ServedMetrics,
  serveMetrics,
} from "@troupe/runtime/internal";

/** Figures that are kept, and served, until they are closed. */
export interface ServedFigures<T> {
  readonly metrics: T;
  close(): Promise<void>;
}

interface Figures extends ServedMetrics {
  figures(): Promise<MetricFigures>;
  close(): void;
}

const TOLD_EVERY_MS = 60_000;

/**
 * Makes figures and serves them, where an address is given; at level `debug` the log tells them too, once a minute. Throws `invalid_config`
 * when nobody can listen there.
 */
export async function served<T extends Figures>(
  address: string | undefined,
  make: () => T,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<ServedFigures<T> | undefined> {
  if (address === undefined || address === "") return undefined;
  const metrics = make();
  const server = await serveMetrics(address, metrics, logger);
  const closed = new AbortController();
  if (logger.isLevelEnabled("debug")) void tellFigures(metrics, clock, logger, closed.signal);
  const close = async (): Promise<void> => {
    closed.abort();
    metrics.close();
    await server.close();
  };
  return { metrics, close };
}

async function tellFigures(metrics: Figures, clock: Clock, logger: Logger, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(TOLD_EVERY_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      logFigures(await metrics.figures(), logger);
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, "figures could not be read");
    }
  }
}

/** One line each; of histograms their sum and count. */
export function logFigures(figures: MetricFigures, logger: Logger): void {
  for (const { name, values } of figures) {
    for (const { metricName = name, labels, value } of values)
      if (!metricName.endsWith("_bucket")) logger.debug(metricEvent({ name: metricName, labels, value }), "metric");
  }
}
