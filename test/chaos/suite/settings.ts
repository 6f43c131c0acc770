import { parseArgs } from "node:util";
import type { Fault } from "./fault.ts";

export interface ChaosSettings {
  readonly minutes: number;
  /** Of the first round; each further one has the next. */
  readonly seed: number;
  /** Names of faults, or beginnings of names; absent = all. */
  readonly only: readonly string[] | undefined;
  readonly isJson: boolean;
}

export const USAGE = `Usage: npm run chaos -- [--minutes 2] [--seed N] [--only node,server-killed] [--json]

  --minutes N   how long faults strike; beyond 2 in rounds of 2 minutes, each with a seed of its own (default 2)
  --seed N      seed of the first round: the same seed, the same schedule (default: of the clock)
  --only F,F    faults, or beginnings of their names (default all); --only help lists them
  --json        one JSON document on standard output`;

/** Reads the command line. Throws a `TypeError` or `RangeError` that says what is wrong with it. */
export function parseChaosSettings(args: readonly string[], seed: number): ChaosSettings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "2" },
      seed: { type: "string", default: String(seed) },
      only: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const minutes = Number(values.minutes);
  if (!(minutes >= 0.5 && minutes <= 24 * 60))
    throw new RangeError(`--minutes: ${JSON.stringify(values.minutes)} is not a number from 0.5 to 1440`);
  const chosen = Number(values.seed);
  if (!Number.isSafeInteger(chosen) || chosen < 1)
    throw new RangeError(`--seed: ${JSON.stringify(values.seed)} is not a whole number from 1`);
  return { minutes, seed: chosen, only: values.only?.split(","), isJson: values.json };
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
