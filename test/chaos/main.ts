/**
 * `npm run chaos`: a whole system in real processes, a load, and faults that strike it by a seeded schedule; then the log, the books of the
 * receiver of effects and the control plane's events are checked (docs/chaos.md). Loopback only; ends only what it started.
 */
import { join } from "node:path";
import { messageOf } from "@troupe/runtime";
import { ChaosBed } from "./suite/bed.ts";
import type { Fault } from "./suite/fault.ts";
import { FAULTS } from "./suite/faults.ts";
import { diskFull, smallDisk } from "./suite/machine-faults.ts";
import { hasFailed, type RoundReport, reportOf, textOf } from "./suite/report.ts";
import { type Position, runRound } from "./suite/round.ts";
import { type ChaosSettings, chosenFaults, parseChaosSettings, USAGE } from "./suite/settings.ts";

const ROUND_MINUTES = 2;
const note = (line: string): boolean => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const settings = parseChaosSettings(process.argv.slice(2), (Date.now() % 1_000_000) + 1);
  if (settings === "help") {
    console.log(USAGE);
    return 0;
  }
  const chosen = chosenFaults(FAULTS, settings.only);
  const disk = chosen.some(needsDisk) ? await smallDisk() : undefined;
  if (disk && "reason" in disk) note(`disk-full skipped: ${disk.reason}`);
  const own = disk && "folder" in disk ? disk : undefined;
  try {
    const faults = own ? chosen : chosen.filter((fault) => !needsDisk(fault));
    const reports = await runRounds(settings, faults, own && join(own.folder, "store"));
    console.log(settings.isJson ? JSON.stringify({ rounds: reports }, undefined, 2) : textOf(reports));
    return reports.some(hasFailed) ? 1 : 0;
  } finally {
    await own?.remove();
  }
}

const needsDisk = (fault: Fault): boolean => fault === diskFull;

async function runRounds(
  settings: ChaosSettings,
  faults: readonly Fault[],
  storeDir: string | undefined,
): Promise<readonly RoundReport[]> {
  const reports: RoundReport[] = [];
  await using bed = await ChaosBed.start(storeDir);
  let from: Position = { records: 1, events: 1 };
  let leftMinutes = settings.minutes;
  for (let seed = settings.seed; leftMinutes > 0.01; seed++) {
    const minutes = Math.min(ROUND_MINUTES, leftMinutes);
    leftMinutes -= minutes;
    note(`seed ${seed}, ${minutes} min`);
    const { round, overdue, next } = await runRound(bed, { seed, minutes, faults }, from, note);
    from = next;
    const report = reportOf(seed, minutes, round, overdue);
    reports.push(report);
    note(textOf([report]));
    if (hasFailed(report)) {
      note(bed.logs());
      break;
    }
  }
  return reports;
}

try {
  process.exitCode = await main();
} catch (error) {
  note(messageOf(error));
  process.exitCode = 1;
}
