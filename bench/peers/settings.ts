import { parseArgs } from "node:util";
import type { Load } from "../messages.ts";

export interface PeerSettings {
  readonly rounds: number;
  /** Ids of peers; `undefined` = all. */
  readonly only: ReadonlySet<string> | undefined;
  /** Where peers are installed and stay; `undefined` = in a folder that is removed at the end. */
  readonly folder: string | undefined;
  readonly primeMs: number;
  readonly load: Load;
  readonly isJson: boolean;
}

const LOAD: Load = { inFlight: 64, warmUpMs: 500, measureMs: 4_000, step: false };
const QUICK: Load = { ...LOAD, inFlight: 4, measureMs: 2_000 };

/** `ids` are the peers that there are. */
export const usageOfPeers = (ids: readonly string[]): string =>
  `Usage: npm run bench:peers -- [--rounds N] [--only ${ids.join()}] [--folder D] [--quick] [--json]

  --rounds N    rounds, each with every system (default 7)
  --only P      peers (default all; Troupe is always measured)
  --folder D    install the peers into folder D and leave them there for the next run
  --quick       2 rounds with short windows and 4 tasks in flight: shows that it runs, not how fast
  --json        one JSON document instead of a table`;

/** Reads the command line. Throws a `TypeError` or `RangeError` that says what is wrong with it. */
export function parsePeerSettings(args: readonly string[], ids: readonly string[]): PeerSettings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: "string" },
      only: { type: "string" },
      folder: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 7));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
    throw new RangeError(`--rounds: ${JSON.stringify(values.rounds)} is not a whole number from 1 to 100`);
  const only = values.only === undefined ? undefined : new Set(values.only.split(","));
  for (const id of only ?? [])
    if (!ids.includes(id)) throw new RangeError(`--only: there is no peer ${JSON.stringify(id)}`);
  return {
    rounds,
    only,
    folder: values.folder,
    primeMs: values.quick ? 1_000 : 8_000,
    load: values.quick ? QUICK : LOAD,
    isJson: values.json,
  };
}
