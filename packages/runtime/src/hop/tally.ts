/**
 * What a task has cost and how often its handlers have failed, as far as a hop can know it: what came with its message, its own journal, and
 * the answers that it took. All of it is read from records, so every replay counts the same.
 */
import type { Passport, Tally } from "../contracts/record.ts";
import type { Journal } from "./replay.ts";

/** The tally of a passport; one that has none counts a run for each hop of its path. */
const tallyOf = ({ tally, depth }: Pick<Passport, "tally" | "depth">): Tally =>
  tally ?? { costMicros: 0, runs: depth, failures: 0, passed: [] };

export class HopTally {
  readonly #journal: Journal;
  #passed: Set<string> | undefined;
  #costMicros: number;
  #runs: number;
  #failures: number;

  /** `journal` = what the hop has recorded so far. */
  constructor(journal: Journal) {
    this.#journal = journal;
    this.#costMicros = journal.costMicros;
    this.#runs = journal.failures + 1;
    this.#failures = journal.failures;
  }

  addCost(micros: number): void {
    this.#costMicros += micros;
  }

  addFailure(): void {
    this.#failures++;
  }

  /** An answer of a called role: what it has added to what it was given with the call of wait `wait`. */
  addAnswer(wait: number, answer: Passport, isError: boolean): void {
    const given = tallyOf({ tally: this.#journal.tallies.get(wait), depth: answer.depth });
    const brought = answer.tally ?? { ...given, runs: given.runs + 1 };
    const failures = Math.max(0, brought.failures - given.failures);
    this.#costMicros += Math.max(0, brought.costMicros - given.costMicros);
    this.#runs += Math.max(1, brought.runs - given.runs);
    this.#failures += isError ? Math.max(1, failures) : failures;
    for (const rule of brought.passed) this.pass(rule);
  }

  /** A person has let this rule pass, for the rest of the way. */
  pass(rule: string): void {
    this.#passed ??= new Set();
    this.#passed.add(rule);
  }

  /** Everything so far, with what came with the message. */
  total(input: Passport): Tally {
    const before = tallyOf(input);
    return {
      costMicros: before.costMicros + this.#costMicros,
      runs: before.runs + this.#runs,
      failures: before.failures + this.#failures,
      passed: this.#passed === undefined ? before.passed : [...new Set([...before.passed, ...this.#passed])],
    };
  }

  /** The same as it is handed down: nothing while there is nothing to tell, so that plain messages do not grow. */
  handedDown(input: Passport): Tally | undefined {
    const hasNews = this.#costMicros > 0 || this.#failures > 0 || this.#passed !== undefined;
    return hasNews || input.tally !== undefined ? this.total(input) : undefined;
  }
}
