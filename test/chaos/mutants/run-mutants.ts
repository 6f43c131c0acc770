import { outcomeOf, textOf } from "../suite/report.ts";
import type { SuiteResult } from "../suite/run-rounds.ts";
import { catchMutant, control, type Verdict, verdictText } from "./catch-mutants.ts";
import { CODE_MUTANTS, codeMutant } from "./mutants.ts";

/**
 * Breaks our own code on purpose, one mutant after the other: each must be caught. Before them comes the code as it is, in which the same
 * checks must find nothing. Throws a `RangeError` for a name that no mutant has.
 */
export async function runMutants(
  names: readonly string[] | "all",
  seed: number,
  note: (line: string) => void,
): Promise<SuiteResult> {
  const mutants = names === "all" ? CODE_MUTANTS : names.map(codeMutant);
  const unbroken = await control(mutants, seed, note);
  const outcome = unbroken === undefined ? "held" : outcomeOf(unbroken.report);
  if (unbroken && outcome !== "held")
    return { text: `the code as it is:\n${textOf([unbroken.report])}`, json: unbroken, outcome };
  const verdicts: Verdict[] = [];
  for (const mutant of mutants) {
    const verdict = await catchMutant(mutant, seed, note);
    verdicts.push(verdict);
    note(verdictText([verdict]));
  }
  const survived = verdicts.filter(({ caught }) => caught === undefined);
  return {
    text: verdictText(verdicts),
    json: { control: unbroken?.report, mutants: verdicts },
    outcome: survived.length > 0 ? "failed" : "held",
  };
}
