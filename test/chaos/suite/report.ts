/** What a run comes to, for people and as JSON. */
import type { Violation } from "../../support/invariants.ts";
import { invalidity, type Round, violationsIn } from "./judge.ts";

export interface RoundReport {
  readonly seed: number;
  readonly tasks: number;
  /** Hops that somebody took over. */
  readonly takeOvers: number;
  /** Effects that were tried more than once; the receiver did them once. */
  readonly repeatedEffects: number;
  /** Tasks that ended as poison, since two executors died on them. */
  readonly poisoned: number;
  /** Longest time in which no task ended, ms. */
  readonly longestGapMs: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** Why the round proves nothing. */
  readonly invalid: string | undefined;
  /** What had not ended or come back in time. */
  readonly overdue: string | undefined;
}

/** What is known of a round besides what happened in it. */
export interface RoundFacts {
  readonly seed: number;
  /** Fewer ends, and the round proves nothing. */
  readonly leastEnds: number;
  readonly overdue: string | undefined;
}

export function reportOf(round: Round, { seed, leastEnds, overdue }: RoundFacts): RoundReport {
  const tasks = [...round.history.tasks.values()];
  const records = tasks.flatMap((task) => task.records);
  const kinds = tasks.map((task) => JSON.stringify(task.ends[0]?.body ?? null));
  const faults: Record<string, number> = {};
  for (const { fault } of round.struck) faults[fault] = (faults[fault] ?? 0) + 1;
  return {
    seed,
    tasks: tasks.length,
    takeOvers: records.filter(({ at }) => at.name.class === "c" && at.name.kind === "claim").length,
    repeatedEffects: round.received.length - new Set(round.received.map(({ key }) => key)).size,
    poisoned: kinds.filter((body) => body.includes('"poison_message"')).length,
    longestGapMs: longestGap(tasks.flatMap((task) => task.ends.map((end) => end.storedAtMs))),
    faults,
    violations: violationsIn(round),
    invalid: invalidity(round, leastEnds),
    overdue,
  };
}

function longestGap(endedAtMs: readonly number[]): number {
  const sorted = endedAtMs.toSorted((a, b) => a - b);
  return Math.round(Math.max(0, ...sorted.slice(1).map((at, i) => at - (sorted[i] ?? at))));
}

export const hasFailed = ({ violations, invalid, overdue }: RoundReport): boolean =>
  violations.length > 0 || invalid !== undefined || overdue !== undefined;

/** One line a round, and what was wrong. */
export function textOf(reports: readonly RoundReport[]): string {
  const head = [
    "seed",
    "tasks",
    "faults",
    "taken over",
    "effects repeated",
    "poisoned",
    "longest gap ms",
    "violations",
  ];
  const rows = reports.map((r) => [
    r.seed,
    r.tasks,
    Object.values(r.faults).reduce((sum, count) => sum + count, 0),
    r.takeOvers,
    r.repeatedEffects,
    r.poisoned,
    r.longestGapMs,
    r.violations.length,
  ]);
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [...table, ...reports.flatMap(wrongIn)].join("\n");
}

function wrongIn({ seed, violations, invalid, overdue }: RoundReport): string[] {
  return [
    ...(invalid === undefined ? [] : [`seed ${seed} proves nothing: ${invalid}`]),
    ...(overdue === undefined ? [] : [`seed ${seed}: ${overdue}`]),
    ...violations.slice(0, 20).map((v) => `seed ${seed}: ${v.invariant}: ${v.task}: ${v.detail}`),
  ];
}
