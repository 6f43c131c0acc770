import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { count, type VoteRule } from "./ballot.ts";

const ballots = (...choices: readonly string[]) => choices.map((choice) => ({ choice }));

const table: readonly [string, readonly string[], VoteRule, number, string | undefined][] = [
  ["most votes win", ["a", "b", "a"], "plurality", 3, "a"],
  ["a tie has no winner", ["a", "b"], "plurality", 2, undefined],
  ["a majority is of all who were asked", ["a", "a"], "majority", 4, undefined],
  ["more than half is a majority", ["a", "a", "a", "b"], "majority", 4, "a"],
  ["unanimity needs everybody", ["a", "a"], "unanimous", 3, undefined],
  ["all of one mind are unanimous", ["a", "A ", "a"], "unanimous", 3, "a"],
  ["no ballots, no winner", [], "plurality", 3, undefined],
];
for (const [claim, choices, rule, voters, winner] of table) {
  test(claim, () => {
    const counted = count(ballots(...choices), rule, voters);
    assert.equal("winner" in counted ? counted.winner : undefined, winner);
  });
}

test("every ballot counts once, and the order of ballots never decides", () => {
  const choice = fc.constantFrom("keep", "rewrite", "wait");
  const rule = fc.constantFrom<VoteRule>("plurality", "majority", "unanimous");
  fc.assert(
    fc.property(fc.array(choice, { maxLength: 9 }), rule, (choices, by) => {
      const forwards = count(ballots(...choices), by, 9);
      const backwards = count(ballots(...choices.toReversed()), by, 9);
      assert.equal(
        Object.values(forwards.votes).reduce((sum, votes) => sum + votes, 0),
        choices.length,
      );
      assert.equal("winner" in forwards && forwards.winner, "winner" in backwards && backwards.winner);
      if (!("winner" in forwards)) return;
      const others = Object.entries(forwards.votes).filter(([name]) => name !== forwards.winner);
      assert.ok(others.every(([, votes]) => votes < (forwards.votes[forwards.winner] ?? 0)));
    }),
  );
});
