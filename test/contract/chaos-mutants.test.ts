import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { mutated } from "../chaos/mutants/mutant.ts";
import { CODE_MUTANTS, codeMutant } from "../chaos/mutants/mutants.ts";
import { FAULTS } from "../chaos/suite/faults.ts";
import { chosenFaults, parseChaosSettings } from "../chaos/suite/settings.ts";

const sourceOf = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

const of = (...args: string[]) => parseChaosSettings(args, 1);

test("every mutant of our own code still finds the places that it breaks", () => {
  for (const mutant of CODE_MUTANTS) {
    for (const file of new Set(mutant.edits.map((edit) => edit.file))) {
      const source = sourceOf(file);
      assert.notEqual(mutated(mutant, file, source), source, mutant.name);
    }
    if (mutant.proof.in === "processes") assert.ok(chosenFaults(FAULTS, mutant.proof.faults).length > 0, mutant.name);
    else assert.ok(existsSync(new URL(`../../${mutant.proof.file}`, import.meta.url)), mutant.name);
  }
});

test("a mutant whose place has gone, or is there twice, is told as out of date", () => {
  const [mutant] = CODE_MUTANTS;
  const [edit] = mutant?.edits ?? [];
  assert.ok(mutant && edit);
  assert.throws(() => mutated(mutant, edit.file, "something else"), /ack-before-commit is out of date: .+ is 0 times/);
  assert.throws(() => mutated(mutant, edit.file, edit.from + edit.from), /is 2 times/);
  assert.equal(mutated(mutant, "another/file.ts", "as it was"), "as it was");
});

test("mutants are chosen by name, and the slice for changes is always the same", () => {
  assert.throws(() => codeMutant("nothing"), /no mutant is called nothing; there are ack-before-commit/);
  assert.deepEqual(of("--ci"), parseChaosSettings(["--ci"], 2));
  assert.throws(() => of("--ci", "--seed", "3"), /--ci: is always the same round/);
  assert.throws(() => of("--ci", "--cluster"), /--ci: is always the same round/);
  const one = of("--mutant", "no-fence");
  assert.deepEqual(one !== "help" && one.mutants, ["no-fence"]);
});
