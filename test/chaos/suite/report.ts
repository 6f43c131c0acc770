/** What a run comes to, for people and as JSON. */
import type { TaskId } from "@troupe/runtime";
import type { Violation } from "../../support/invariants.ts";
import type { AtRest, Round } from "./evidence.ts";
import { invalidity, violationsIn } from "./judge.ts";

export interface RoundReport {
  readonly seed: number;
  readonly tasks: number;
  /** Hops that somebody took over. */
  readonly takeOvers: number;
  /** Effects that were tried more than once; the receiver did them once. */
  readonly repeatedEffects: number;
  /** Tasks that ended as poison, since two executors died on them. */
  readonly poisoned: number;
  /** What clients could do, and the longest time in which nobody could. */
  readonly availability: readonly Window[];
  /** Parts that ended by themselves, with what they said last: whoever runs them starts them again. */
  readonly fallen: readonly string[];
  /** What each part held at rest, before and after. */
  readonly held: readonly { readonly part: string; readonly before: AtRest | undefined; readonly after: AtRest }[];
  /** How many times slower than alone the machine was, since others needed it. */
  readonly slowness: number;
  /** How often each fault struck. */
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** Why the round proves nothing. */
  readonly invalid: string | undefined;
  /** What had not ended or come back in time. */
  readonly overdue: string | undefined;
}

/** One kind of thing that clients do. */
export interface Window {
  readonly what: string;
  readonly count: number;
  readonly longestGapMs: number;
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
    availability: availabilityOf(round),
    slowness: round.slowness,
    fallen: round.fallen,
    held: round.after.map((after) => ({
      part: after.part,
      before: round.before.find((b) => b.part === after.part),
      after,
    })),
    faults,
    violations: violationsIn(round),
    invalid: invalidity(round, leastEnds),
    overdue,
  };
}

function availabilityOf({ history, accepted, tenantOf, acts, turns }: Round): readonly Window[] {
  const startedAtMs = (tasks: readonly TaskId[]) =>
    tasks.map((task) => history.tasks.get(task)?.start?.storedAtMs ?? 0);
  const ends = [...history.tasks.values()].flatMap((task) => task.ends.map((end) => end.storedAtMs));
  const answers = acts.flatMap(({ task }) => {
    const answered = history.tasks.get(task)?.records.find(({ at }) => at.from === "human");
    return answered === undefined ? [] : [answered.storedAtMs];
  });
  return [
    windowOf("tasks accepted over NATS", startedAtMs(accepted.filter((task) => !tenantOf.has(task)))),
    windowOf("tasks accepted over HTTP", startedAtMs([...tenantOf.keys()])),
    windowOf("turns begun", startedAtMs(turns.map(({ task }) => task))),
    windowOf("people's decisions stored", answers),
    windowOf("tasks ended", ends),
  ];
}

function windowOf(what: string, atMs: readonly number[]): Window {
  const sorted = atMs.toSorted((a, b) => a - b);
  const longestGapMs = Math.round(Math.max(0, ...sorted.slice(1).map((at, i) => at - (sorted[i] ?? at))));
  return { what, count: sorted.length, longestGapMs };
}

/** What a run comes to: everything held, it proves nothing, or something is wrong. */
export type Outcome = "held" | "proves nothing" | "failed";

export function outcomeOf({ violations, invalid, overdue }: RoundReport): Outcome {
  if (violations.length > 0 || overdue !== undefined) return "failed";
  return invalid === undefined ? "held" : "proves nothing";
}

/** One line a round, and what was wrong. */
export function textOf(reports: readonly RoundReport[]): string {
  const head = [
    "seed",
    "tasks",
    "faults",
    "taken over",
    "effects repeated",
    "poisoned",
    "no end for ms",
    "slowness",
    "violations",
  ];
  const rows = reports.map((r) => [
    r.seed,
    r.tasks,
    Object.values(r.faults).reduce((sum, count) => sum + count, 0),
    r.takeOvers,
    r.repeatedEffects,
    r.poisoned,
    Math.max(0, ...r.availability.filter(({ what }) => what === "tasks ended").map(({ longestGapMs }) => longestGapMs)),
    r.slowness.toFixed(1),
    r.violations.length,
  ]);
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return [
    ...table,
    ...reports.flatMap(windowsOf),
    ...reports.flatMap(({ fallen }) => fallen),
    ...reports.flatMap(wrongIn),
  ].join("\n");
}

const windowsOf = ({ seed, availability }: RoundReport): string[] =>
  availability.map(({ what, count, longestGapMs }) => `seed ${seed}: ${count} ${what}, for ${longestGapMs} ms none`);

function wrongIn({ seed, violations, invalid, overdue }: RoundReport): string[] {
  return [
    ...(invalid === undefined ? [] : [`seed ${seed} proves nothing: ${invalid}`]),
    ...(overdue === undefined ? [] : [`seed ${seed}: ${overdue}`]),
    ...violations.slice(0, 20).map((v) => `seed ${seed}: ${v.invariant}: ${v.task}: ${v.detail}`),
  ];
}
