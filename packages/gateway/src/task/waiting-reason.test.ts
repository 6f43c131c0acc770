import assert from "node:assert/strict";
import { test } from "node:test";
import { waitingReason } from "./waiting-reason.ts";

const unplaced = [{ version: "v1", role: "a", variant: "gpu", index: 0, reason: "n1: needs capability cuda" }];
const answer = (changes: object = {}) => ({
  replicas: [{ id: "v1/a/0", node: "n1" }],
  unplaced,
  paused: [],
  ...changes,
});

test("a message waits since nobody has a place for it, its role is paused, or none is to run; else there is no reason", () => {
  const of = (mailbox: string, changes: object = {}) => waitingReason(answer(changes), { version: "v1", mailbox });
  assert.equal(of("a"), undefined);
  assert.equal(of("a_gpu"), "no place for a_gpu: n1: needs capability cuda");
  assert.equal(of("a_gpu", { replicas: [{ id: "v1/a_gpu/1" }] }), undefined, "another one has a place");
  assert.equal(of("a", { paused: ["a"] }), "a is paused");
  assert.equal(of("a_gpu", { paused: ["a"] }), "a is paused");
  assert.equal(of("b"), "no replica of b is to run");
  assert.equal(waitingReason(answer(), { version: "v2", mailbox: "a" }), "no replica of a is to run");
  assert.equal(waitingReason({ nonsense: true }, { version: "v1", mailbox: "a" }), undefined);
});
