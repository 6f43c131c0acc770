/** When which fault strikes, drawn from a seed: pure, so that a seed gives the same schedule everywhere. */
import type { Random } from "@troupe/runtime/internal";
import type { Fault } from "./fault.ts";

export interface Planned {
  readonly fault: Fault;
  readonly atMs: number;
  readonly holdMs: number;
  /** Of the faults of one lane one begins when the one before it is healed. */
  readonly lane: number;
}

/** Faults that may last at the same time. */
export const LANES = 2;
/** Quiet between two faults of one lane, ms. */
const QUIET_MS: readonly [number, number] = [500, 3_000];
/** A part that was struck needs so long before the next fault of its kind. */
const RECOVERY_MS = 1_000;
/** Nothing strikes in the beginning, and everything is healed so long before the end. */
const WARM_UP_MS = 2_000;
export const HEALING_MS = 8_000;

const between = ([from, to]: readonly [number, number], random: Random): number => from + random.unit() * (to - from);

/** The faults of a run, in the order in which they strike. Every fault comes once before one comes a third time. */
export function planFaults(faults: readonly Fault[], durationMs: number, random: Random): readonly Planned[] {
  const planned: Planned[] = [];
  const counts = new Map(faults.map((fault) => [fault, 0]));
  const freeAtMs = Array.from({ length: LANES }, () => WARM_UP_MS);
  for (;;) {
    const lane = freeAtMs.indexOf(Math.min(...freeAtMs));
    const atMs = (freeAtMs[lane] ?? 0) + between(QUIET_MS, random);
    const fault = draw(faults, counts, busyAt(planned, atMs), random);
    const holdMs = fault === undefined ? 0 : between(fault.holdMs, random);
    if (atMs + holdMs > durationMs - HEALING_MS) return planned;
    freeAtMs[lane] = atMs + holdMs;
    if (fault === undefined) continue; // all parts are struck: this lane waits
    planned.push({ fault, atMs, holdMs, lane });
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
  }
}

/** What is struck at a moment, with the moment that healing takes. */
function busyAt(planned: readonly Planned[], atMs: number): ReadonlySet<string> {
  return new Set(planned.filter((p) => p.atMs + p.holdMs + RECOVERY_MS > atMs).map((p) => p.fault.struck));
}

/** One of those that have come least often, of parts that are not struck already. */
function draw(
  faults: readonly Fault[],
  counts: ReadonlyMap<Fault, number>,
  busy: ReadonlySet<string>,
  random: Random,
): Fault | undefined {
  const possible = faults.filter((fault) => !busy.has(fault.struck));
  const least = Math.min(...possible.map((fault) => counts.get(fault) ?? 0));
  const rarest = possible.filter((fault) => (counts.get(fault) ?? 0) <= least);
  return rarest[Math.floor(random.unit() * rarest.length)];
}
