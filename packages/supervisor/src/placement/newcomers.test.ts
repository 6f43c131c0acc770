import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodePlacement } from "@troupe/runtime/internal";
import { EMPTY_MEMBERSHIP, type Membership, withMember } from "../membership/snapshot.ts";
import { Newcomers } from "./newcomers.ts";

const up = (...nodes: string[]): Membership =>
  nodes.reduce(
    (all, node) =>
      withMember(all, {
        v: 1,
        node,
        incarnation: "i",
        status: "up",
        labels: {},
        capabilities: [],
        slots: 4,
        since: "",
        reason: "",
      }),
    EMPTY_MEMBERSHIP,
  );
const replica = { version: "v1", role: "r", index: 0, concurrency: 1 };
const full = (...nodes: string[]) =>
  new Map(nodes.map((node): [string, NodePlacement] => [node, { v: 1, node, epoch: 1, replicas: [replica] }]));

test("new are those that came since, for a new leader those that have nothing", () => {
  const newcomers = new Newcomers(100, 4);
  assert.deepEqual([...newcomers.look(up("a", "b"), full("a"), 0)], ["b"]);
  assert.deepEqual([...newcomers.look(up("a", "b", "c"), full("a", "b"), 10)], ["b", "c"]);
  assert.deepEqual([...newcomers.look(up("a", "c"), full("a"), 20)], ["c"], "who has gone again is not new");
});

test("they get their share in portions, some time after the last of them came, until nothing is left to give", () => {
  const newcomers = new Newcomers(100, 4);
  const rows = full("a");
  newcomers.look(up("a", "b"), rows, 0);
  assert.equal(newcomers.portion(0, 99), 0);
  newcomers.look(up("a", "b", "c"), rows, 99);
  assert.equal(newcomers.portion(0, 150), 0, "another one came");
  assert.equal(newcomers.portion(0, 199), 4);
  assert.equal(newcomers.portion(3, 199), 1, "three are on their way");
  newcomers.given(4, 4, 199);
  assert.equal(newcomers.portion(0, 250), 0, "a portion settles first");
  assert.equal(newcomers.portion(0, 299), 4);
  newcomers.given(4, 0, 299);
  assert.equal(newcomers.portion(0, 1_000), 0, "they have their share");
});
