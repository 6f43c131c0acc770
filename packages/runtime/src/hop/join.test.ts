import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../errors.ts";
import { isJoinOver } from "./join.ts";
import { type Answer, joinAnswers, neededOf } from "./wait.ts";

test("a join is over with enough good answers, or too many errors for them", () => {
  const table: [need: number, total: number, good: number, errors: number, isOver: boolean][] = [
    [3, 3, 2, 0, false],
    [3, 3, 3, 0, true],
    [3, 3, 1, 1, true],
    [1, 3, 0, 2, false],
    [1, 3, 0, 3, true],
    [1, 3, 1, 2, true],
    [2, 3, 1, 1, false],
    [2, 3, 0, 2, true],
  ];
  for (const [need, total, good, errors, isOver] of table) {
    assert.equal(
      isJoinOver(need, total, { good, errors }),
      isOver,
      `${need} of ${total}: ${good} good, ${errors} errors`,
    );
  }
});

test("a join that settles is over with the last answer, whatever the answers are", () => {
  for (const [good, errors, isOver] of [
    [0, 1, false],
    [2, 0, false],
    [0, 3, true],
    [3, 0, true],
    [1, 2, true],
  ] as const) {
    assert.equal(isJoinOver(3, 3, { good, errors }, true), isOver, `${good} good, ${errors} errors`);
  }
});

const good: Answer = { from: "b", atMs: 0, index: 1, result: { value: 7 } };
const bad: Answer = { from: "c", atMs: 0, index: 0, result: { error: { code: "tool_failed", message: "x" } } };

test("a join that was met returns its good answers in the order in which it took them", () => {
  assert.deepEqual(joinAnswers([bad, good], 1), [{ from: "b", index: 1, value: 7 }]);
});

test("a join that cannot be met any more throws the error that made it so", () => {
  assert.throws(
    () => joinAnswers([good, bad], 2),
    (thrown) => TroupeError.is(thrown, "tool_failed") && thrown.message === "x",
  );
});

test("a quorum has to be possible", () => {
  assert.deepEqual([neededOf("all", 4), neededOf("any", 4), neededOf({ quorum: 3 }, 4)], [4, 1, 3]);
  for (const quorum of [0, 5, 1.5, Number.NaN]) {
    assert.throws(
      () => neededOf({ quorum }, 4),
      (thrown) => TroupeError.is(thrown, "invalid_request"),
    );
  }
});
