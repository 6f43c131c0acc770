import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { newestTextsThatFit, newestThatFit } from "./context-window.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 30 });
const budgets = fc.integer({ min: -20, max: 400 });
const limits = fc.integer({ min: 0, max: 20 });
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

test("what is kept fits, is never more than asked for, and one more would be too much", () => {
  fc.assert(
    fc.property(sizes, budgets, limits, (tokens, budget, max) => {
      const kept = newestThatFit(tokens, budget, max);
      const newest = (count: number) => (count === 0 ? [] : tokens.slice(-count));
      assert.ok(kept >= 0 && kept <= max && kept <= tokens.length);
      assert.ok(kept === 0 || sum(newest(kept)) <= budget);
      assert.ok(kept === max || kept === tokens.length || sum(newest(kept + 1)) > budget);
    }),
  );
});

test("older items never change what is kept, a bigger budget never keeps less", () => {
  fc.assert(
    fc.property(sizes, sizes, budgets, limits, (older, tokens, budget, max) => {
      const kept = newestThatFit(tokens, budget, max);
      if (kept < tokens.length) assert.equal(newestThatFit([...older, ...tokens], budget, max), kept);
      assert.ok(newestThatFit(tokens, budget + 7, max) >= kept);
    }),
  );
});

test("texts are weighed by their tokens, not by their length", async () => {
  // A word and its space are one token, and the framing 4: 54 each.
  const texts = ["hello ".repeat(50), "hello ".repeat(50), "hello ".repeat(50)];
  const kept = await newestTextsThatFit(texts, 120, 10);
  assert.equal(kept, 2);
  assert.equal(await newestTextsThatFit(texts, 10_000, 10), 3);
  assert.equal(await newestTextsThatFit(texts, 10_000, 1), 1);
});
