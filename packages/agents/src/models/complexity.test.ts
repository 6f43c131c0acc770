import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { complexityOf, tierOf } from "./complexity.ts";

const scored: readonly [string, string, number][] = [
  ["nothing in particular", "Hello there", 0],
  ["code", "Write a function that adds", 0.3],
  ["a fenced block", "What is this?\n```\nx\n```", 0.3],
  ["analysis", "Compare the two offers", 0.2],
  ["maths by name", "Calculate the area", 0.2],
  ["maths by signs", "What is 3 * 4 + 1?", 0.2],
  ["creative", "A poem about rain", 0.1],
  ["many steps", "Tell me step by step", 0.3],
  ["a numbered list", "Do this:\n1. open it\n2. close it", 0.3],
  ["technical", "Which protocol is it?", 0.2],
  ["code and technical", "Implement the protocol", 0.5],
  ["code, steps and technical", "First design the API, then implement it", 0.8],
  [
    "everything, which is more than one",
    "First analyze the algorithm, then implement it, prove it, and tell its story",
    1,
  ],
  ["500 characters", "x".repeat(500), 0],
  ["501 characters", "x".repeat(501), 0.1],
  ["1,000 characters", "x".repeat(1_000), 0.1],
  ["1,001 characters", "x".repeat(1_001), 0.2],
  ["a word inside another", "The decoder of a classroom", 0],
];
for (const [what, prompt, complexity] of scored) {
  test(`the complexity of ${what} is ${complexity}`, () => {
    assert.equal(complexityOf(prompt), complexity);
  });
}

test("the limits of the tiers belong to the lower tier", () => {
  const tiers = [0, 0.3, 0.301, 0.7, 0.701, 1].map(tierOf);
  assert.deepEqual(tiers, ["simple", "simple", "standard", "standard", "advanced", "advanced"]);
});

test("every text has a complexity from 0 to 1, and more text is never simpler", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (prompt, more) => {
      const complexity = complexityOf(prompt);
      assert.ok(complexity >= 0 && complexity <= 1);
      assert.ok(complexityOf(`${prompt} ${more}`) >= complexity);
    }),
  );
});

test("a trait is found at both ends of a text of any length", () => {
  const filler = "x ".repeat(50_000);
  assert.equal(complexityOf(`Write a poem ${filler}`), 0.3);
  assert.equal(complexityOf(`${filler} Write a poem`), 0.3);
});
