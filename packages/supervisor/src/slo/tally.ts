import { z } from "zod";
import type { Latencies } from "./latencies.ts";

const count = z.int().min(0);

/** What was counted in some stretch of time. Tallies add up in any order. */
export const Tally = z.strictObject({
  /** Tasks that ended and count: completed, failed or expired. */
  tasks: count,
  /** Of them, those that did not complete. */
  failed: count,
  /** Of those, the ones that the system was not there for. */
  unavailable: count,
  /** What model calls cost, millionths of a dollar. */
  costMicros: count,
  /** How long completed tasks took, where none waited for a person or a time. */
  latencies: z.record(z.string().regex(/^\d{1,3}$/), count),
});
export type Tally = Omit<z.infer<typeof Tally>, "latencies"> & { readonly latencies: Latencies };

export const EMPTY_TALLY: Tally = { tasks: 0, failed: 0, unavailable: 0, costMicros: 0, latencies: {} };

/** A tally that grows. */
export interface Sum extends Omit<Tally, "latencies"> {
  tasks: number;
  failed: number;
  unavailable: number;
  costMicros: number;
  readonly latencies: Record<number, number>;
}

export const newSum = (): Sum => ({ ...EMPTY_TALLY, latencies: {} });

/** Adds to a sum in place: it happens for each task. */
export function addTo(sum: Sum, { tasks, failed, unavailable, costMicros, latencies }: Tally): void {
  sum.tasks += tasks;
  sum.failed += failed;
  sum.unavailable += unavailable;
  sum.costMicros += costMicros;
  for (const bucket in latencies)
    sum.latencies[Number(bucket)] = (sum.latencies[Number(bucket)] ?? 0) + (latencies[Number(bucket)] ?? 0);
}
