import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadIncarnations, hostIncarnation } from "./dead-incarnations.ts";

const died = (node: string, incarnation: string) => ({ v: 1 as const, node, incarnation, reason: "test" });

test("a dead host is dead, its node and its siblings are not", () => {
  const dead = new DeadIncarnations();
  dead.add(died("n1", hostIncarnation("aaa", 1)));
  assert.equal(dead.has("n1", "aaa-1"), true);
  assert.equal(dead.has("n1", "aaa-10"), false);
  assert.equal(dead.has("n1", "aaa-2"), false);
  assert.equal(dead.has("n1", "aaa"), false);
  assert.equal(dead.has("n2", "aaa-1"), false);
});

test("a dead node takes all of its hosts with it, its next life not", () => {
  const dead = new DeadIncarnations();
  dead.add(died("n1", "aaa"));
  assert.equal(dead.has("n1", "aaa-7"), true);
  assert.equal(dead.has("n1", "aab-7"), false);
});
