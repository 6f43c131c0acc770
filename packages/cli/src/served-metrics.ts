import { type Logger, type ServedMetrics, serveMetrics } from "@troupe/runtime/internal";

/** Figures that are kept, and served, until they are closed. */
export interface ServedFigures<T> {
  readonly metrics: T;
  close(): Promise<void>;
}

/** Makes figures and serves them, where an address is given. Throws `invalid_config` when nobody can listen there. */
export async function served<T extends ServedMetrics & { close(): void }>(
  address: string | undefined,
  make: () => T,
  logger: Logger,
): Promise<ServedFigures<T> | undefined> {
  if (address === undefined || address === "") return undefined;
  const metrics = make();
  const server = await serveMetrics(address, metrics, logger);
  const close = async (): Promise<void> => {
    metrics.close();
    await server.close();
  };
  return { metrics, close };
}
