import type { Clock } from "../clock.ts";
import type { Subjects } from "../contracts/subjects.ts";
import type { HopEnd } from "../hop/hop-end.ts";
import { toDelivery } from "../log/jetstream-log.ts";
import type { PulledMessage } from "../nats/held-messages.ts";
import { actorMetrics } from "../telemetry/actor-metrics.ts";
import { messageLine } from "./message-line.ts";

/** Told how each hop of a role ended. */
export type MeasureHop = (end: HopEnd, ranMs: number, message: PulledMessage) => void;

export interface MeasureOptions {
  readonly role: string;
  readonly node: string;
  readonly subjects: Subjects;
  readonly clock: Clock;
  readonly isMeasured: boolean;
  /** Takes a line for each message; absent = nobody reads them. */
  readonly logMessage?: ((line: string) => void) | undefined;
}

/** Counts hops, and tells of messages, as far as somebody wants to know; `undefined` = nobody does. */
export function measureHops(options: MeasureOptions): MeasureHop | undefined {
  const { role, node, subjects, clock, isMeasured, logMessage } = options;
  if (!isMeasured && logMessage === undefined) return undefined;
  return (end, ranMs, message) => {
    if (isMeasured) count(role, end, ranMs);
    logMessage?.(messageLine(toDelivery(message).record, end, { atMs: clock.nowMs(), role, node, ranMs }, subjects));
  };
}

function count(role: string, end: HopEnd, ranMs: number): void {
  actorMetrics.add("troupe_hops_total", { role, end: end.kind });
  actorMetrics.observe("troupe_hop_duration_seconds", { role }, ranMs / 1_000);
  if (end.kind === "retry" || end.kind === "parked")
    actorMetrics.add("troupe_hop_failures_total", { role, code: end.error.code });
}
