import { parseArgs } from "node:util";
import type { Fault } from "./fault.ts";

export interface ChaosSettings {
  readonly minutes: number;
  /** Of the first round; each further one has the next. */
  readonly seed: number;
  /** Names of faults, or beginnings of names; absent = all. */
  readonly only: readonly string[] | undefined;
  /** Fewer ends, and a round proves nothing. */
  readonly leastEndsAMinute: number;
  /** Three nats-servers in the place of one. */
  readonly isCluster: boolean;
  /** Leaves out what not every machine has. */
  readonly isEverywhereTheSame: boolean;
  /** Where libfaketime is; absent = where distributions put it. */
  readonly faketime: string | undefined;
  readonly isJson: boolean;
  /** Names of the mutants of our own code to catch, instead of a run on the code as it is; `all` of them. */
  readonly mutants: readonly string[] | "all" | undefined;
}

export const USAGE = `Usage: npm run chaos -- [--minutes 2] [--seed N] [--only node,server-killed] [--cluster] [--json]
       npm run chaos -- --ci [--json]
       npm run chaos -- --mutants | --mutant NAME [--seed N] [--json]

  --minutes N   how long faults strike; beyond 2 in rounds of 2 minutes, each with a seed of its own (default 2)
  --seed N      seed of the first round: the same seed, the same schedule (default: of the clock)
  --only F,F    faults, or beginnings of their names (default all); --only help lists them
  --cluster     three nats-servers in the place of one, three copies of each stream, every part with credentials of its own
  --faketime F  the library libfaketimeMT.so.1, by which clocks are set (default: where distributions put it)
  --ci          one round of two minutes that is always the same, without what needs root or libfaketime
  --mutants     breaks our own code on purpose, one place at a time: each must be caught within ten rounds of a minute
  --mutant M,M  these alone; --mutant help lists them
  --json        one JSON document on standard output`;

/** What a change is checked with: no longer than four minutes, on machines that have no time for it. */
const CI = { minutes: 2, seed: 20, leastEndsAMinute: 50 };
const LEAST_ENDS_A_MINUTE = 500;

/** Reads the command line. Throws a `TypeError` or `RangeError` that says what is wrong with it. */
export function parseChaosSettings(args: readonly string[], seed: number): ChaosSettings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string" },
      seed: { type: "string" },
      only: { type: "string" },
      faketime: { type: "string" },
      cluster: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      ci: { type: "boolean", default: false },
      mutants: { type: "boolean", default: false },
      mutant: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const {
    minutes = "2",
    seed: chosen = String(seed),
    only,
    mutant,
    ci: isCi,
    json: isJson,
    cluster: isCluster,
  } = values;
  if (isCi && (isCluster || (values.minutes ?? values.seed ?? only ?? mutant ?? values.faketime) !== undefined))
    throw new RangeError("--ci: is always the same round, and goes with --json alone");
  const mutants = mutant?.split(",") ?? (values.mutants ? "all" : undefined);
  const run = { minutes: minutesOf(minutes), seed: seedOf(chosen), leastEndsAMinute: LEAST_ENDS_A_MINUTE };
  return {
    ...(isCi ? CI : run),
    only: only?.split(","),
    faketime: values.faketime,
    isCluster,
    isEverywhereTheSame: isCi,
    mutants,
    isJson,
  };
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (minutes >= 0.5 && minutes <= 24 * 60) return minutes;
  throw new RangeError(`--minutes: ${JSON.stringify(text)} is not a number from 0.5 to 1440`);
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 1) return seed;
  throw new RangeError(`--seed: ${JSON.stringify(text)} is not a whole number from 1`);
}

/** The faults that were asked for. Throws a `RangeError` that names those that there are. */
export function chosenFaults(faults: readonly Fault[], only: readonly string[] | undefined): readonly Fault[] {
  if (only === undefined) return faults;
  return only.flatMap((name) => {
    const found = faults.filter((fault) => fault.name.startsWith(name));
    if (found.length > 0) return found;
    throw new RangeError(`--only: no fault is called ${name}…; there are ${faults.map((f) => f.name).join(", ")}`);
  });
}
