/** How objectives are kept: value in the window, what is left of the error budget, burn rates. Pure. */
import {
  type ObjectiveReport,
  rfc3339,
  SLO_NAMES,
  type SloName,
  type SloReport,
  type Slos,
} from "@troupe/runtime/internal";
import { countAbove, countOf, quantile } from "./latencies.ts";
import type { Tally } from "./tally.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Windows that burn rates are told for. */
export const BURN_WINDOWS_MS = [5 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, 72 * HOUR] as const;

/** What an objective makes of a tally. */
interface Reading {
  /** Tasks that it speaks of. */
  readonly tasks: number;
  readonly value: number;
  /** Share of these tasks' error budget that they have spent: 1 = exactly all. */
  readonly spent: number;
}

/** One objective with everything that it needs. */
interface Objective {
  readonly unit: ObjectiveReport["unit"];
  readonly target: number;
  readonly alert: number;
  readonly windowMs: number;
  /** Whether a higher value is the better one. */
  readonly isFloor: boolean;
  /** `undefined` = no data. */
  read(tally: Tally): Reading | undefined;
}

type On<Name extends SloName> = Exclude<Slos[Name], false>;

const ofTasks = (tasks: number, value: number, spent: number): Reading | undefined =>
  tasks === 0 ? undefined : { tasks, value, spent };

const availability = ({ target, alertBelow: alert, windowMs }: On<"availability">): Objective => ({
  unit: "share",
  target,
  alert,
  windowMs,
  isFloor: true,
  read: ({ tasks, unavailable }) => ofTasks(tasks, 1 - unavailable / tasks, unavailable / tasks / (1 - target)),
});

const errors = ({ target, alertAbove: alert, windowMs }: On<"errors">): Objective => ({
  unit: "share",
  target,
  alert,
  windowMs,
  isFloor: false,
  read: ({ tasks, failed }) => ofTasks(tasks, failed / tasks, failed / tasks / target),
});

const latency = ({ percentile, targetMs: target, alertMs: alert, windowMs }: On<"latency">): Objective => ({
  unit: "ms",
  target,
  alert,
  windowMs,
  isFloor: false,
  read: ({ latencies }) => {
    const tasks = countOf(latencies);
    const slow = countAbove(latencies, target);
    return ofTasks(tasks, quantile(latencies, percentile) ?? 0, slow / tasks / (1 - percentile));
  },
});

const cost = ({ targetUsd: target, alertUsd: alert, windowMs }: On<"cost">): Objective => ({
  unit: "usd",
  target,
  alert,
  windowMs,
  isFloor: false,
  read: ({ tasks, costMicros }) => {
    const value = costMicros / 1_000_000 / tasks;
    return ofTasks(tasks, value, value / target);
  },
});

/** Each objective that is not switched off. */
const OBJECTIVES: Readonly<Record<SloName, (slos: Slos) => Objective | undefined>> = {
  availability: (slos) => (slos.availability ? availability(slos.availability) : undefined),
  latency: (slos) => (slos.latency ? latency(slos.latency) : undefined),
  errors: (slos) => (slos.errors ? errors(slos.errors) : undefined),
  cost: (slos) => (slos.cost ? cost(slos.cost) : undefined),
};

/** What was counted within that time before now. */
export type SumOf = (windowMs: number) => Tally;

export interface ReportInput {
  readonly system: string;
  readonly nowMs: number;
  readonly sinceMs: number | undefined;
  readonly slos: Slos;
  /** Objectives that nothing is counted for. */
  readonly uncounted: ReadonlySet<SloName>;
  readonly sumOf: SumOf;
}

export function reportOf({ system, nowMs, sinceMs, slos, uncounted, sumOf: read }: ReportInput): SloReport {
  const sumOf = once(read);
  return {
    system,
    at: rfc3339(nowMs),
    since: sinceMs === undefined ? null : rfc3339(sinceMs),
    objectives: SLO_NAMES.flatMap((name) => {
      const objective = OBJECTIVES[name](slos);
      if (!objective) return [];
      return [objectiveReport(name, uncounted.has(name) ? { ...objective, read: () => undefined } : objective, sumOf)];
    }),
  };
}

/** Objectives look at the same windows, and a window may be 30 days of minutes. */
function once(read: SumOf): SumOf {
  const sums = new Map<number, Tally>();
  return (windowMs) => {
    const sum = sums.get(windowMs) ?? read(windowMs);
    sums.set(windowMs, sum);
    return sum;
  };
}

function objectiveReport(name: SloName, objective: Objective, sumOf: SumOf): ObjectiveReport {
  const { unit, target, alert, windowMs } = objective;
  const now = objective.read(sumOf(windowMs));
  return {
    name,
    status: now ? statusOf(objective, now.value) : "no_data",
    unit,
    target,
    alert,
    value: now ? rounded(now.value) : null,
    window_ms: windowMs,
    tasks: now?.tasks ?? 0,
    budget_left: now ? rounded(1 - now.spent) : null,
    burn: BURN_WINDOWS_MS.flatMap((burnMs) => {
      const within = objective.read(sumOf(burnMs));
      return within ? [{ window_ms: burnMs, rate: rounded(within.spent), tasks: within.tasks }] : [];
    }),
  };
}

function statusOf({ target, alert, isFloor }: Objective, value: number): ObjectiveReport["status"] {
  const isBeyond = (limit: number) => (isFloor ? value < limit : value > limit);
  if (isBeyond(alert)) return "alarming";
  return isBeyond(target) ? "missed" : "met";
}

/** Six digits after the point: a millionth of a dollar, a task in a million. */
const rounded = (value: number): number => Math.round(value * 1_000_000) / 1_000_000;
