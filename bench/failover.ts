/**
 * `npm run bench:failover`: how long after a kill -9 each hop that was in flight there runs elsewhere, as the log tells (docs/failures.md).
 * Three nodes, three supervisors, 64 tasks in flight, real processes on loopback; beside it the same kills without what is measured.
 */
import { measureFault, type Outcome } from "./failover/measure.ts";
import { parseFailoverSettings, TITLES, USAGE } from "./failover/settings.ts";
import { quantile } from "./statistics.ts";

interface Row {
  readonly fault: string;
  readonly kills: number;
  readonly n: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly needless: number;
  readonly violations: readonly string[];
}

function rowOf({ fault, kills, delaysMs, needless, violations }: Outcome): Row {
  const at = (q: number) => (delaysMs.length === 0 ? Number.NaN : Math.round(quantile(delaysMs, q)));
  const figures = { n: delaysMs.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  return { fault, kills, ...figures, needless, violations };
}

function tableOf(rows: readonly Row[], outcomes: readonly Outcome[]): string {
  const head = ["fault", "kills", "n", "p50 ms", "p99 ms", "max ms", "taken from the living", "violations"];
  const lines = rows.map((row, i) => [
    TITLES[outcomes[i]?.fault ?? "node"],
    ...[row.kills, row.n, row.p50Ms, row.p99Ms, row.maxMs, row.needless, row.violations.length].map(String),
  ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

async function main(): Promise<number> {
  const settings = parseFailoverSettings(process.argv.slice(2));
  if (settings === "help") {
    console.log(USAGE);
    return 0;
  }
  const outcomes: Outcome[] = [];
  for (const fault of settings.faults) {
    const isLong = fault === "node-alone" || fault === "node-frozen";
    const kills = isLong ? Math.ceil(settings.kills / 4) : settings.kills;
    outcomes.push(await measureFault(fault, kills, (text) => process.stderr.write(`${text}\n`)));
  }
  const rows = outcomes.map(rowOf);
  console.log(settings.isJson ? JSON.stringify({ rows }, undefined, 2) : tableOf(rows, outcomes));
  const violations = rows.flatMap((row) => row.violations);
  for (const violation of violations.slice(0, 10)) process.stderr.write(`violated: ${violation}\n`);
  return violations.length === 0 && rows.every((row) => row.n > 0) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
