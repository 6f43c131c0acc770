import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member } from "@troupe/runtime/internal";
import { EMPTY_MEMBERSHIP, withMember } from "../membership/snapshot.ts";
import { toGiveBack } from "./give-back.ts";
import { foundLife, holders, lostLife } from "./lost-nodes.ts";

type Case = [string, Member | undefined, Member, string | undefined, string | undefined];

const member = (status: Member["status"], incarnation = "i1", node = "a"): Member => {
  const about = { node, incarnation, labels: {}, capabilities: [], slots: 8 };
  return { v: 1, ...about, status, since: "then", reason: "test" };
};

test("which changes mean that a life is lost, and which that it is found again", () => {
  const cases: Case[] = [
    ["suspected", member("up"), member("suspect"), "a/i1", undefined],
    ["declared dead", member("suspect"), member("dead"), "a/i1", undefined],
    ["let go while it drained", member("draining"), member("left"), "a/i1", undefined],
    ["forgotten long after", member("dead"), member("left"), undefined, undefined],
    ["started again before anybody noticed", member("up"), member("joining", "i2"), "a/i1", undefined],
    ["started again after its death", member("dead"), member("joining", "i2"), undefined, undefined],
    ["heard again", member("suspect"), member("up"), undefined, "a/i1"],
    ["returned from the dead", member("dead"), member("joining"), undefined, "a/i1"],
    ["first heartbeat", undefined, member("joining"), undefined, undefined],
    ["drains", member("up"), member("draining"), undefined, undefined],
  ];
  for (const [name, before, after, lost, found] of cases) {
    assert.equal(lostLife({ before, member: after }), lost, name);
    assert.equal(foundLife({ before, member: after }), found, name);
  }
});

test("those that are there must say what they hold, suspects may, the others are not asked", () => {
  const statuses: Member["status"][] = ["up", "suspect", "joining", "dead", "draining", "left"];
  const all = statuses.reduce((some, status) => withMember(some, member(status, "i1", status)), EMPTY_MEMBERSHIP);
  assert.deepEqual(holders(all), { live: ["up", "joining", "draining"], suspect: ["suspect"] });
});

test("what somebody holds is never given back", () => {
  assert.deepEqual(toGiveBack([1, 2, 3, 4], [[2], [4, 9]]), [1, 3]);
  assert.deepEqual(toGiveBack([], [[2]]), []);
});
