import assert from "node:assert/strict";
import { test } from "node:test";
import { deadlineDetector } from "./failure-detector.ts";

const detector = () => deadlineDetector({ suspectAfterMs: 2_000, deadAfterMs: 8_000 });

test("silence makes a node suspect, then silent, and hearing it makes it alive", () => {
  const judge = detector();
  judge.heard("a", 0);
  assert.equal(judge.judge("a", 1_999), "alive");
  assert.equal(judge.judge("a", 2_000), "suspect");
  assert.equal(judge.judge("a", 8_000), "silent");
  judge.heard("a", 8_001);
  assert.equal(judge.judge("a", 8_002), "alive");
});

test("a node that was never heard is given the whole time from when it was first asked about", () => {
  const judge = detector();
  assert.equal(judge.judge("a", 100_000), "alive");
  assert.equal(judge.judge("a", 101_999), "alive");
  assert.equal(judge.judge("a", 102_000), "suspect");
});

test("a reset starts every silence anew, and a late message never makes a node look older", () => {
  const judge = detector();
  judge.heard("a", 0);
  judge.reset(10_000);
  assert.equal(judge.judge("a", 11_000), "alive");
  judge.heard("a", 5_000);
  assert.equal(judge.judge("a", 11_999), "alive");
});
