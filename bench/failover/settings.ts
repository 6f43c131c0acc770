import { parseArgs } from "node:util";

/** What is killed, under which circumstances. */
export const FAULTS = ["node", "host", "node-frozen", "node-silent", "node-alone", "leader"] as const;
export type FaultName = (typeof FAULTS)[number];

/** Not how soon somebody takes over, but what tasks feel of it while the leader dies. */
export const LEADER_LOAD = "leader-load";

export const TITLES: Readonly<Record<FaultName, string>> = {
  node: "node killed with its hosts",
  host: "host process killed",
  "node-frozen": "node and its hosts stopped for 8 s (SIGSTOP), then on",
  "node-silent": "node killed, the server's disconnect events not heeded",
  "node-alone": "node killed, all supervisors stopped (redelivery alone)",
  leader: "leading supervisor killed: until another one answers",
};

export interface FailoverSettings {
  readonly kills: number;
  readonly faults: readonly FaultName[];
  /** Whether the latency of tasks around a leader's death is measured as well. */
  readonly hasLeaderLoad: boolean;
  readonly isJson: boolean;
}

export const USAGE = `Usage: npm run bench:failover -- [--kills N] [--only node,host] [--json]

  --kills N     kills of each sort (default 30; a quarter of it where that takes long: frozen, or no supervisor)
  --only F      faults: ${FAULTS.join(", ")}, ${LEADER_LOAD} (default all)
  --json        one JSON document instead of a table`;

/** Reads the command line. Throws a `TypeError` or `RangeError` that says what is wrong with it. */
export function parseFailoverSettings(args: readonly string[]): FailoverSettings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      kills: { type: "string", default: "30" },
      only: { type: "string", default: [...FAULTS, LEADER_LOAD].join() },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const kills = Number(values.kills);
  if (!Number.isInteger(kills) || kills < 1 || kills > 1_000)
    throw new RangeError(`--kills: ${JSON.stringify(values.kills)} is not a whole number from 1 to 1000`);
  const names = values.only.split(",");
  const faults = names
    .filter((name) => name !== LEADER_LOAD)
    .map((name) => {
      const fault = FAULTS.find((known) => known === name);
      if (!fault) throw new RangeError(`--only: there is no fault ${JSON.stringify(name)}`);
      return fault;
    });
  return { kills, faults, hasLeaderLoad: names.includes(LEADER_LOAD), isJson: values.json };
}
