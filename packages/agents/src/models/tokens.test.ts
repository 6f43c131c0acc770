import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countTokens as countWhole } from "gpt-tokenizer/encoding/o200k_base";
import { countAll, countTokens, countWithin } from "./tokens.ts";

const SENTENCE =
  "It's the planner's turn, isn't it? Write `let x = 10;` and\n  then (see §3) go on with the naïve plan. ";

test("a long text counts as many tokens in pieces as it does whole", async () => {
  const words = fc.constantFrom(
    "plan",
    "It's",
    "naïve",
    "x=10;",
    "\n\n",
    "  indented",
    "日本",
    "😀",
    "camelCase",
    "1234567",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(words, { minLength: 100, maxLength: 400 }), async (parts) => {
      // A sentence between the parts has places to cut at.
      const text = parts.map((part) => `${part} and then go on`).join(" ");
      assert.equal(await countTokens(text), countWhole(text));
    }),
    { numRuns: 30 },
  );
  assert.equal(await countTokens(SENTENCE.repeat(500)), countWhole(SENTENCE.repeat(500)));
});

test("a run without a break is counted in bounded time, at most one token in 500 characters too many", async () => {
  const run = "a".repeat(4_000);
  const whole = countWhole(run);
  const counted = await countTokens(run);
  assert.ok(counted >= whole && counted <= whole + 8);
  const emoji = "😀".repeat(1_000);
  assert.ok((await countTokens(emoji)) >= countWhole(emoji));
  // Whole, this takes half an hour.
  assert.ok((await countTokens("a".repeat(1_000_000))) >= 125_000);
});

test("text that looks like a control token is text", async () => {
  assert.ok((await countTokens("say <|endoftext|> aloud")) > 3);
});

test("what fits by its bytes is not counted, what may not is counted exactly; no count is above its bound", async () => {
  assert.deepEqual(await countWithin(["four", "five!"], 17), [8, 9]);
  assert.deepEqual(await countWithin(["four", "five!"], 16), [await countAll(["four"]), await countAll(["five!"])]);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
      assert.ok((await countTokens(text)) <= Buffer.byteLength(text));
    }),
    { numRuns: 200 },
  );
});
