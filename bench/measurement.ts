import { type BenchSettings, baselineOf, type Variant } from "./settings.ts";
import { pairedRatios, type Spread, spreadOf } from "./statistics.ts";

/** One window of one variant at one level in one round. */
export interface Sample {
  readonly variant: string;
  readonly inFlight: number;
  readonly round: number;
  readonly tasksPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of one core, by process; `server` is missing where the system does not tell. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly rssBytes: Readonly<Record<string, number>>;
  /** Bytes that one task takes in the store; `undefined` where nothing is stored. */
  readonly bytesPerTask?: number | undefined;
}

/** All rounds of one variant at one level; ratios are to the baseline, round by round. */
export interface Row {
  readonly variant: Variant;
  readonly inFlight: number;
  readonly tasksPerSecond: Spread;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly rateRatio: Spread;
  readonly p50Ratio: Spread;
  /** Processor time that a task takes in all processes together, µs: holds on a busy machine too, where rates say little. */
  readonly cpuMicrosPerTask: Spread;
  readonly cpuRatio: Spread;
  readonly cpu: Readonly<Record<string, number>>;
  readonly rssBytes: Readonly<Record<string, number>>;
  readonly bytesPerTask: number | undefined;
}

/** Sums up samples, in the order of levels and variants. Every variant must have the same rounds as the baseline. */
export function summarize(settings: BenchSettings, samples: readonly Sample[]): Row[] {
  return settings.levels.flatMap((inFlight) => {
    const ofLevel = samples.filter((s) => s.inFlight === inFlight);
    return settings.variants.map((variant) => {
      const baseline = inRounds(ofLevel, baselineOf(variant));
      return row(variant, inFlight, inRounds(ofLevel, variant.id), baseline);
    });
  });
}

function inRounds(samples: readonly Sample[], variant: string): Sample[] {
  return samples.filter((s) => s.variant === variant).toSorted((a, b) => a.round - b.round);
}

function row(variant: Variant, inFlight: number, own: readonly Sample[], baseline: readonly Sample[]): Row {
  const each = (of: readonly Sample[], pick: (sample: Sample) => number) => of.map(pick);
  const rate = (s: Sample) => s.tasksPerSecond;
  const p50 = (s: Sample) => s.p50Ms;
  const bytes = own.flatMap((s) => s.bytesPerTask ?? []);
  return {
    variant,
    inFlight,
    tasksPerSecond: spreadOf(each(own, rate)),
    p50Ms: spreadOf(each(own, p50)),
    p99Ms: spreadOf(each(own, (s) => s.p99Ms)),
    rateRatio: spreadOf(pairedRatios(each(own, rate), each(baseline, rate))),
    p50Ratio: spreadOf(pairedRatios(each(own, p50), each(baseline, p50))),
    cpuMicrosPerTask: spreadOf(each(own, cpuMicros)),
    cpuRatio: spreadOf(pairedRatios(each(own, cpuMicros), each(baseline, cpuMicros))),
    cpu: medians(own.map((s) => s.cpu)),
    rssBytes: medians(own.map((s) => s.rssBytes)),
    bytesPerTask: bytes.length > 0 ? spreadOf(bytes).median : undefined,
  };
}

/** Processor time of a task in all processes together, µs. */
export const cpuMicros = ({ cpu, tasksPerSecond }: Sample): number =>
  (Object.values(cpu).reduce((sum, cores) => sum + cores, 0) * 1_000_000) / tasksPerSecond;

function medians(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const names = new Set(records.flatMap((record) => Object.keys(record)));
  return Object.fromEntries([...names].map((name) => [name, spreadOf(records.flatMap((r) => r[name] ?? [])).median]));
}
