/** Broken variants of our own code, each one place of one source file: what the fault suite must catch, or it proves nothing. Pure. */

/** One place that is rewritten. */
export interface Edit {
  /** Path of the source file from the top of the project. */
  readonly file: string;
  /** What stands there, exactly once. */
  readonly from: string;
  readonly to: string;
}

/** Where a mutant shows: in real processes under faults, or, where only a race of microseconds tells, in a test that forces the race. */
export type Proof =
  | {
      readonly in: "processes";
      /** Beginnings of the names of the faults that bring it out. */
      readonly faults: readonly string[];
    }
  | {
      readonly in: "tests";
      /** Path of the test file from the top of the project. */
      readonly file: string;
    };

export interface CodeMutant {
  readonly name: string;
  /** What it does wrong, for people. */
  readonly does: string;
  readonly edits: readonly Edit[];
  readonly proof: Proof;
}

/** A source file as the mutant has it. Throws a `RangeError` when the place to rewrite is not there exactly once: the mutant is out of date. */
export function mutated({ name, edits }: CodeMutant, file: string, source: string): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((text, { from, to }) => {
      const places = text.split(from).length - 1;
      if (places !== 1)
        throw new RangeError(
          `the mutant ${name} is out of date: ${JSON.stringify(from)} is ${places} times in ${file}`,
        );
      // A function, so that `$` in the replacement means nothing.
      return text.replace(from, () => to);
    }, source);
}
