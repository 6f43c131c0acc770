import type { Violation } from "../../support/invariants.ts";
import { ChaosBed } from "./bed.ts";
import type { Round } from "./evidence.ts";
import type { Fault } from "./fault.ts";
import { FAULTS } from "./faults.ts";
import { Machine } from "./machine.ts";
import { type Outcome, outcomeOf, type RoundReport, reportOf, textOf } from "./report.ts";
import { FIRST_POSITION, runRound } from "./round.ts";
import { type ChaosSettings, chosenFaults } from "./settings.ts";

const ROUND_MINUTES = 2;

/** What a run of the suite comes to. */
export interface SuiteResult {
  readonly text: string;
  readonly json: unknown;
  readonly outcome: Outcome;
}

/** A fault that this machine does not allow. */
interface Skipped {
  readonly fault: string;
  readonly reason: string;
}

/** Rounds of faults on the code as it is, until the time is over or one fails. */
export async function runRounds(settings: ChaosSettings, note: (line: string) => void): Promise<SuiteResult> {
  const chosen = chosenFaults(FAULTS, settings.only);
  await using machine = await Machine.prepare(chosen, settings);
  const skipped = chosen.flatMap((fault) => {
    const reason = fault.needs && machine.missing(fault.needs);
    return reason === undefined ? [] : [{ fault: fault.name, reason }];
  });
  for (const { fault, reason } of skipped) note(`${fault} skipped: ${reason}`);
  const faults = chosen.filter(({ name }) => !skipped.some(({ fault }) => fault === name));
  if (faults.length === 0) throw new RangeError("none of these faults can be done on this machine");
  return resultOf(await reportsOf(settings, faults, machine, note), skipped);
}

const resultOf = (rounds: readonly RoundReport[], skipped: readonly Skipped[]): SuiteResult => ({
  text: [textOf(rounds), ...skipped.map(({ fault, reason }) => `${fault} skipped: ${reason}`)].join("\n"),
  json: { rounds, skipped },
  // The first round that does not hold is the last one.
  outcome: rounds.map(outcomeOf).at(-1) ?? "proves nothing",
});

async function reportsOf(
  settings: ChaosSettings,
  faults: readonly Fault[],
  { storeDir, faketime }: Machine,
  note: (line: string) => void,
): Promise<readonly RoundReport[]> {
  const reports: RoundReport[] = [];
  await using bed = await ChaosBed.start({ storeDir, isCluster: settings.isCluster, faketime });
  let from = FIRST_POSITION;
  let leftMinutes = settings.minutes;
  for (let seed = settings.seed; leftMinutes > 0.01; seed++) {
    const minutes = Math.min(ROUND_MINUTES, leftMinutes);
    leftMinutes -= minutes;
    note(`seed ${seed}, ${minutes} min`);
    const { round, overdue, next } = await runRound(bed, { seed, minutes, faults }, from, note).catch(
      (error: unknown) => {
        note(bed.logs());
        throw error;
      },
    );
    from = next;
    const report = reportOf(round, { seed, leastEnds: settings.leastEndsAMinute * minutes, overdue });
    reports.push(report);
    note(textOf([report]));
    if (outcomeOf(report) !== "held") {
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
