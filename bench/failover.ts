/**
 * `npm run bench:failover`: how long after a kill -9 each hop that was in flight there runs elsewhere, as the log tells (docs/failures.md).
 * Three nodes, three supervisors, 64 tasks in flight, real processes on loopback; beside it the same kills without what is measured.
 */
import { type LeaderRun, measureLeaderLoad, WINDOW_MS } from "./failover/leader-load.ts";
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

const LEADER_RUNS = 5;
const LEADER_LIMIT = 1.2;

function leaderTable(runs: readonly LeaderRun[]): string {
  const seconds = WINDOW_MS / 1_000;
  const head = ["run", "tasks", `p99 ms in the ${seconds} s before`, `in the ${seconds} s after`, "ratio"];
  const lines = runs.map(({ tasks, beforeP99Ms, afterP99Ms, ratio }, i) =>
    [i + 1, tasks, beforeP99Ms, afterP99Ms, ratio.toFixed(2)].map(String),
  );
  const within = runs.filter(({ ratio }) => ratio <= LEADER_LIMIT).length;
  const table = [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  return `\nleading supervisor of three killed: latency of tasks\n${table}\n${within} of ${runs.length} runs within ${LEADER_LIMIT} times`;
}

const note = (text: string): void => void process.stderr.write(`${text}\n`);

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
    outcomes.push(await measureFault(fault, kills, note));
  }
  const rows = outcomes.map(rowOf);
  const leaderRuns = settings.hasLeaderLoad ? await measureLeaderLoad(LEADER_RUNS, note) : [];
  if (settings.isJson) console.log(JSON.stringify({ rows, leaderRuns }, undefined, 2));
  else {
    if (rows.length > 0) console.log(tableOf(rows, outcomes));
    if (leaderRuns.length > 0) console.log(leaderTable(leaderRuns));
  }
  const violations = [...rows, ...leaderRuns].flatMap((row) => row.violations);
  for (const violation of violations.slice(0, 10)) process.stderr.write(`violated: ${violation}\n`);
  return violations.length === 0 && rows.every((row) => row.n > 0) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
