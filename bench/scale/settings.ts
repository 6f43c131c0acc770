import { parseArgs } from "node:util";

/** What is grown: each is one number. */
export const EXPERIMENTS = [
  "finished-tasks",
  "waiting-hops",
  "idle-actors",
  "cold-start",
  "nodes",
  "approvals",
  "budget-workers",
] as const;
export type ExperimentName = (typeof EXPERIMENTS)[number];

/** What is counted, and how far it grows by default. */
const SIZES: Readonly<Record<ExperimentName, { readonly title: string; readonly sizes: readonly number[] }>> = {
  "finished-tasks": { title: "finished tasks in the stream", sizes: [1_000_000] },
  "waiting-hops": { title: "waiting hops", sizes: [50_000] },
  "idle-actors": { title: "idle actors", sizes: [1_000] },
  "cold-start": { title: "starts of a node", sizes: [5] },
  nodes: { title: "simulated nodes", sizes: [10, 200] },
  approvals: { title: "approvals, one after another", sizes: [300] },
  "budget-workers": { title: "workers that reserve and settle", sizes: [1, 50] },
};

export interface ScaleSettings {
  readonly experiments: readonly { readonly name: ExperimentName; readonly sizes: readonly number[] }[];
  readonly isJson: boolean;
}

export const USAGE = `Usage: npm run bench:scale -- [--only waiting-hops,nodes] [--waiting-hops N] … [--json]

${EXPERIMENTS.map((name) => `  ${`--${name} N`.padEnd(20)}${SIZES[name].title} (default ${SIZES[name].sizes.join(",")})`).join("\n")}
  --only E            experiments (default all)
  --json              one JSON document instead of a table`;

/** Reads the command line. Throws a `TypeError` or `RangeError` that says what is wrong with it. */
export function parseScaleSettings(args: readonly string[]): ScaleSettings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      "finished-tasks": { type: "string" },
      "waiting-hops": { type: "string" },
      "idle-actors": { type: "string" },
      "cold-start": { type: "string" },
      nodes: { type: "string" },
      approvals: { type: "string" },
      "budget-workers": { type: "string" },
      only: { type: "string", default: EXPERIMENTS.join() },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const names = values.only.split(",").map((text) => {
    const name = EXPERIMENTS.find((known) => known === text);
    if (!name) throw new RangeError(`--only: there is no experiment ${JSON.stringify(text)}`);
    return name;
  });
  return {
    experiments: names.map((name) => ({ name, sizes: sizesOf(name, values[name]) })),
    isJson: values.json,
  };
}

function sizesOf(name: ExperimentName, text: string | undefined): readonly number[] {
  if (text === undefined) return SIZES[name].sizes;
  return text.split(",").map((part) => {
    const size = Number(part);
    if (!Number.isInteger(size) || size < 1 || size > 10_000_000)
      throw new RangeError(`--${name}: ${JSON.stringify(part)} is not a whole number from 1 to 10000000`);
    return size;
  });
}
