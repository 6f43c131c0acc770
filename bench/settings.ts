import { parseArgs } from "node:util";
import type { ChainName } from "./messages.ts";

/** One thing that is measured: a chain, with or without a journaled step in each role. */
export interface Variant {
  readonly id: string;
  readonly title: string;
  readonly chain: ChainName;
  readonly step: boolean;
  /** Records that one task leaves in the log; 0 where nothing is stored. */
  readonly recordsPerTask: number;
  /** Id of the variant that it is compared with. Default {@link BASELINE}. */
  readonly baseline?: string;
}

export const BASELINE = "raw";
const FAN_OUT_BASELINE = "raw-fan-out";

export const VARIANTS: readonly Variant[] = [
  { id: "core", title: "core NATS request chain, nothing stored", chain: "core", step: false, recordsPerTask: 0 },
  { id: BASELINE, title: "raw JetStream: publish, then ack", chain: "raw", step: false, recordsPerTask: 4 },
  {
    id: "raw-library",
    title: "raw JetStream on the client library's `consume` and `publish`",
    chain: "raw-library",
    step: false,
    recordsPerTask: 4,
  },
  { id: "troupe", title: "Troupe, observer and events off", chain: "hop", step: false, recordsPerTask: 4 },
  {
    id: "troupe-accounts",
    title: "Troupe, each role in a NATS account of its own",
    chain: "accounts",
    step: false,
    recordsPerTask: 4,
  },
  { id: "troupe-traced", title: "Troupe, 1 % of the tasks traced", chain: "traced", step: false, recordsPerTask: 4 },
  { id: "troupe-step", title: "Troupe, one journaled step a hop", chain: "hop", step: true, recordsPerTask: 7 },
  { id: "troupe-start", title: "Troupe as `npm start` runs it", chain: "start", step: false, recordsPerTask: 4 },
  {
    id: FAN_OUT_BASELINE,
    title: "raw JetStream: fan-out to 8, join in memory",
    chain: "raw-fan-out",
    step: false,
    recordsPerTask: 18,
    baseline: FAN_OUT_BASELINE,
  },
  {
    id: "troupe-fan-out",
    title: "Troupe: fan-out to 8 and join",
    chain: "fan-out",
    step: false,
    recordsPerTask: 27,
    baseline: FAN_OUT_BASELINE,
  },
];

export const baselineOf = ({ baseline = BASELINE }: Variant): string => baseline;

export interface BenchSettings {
  readonly rounds: number;
  readonly levels: readonly number[];
  readonly variants: readonly Variant[];
  /** How long each variant runs before the first round. */
  readonly primeMs: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly isJson: boolean;
  /** Folder for CPU profiles of every worker; slows everything down. */
  readonly profileDir?: string | undefined;
}

export const USAGE = `Usage: npm run bench -- [--rounds N] [--levels 1,64,256] [--only raw,troupe] [--quick] [--json]

  --rounds N    rounds, each with every variant at every level (default 7)
  --levels L    tasks in flight (default 1,64,256)
  --only V      variants: ${VARIANTS.map((v) => v.id).join(", ")}
                (default all; what they are compared with is measured besides)
  --quick       2 rounds with short windows: shows that it runs, not how fast
  --json        one JSON document instead of tables
  --profile D   also write a CPU profile of each worker into folder D`;

/** Reads the command line. Throws a `TypeError` or `RangeError` that says what is wrong with it. */
export function parseSettings(args: readonly string[]): BenchSettings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      levels: { type: "string", default: "1,64,256" },
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      profile: { type: "string" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  return {
    rounds: positive("--rounds", values.rounds ?? (values.quick ? "2" : "7")),
    levels: values.levels.split(",").map((text) => positive("--levels", text)),
    variants: chosen(values.only),
    primeMs: values.quick ? 500 : 6_000,
    warmUpMs: values.quick ? 200 : 400,
    measureMs: values.quick ? 500 : 1_200,
    isJson: values.json,
    profileDir: values.profile,
  };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 10_000)
    throw new RangeError(`${option}: ${JSON.stringify(text)} is not a whole number from 1 to 10000`);
  return value;
}

function chosen(only: string | undefined): readonly Variant[] {
  if (only === undefined) return VARIANTS;
  const ids = new Set(only.split(","));
  for (const id of ids) {
    if (!VARIANTS.some((v) => v.id === id)) throw new RangeError(`--only: there is no variant ${JSON.stringify(id)}`);
  }
  const baselines = new Set(VARIANTS.filter((v) => ids.has(v.id)).map(baselineOf));
  return VARIANTS.filter((v) => ids.has(v.id) || baselines.has(v.id));
}
