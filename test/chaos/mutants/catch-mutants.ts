/** Runs mutants of our own code until a check of the suite finds each of them out. A mutant that nothing finds is a hole in the suite. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { messageOf } from "@troupe/runtime";
import { ChaosBed } from "../suite/bed.ts";
import { FAULTS } from "../suite/faults.ts";
import { type RoundReport, reportOf } from "../suite/report.ts";
import { FIRST_POSITION, runRound } from "../suite/round.ts";
import { chosenFaults } from "../suite/settings.ts";
import type { CodeMutant } from "./mutant.ts";
import { mutantOptions } from "./mutant-options.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const TEST_LIMIT_MS = 600_000;
const TEST_OUTPUT_BYTES = 64 * 1_024 ** 2;
/** Name and first words of the first test of a TAP report that failed. */
const FIRST_FAILED = /^ *not ok \d+ - (.+)\n(?:(?! *error:).*\n)* *error: \|-\n(.*)$/m;
const MOST_SEEDS = 10;
const MINUTES = 1;
/** Under many mutants tasks never end. Longer than the sweeper takes to bring a lost message back, or there would be no proof that it must. */
const PATIENCE_MS = 75_000;
const LEAST_ENDS = 50;
/** What these find may come of a slow machine as well, and proves nothing of a mutant. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(["ends in time", "all returned", "no needless death"]);

/** What became of a mutant. */
export interface Verdict {
  readonly mutant: string;
  readonly does: string;
  readonly proof: "processes" | "tests";
  /** The check that found it out, and what it said; absent = it survived. */
  readonly caught?: { readonly check: string; readonly detail: string };
}

/** Runs one mutant until it is caught, at most ten seeds from the first. */
export async function catchMutant(
  mutant: CodeMutant,
  firstSeed: number,
  note: (line: string) => void,
): Promise<Verdict> {
  const { name, does, proof } = mutant;
  note(`mutant ${name}: ${does}`);
  const caught =
    proof.in === "tests" ? await failingTest(mutant, proof.file) : await strike(mutant, proof.faults, firstSeed, note);
  return { mutant: name, does, proof: proof.in, ...(caught && { caught }) };
}

/** The same rounds without a mutant: what they find then would be no proof. */
export async function control(mutants: readonly CodeMutant[], seed: number, note: (line: string) => void) {
  note("control: the code as it is");
  const faults = new Set(mutants.flatMap(({ proof }) => (proof.in === "processes" ? proof.faults : [])));
  if (faults.size === 0) return undefined;
  await using bed = await ChaosBed.start();
  return await oneRound(bed, [...faults], seed, { from: FIRST_POSITION, minutes: MINUTES }, note);
}

async function strike(
  mutant: CodeMutant,
  faults: readonly string[],
  firstSeed: number,
  note: (line: string) => void,
): Promise<Verdict["caught"]> {
  await using bed = await ChaosBed.start({ mutant });
  let from = FIRST_POSITION;
  for (let seed = firstSeed; seed < firstSeed + MOST_SEEDS; seed++) {
    const { report, next } = await oneRound(bed, faults, seed, { from, minutes: MINUTES }, note);
    from = next;
    const violation = report.violations.find(({ invariant }) => !OF_THE_MACHINE.has(invariant));
    if (violation)
      return { check: violation.invariant, detail: `seed ${seed}: ${violation.task}: ${violation.detail}` };
  }
  return undefined;
}

async function oneRound(
  bed: ChaosBed,
  names: readonly string[],
  seed: number,
  { from, minutes }: { readonly from: typeof FIRST_POSITION; readonly minutes: number },
  note: (line: string) => void,
): Promise<{ readonly report: RoundReport; readonly next: typeof FIRST_POSITION }> {
  const faults = chosenFaults(FAULTS, names);
  const { round, overdue, next } = await runRound(bed, { seed, minutes, faults, patienceMs: PATIENCE_MS }, from, note);
  return { report: reportOf(round, { seed, leastEnds: LEAST_ENDS, overdue }), next };
}

/** Runs a test file as the mutant, with ten seeds. Throws when it ends badly without any test that says so: then it was not tried. */
async function failingTest(mutant: CodeMutant, file: string): Promise<Verdict["caught"]> {
  const NODE_OPTIONS = mutantOptions(mutant, process.env["NODE_OPTIONS"]);
  const env = { ...process.env, NODE_OPTIONS, TROUPE_SIM_SEEDS: String(MOST_SEEDS) };
  const limits = { timeout: TEST_LIMIT_MS, maxBuffer: TEST_OUTPUT_BYTES };
  try {
    await run(process.execPath, ["--test", "--test-reporter=tap", join(ROOT, file)], { env, ...limits });
    return undefined;
  } catch (error) {
    const said = typeof error === "object" && error !== null && "stdout" in error ? String(error.stdout) : "";
    const [, check, detail = ""] = FIRST_FAILED.exec(said) ?? [];
    if (check === undefined || check.includes(file))
      throw new Error(`${file} did not run as ${mutant.name}: ${messageOf(error)}\n${said}`, { cause: error });
    return { check, detail: detail.trim() };
  }
}

/** A line for each mutant: which check caught it. */
export function verdictText(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ mutant, does, proof, caught }) => [
    mutant,
    does,
    proof,
    caught?.check ?? "**nothing**",
    caught?.detail ?? "",
  ]);
  const table = [["mutant", "what it does", "in", "caught by", "which said"], rows[0]?.map(() => "---") ?? [], ...rows];
  return table.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
