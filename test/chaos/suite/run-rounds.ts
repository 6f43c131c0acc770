import { join } from "node:path";
import type { Violation } from "../../support/invariants.ts";
import { ChaosBed } from "./bed.ts";
import type { Round } from "./evidence.ts";
import type { Fault } from "./fault.ts";
import { FAULTS } from "./faults.ts";
import { diskFull, smallDisk } from "./machine-faults.ts";
import { hasFailed, type RoundReport, reportOf, textOf } from "./report.ts";
import { FIRST_POSITION, runRound } from "./round.ts";
import { type ChaosSettings, chosenFaults } from "./settings.ts";

const ROUND_MINUTES = 2;

/** What a run of the suite comes to. */
export interface SuiteResult {
  readonly text: string;
  readonly json: unknown;
  readonly hasFailed: boolean;
}

/** Rounds of faults on the code as it is, until the time is over or one fails. */
export async function runRounds(settings: ChaosSettings, note: (line: string) => void): Promise<SuiteResult> {
  const chosen = chosenFaults(FAULTS, settings.only);
  const wantsDisk = chosen.includes(diskFull) && !settings.isUnprivileged;
  const disk = wantsDisk ? await smallDisk() : { reason: "it needs root" };
  if ("reason" in disk) {
    if (chosen.includes(diskFull)) note(`disk-full skipped: ${disk.reason}`);
    const others = chosen.filter((fault) => fault !== diskFull);
    return resultOf(await reportsOf(settings, others, undefined, note));
  }
  try {
    return resultOf(await reportsOf(settings, chosen, join(disk.folder, "store"), note));
  } finally {
    await disk.remove();
  }
}

const resultOf = (rounds: readonly RoundReport[]): SuiteResult => ({
  text: textOf(rounds),
  json: { rounds },
  hasFailed: rounds.some(hasFailed),
});

async function reportsOf(
  settings: ChaosSettings,
  faults: readonly Fault[],
  storeDir: string | undefined,
  note: (line: string) => void,
): Promise<readonly RoundReport[]> {
  const reports: RoundReport[] = [];
  await using bed = await ChaosBed.start(storeDir);
  let from = FIRST_POSITION;
  let leftMinutes = settings.minutes;
  for (let seed = settings.seed; leftMinutes > 0.01; seed++) {
    const minutes = Math.min(ROUND_MINUTES, leftMinutes);
    leftMinutes -= minutes;
    note(`seed ${seed}, ${minutes} min`);
    const { round, overdue, next } = await runRound(bed, { seed, minutes, faults }, from, note);
    from = next;
    const report = reportOf(round, { seed, leastEnds: settings.leastEndsAMinute * minutes, overdue });
    reports.push(report);
    note(textOf([report]));
    if (hasFailed(report)) {
      note(violatedTasks(round, report.violations));
      note(bed.logs());
      break;
    }
  }
  return reports;
}

const MOST_TASKS = 5;

/** What the log has of the first tasks that something is wrong with. */
function violatedTasks({ history }: Round, violations: readonly Violation[]): string {
  const tasks = [...new Set(violations.map(({ task }) => task))].flatMap((id) => {
    const found = [...history.tasks.values()].find(({ task }) => task === id);
    return found === undefined ? [] : [found];
  });
  const lines = tasks.slice(0, MOST_TASKS).flatMap(({ task, records }) => [
    `--- ${task}`,
    ...records.map(({ subject, storedAtMs, header: { writer } }) => {
      const by = writer && `${writer.nonce} claim ${writer.claim} after ${writer.previous ?? "nothing"}`;
      return `${new Date(storedAtMs).toISOString()} ${subject.split(task + ".")[1]} ${by ?? ""}`;
    }),
  ]);
  return lines.join("\n");
}
