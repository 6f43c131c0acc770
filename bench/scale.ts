/** `npm run bench:scale`: what grows with the number of tasks, actors and nodes, and what must not (docs/benchmarks.md). Loopback, real processes. */
import { benchResult } from "./result.ts";
import { approvals } from "./scale/approvals.ts";
import { budgetWorkers } from "./scale/budget-workers.ts";
import { coldStart } from "./scale/cold-start.ts";
import { type Figure, figureTable } from "./scale/finding.ts";
import { finishedTasks } from "./scale/finished-tasks.ts";
import { idleActors } from "./scale/idle-actors.ts";
import { type ExperimentName, parseScaleSettings, USAGE } from "./scale/settings.ts";
import { simulatedNodes } from "./scale/simulated-nodes.ts";
import { waitingHops } from "./scale/waiting-hops.ts";

const RUNS: Readonly<Record<ExperimentName, (size: number) => Promise<readonly Figure[]>>> = {
  "finished-tasks": finishedTasks,
  "waiting-hops": waitingHops,
  "idle-actors": idleActors,
  "cold-start": coldStart,
  nodes: simulatedNodes,
  approvals,
  "budget-workers": budgetWorkers,
};

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const settings = parseScaleSettings(args);
  if (settings === "help") {
    console.log(USAGE);
    return 0;
  }
  const figures: Figure[] = [];
  let hasFailed = false;
  for (const { name, sizes } of settings.experiments) {
    for (const size of sizes) {
      process.stderr.write(`${name}: ${size}\n`);
      // The figures of the others count all the same.
      await RUNS[name](size).then(
        (found) => figures.push(...found),
        (error: unknown) => {
          hasFailed = true;
          process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
        },
      );
    }
  }
  const tables = figureTable(figures);
  if (settings.isJson) console.log(JSON.stringify(benchResult("bench:scale", args, tables, { figures }), undefined, 1));
  else console.log(tables);
  if (hasFailed) return 2;
  return figures.every(({ goal }) => goal?.isMet !== false) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
