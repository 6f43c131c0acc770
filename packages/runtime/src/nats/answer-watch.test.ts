import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerWatch } from "./answer-watch.ts";

test("a connection is given up when nothing was answered over it for half a minute, and then not at once again", () => {
  const watch = new AnswerWatch();
  assert.equal(watch.unanswered(0, 2_000), false);
  assert.equal(watch.unanswered(10_000, 12_000), false);
  assert.equal(watch.unanswered(28_000, 30_000), true);
  assert.equal(watch.unanswered(40_000, 42_000), false);
  assert.equal(watch.unanswered(68_000, 70_000), true);
});

test("one answer is enough for it to be kept", () => {
  const watch = new AnswerWatch();
  assert.equal(watch.unanswered(0, 2_000), false);
  watch.answered();
  assert.equal(watch.unanswered(29_000, 31_000), false);
  assert.equal(watch.unanswered(57_000, 59_000), true);
});
