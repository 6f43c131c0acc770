import assert from "node:assert/strict";
import { test } from "node:test";
import type { NodePlacement, ReportedFailure } from "@troupe/runtime/internal";
import fc from "fast-check";
import type { Site } from "../placement/fit.ts";
import { type Assignment, place } from "../placement/place.ts";
import { assignmentOf, changedRows } from "../placement/rows.ts";
import { replicaKey, type WantedReplica } from "../placement/wanted.ts";
import { inRecovery } from "./in-recovery.ts";
import { climb, LADDER, pass } from "./ladder.ts";
import type { Recovery } from "./recovery.ts";

const replica = (index: number): WantedReplica => ({
  version: "v1",
  role: "planner",
  variant: undefined,
  index,
  concurrency: 1,
  labels: {},
  capabilities: [],
  rules: {},
  pin: undefined,
  generation: 0,
});
const site = (node: string, slots = 16): Site => ({
  node,
  labels: {},
  capabilities: [],
  slots,
  memoryLimitBytes: undefined,
  load: 0,
  isOpen: true,
  isFresh: false,
});
const ACTOR = replicaKey(replica(0));
const recovery = (change: Partial<Recovery>): ReadonlyMap<string, Recovery> =>
  new Map([
    [
      ACTOR,
      {
        v: 1,
        actor: ACTOR,
        failures: [{ atMs: 1, node: "a", kind: "stuck", reason: "no token" }],
        rung: "restart",
        generation: 0,
        operatorGeneration: 0,
        changedMs: 1,
        trials: 0,
        heard: {},
        ...change,
      },
    ],
  ]);

test("an actor that was restarted in place is placed as ever, one that is replaced runs alone in its next generation", () => {
  assert.deepEqual(inRecovery([replica(0)], recovery({})), { wanted: [replica(0)], quarantined: [] });
  const [replaced] = inRecovery([{ ...replica(0), generation: 5 }], recovery({ generation: 2 })).wanted;
  assert.equal(replaced?.generation, 7);
  assert.equal(replaced?.isAlone, true);
});

test("one in quarantine is wanted nowhere, and the reason says until when and why", () => {
  const quarantine = { sinceMs: 0, trialAtMs: Date.UTC(2030, 0, 1) };
  const { wanted, quarantined } = inRecovery([replica(0), replica(1)], recovery({ quarantine }));
  assert.deepEqual(wanted, [replica(1)]);
  assert.equal(quarantined[0]?.isQuarantined, true);
  assert.match(quarantined[0]?.reason ?? "", /next trial 2030-01-01T00:00:00.*last: no token/);
});

test("a migrated actor leaves its node for any that fits, and stays where none does", () => {
  const { wanted } = inRecovery([replica(0)], recovery({ generation: 1, avoids: "a" }));
  const present: Assignment = new Map([[ACTOR, "a"]]);
  const moved = place(wanted, [site("a"), site("b")], present);
  assert.equal(moved.assignment.get(ACTOR), "b");
  assert.match(moved.reasons.get(ACTOR) ?? "", /a is where it failed/);
  assert.equal(place(wanted, [site("a"), site("b", 0)], present).assignment.get(ACTOR), "a");
  // Nothing brings it back while it avoids that node.
  const fresh = { ...site("a"), isFresh: true };
  assert.equal(place(wanted, [fresh, site("b")], new Map([[ACTOR, "b"]])).assignment.get(ACTOR), "b");
});

const happenings = fc.array(
  fc.record({
    pauseMs: fc.integer({ min: 0, max: 10 * 60_000 }),
    actor: fc.integer({ min: 0, max: 2 }),
    kind: fc.constantFrom("stuck" as const, "exhausted" as const, "host_died" as const),
  }),
  { maxLength: 25 },
);

test("whatever fails when: no replica is in two rows, one in quarantine in none, and no start of one is ever repeated on another node", () => {
  fc.assert(
    fc.property(happenings, (series) => {
      const all = [0, 1, 2].map(replica);
      const sites = ["a", "b", "c"].map((node) => site(node));
      const recoveries = new Map<string, Recovery>();
      let rows = new Map<string, NodePlacement>();
      const startedOn = new Map<string, string>();
      let nowMs = 1_000_000_000;
      let number = 0;
      const round = () => {
        const { wanted, quarantined } = inRecovery(all, recoveries);
        const plan = place(wanted, sites, assignmentOf(rows.values()));
        for (const row of changedRows(plan.assignment, wanted, rows, new Map(), 1))
          rows = new Map(rows).set(row.node, row);
        const entries = [...rows.values()].flatMap((row) => row.replicas.map((one) => ({ ...one, node: row.node })));
        assert.equal(new Set(entries.map(replicaKey)).size, entries.length);
        for (const { replica: one } of quarantined)
          assert.ok(!entries.some((entry) => replicaKey(entry) === replicaKey(one)));
        for (const entry of entries) {
          const start = `${replicaKey(entry)}#${entry.generation ?? 0}`;
          assert.equal(startedOn.get(start) ?? entry.node, entry.node, start);
          startedOn.set(start, entry.node);
        }
      };
      round();
      for (const { pauseMs, actor, kind } of series) {
        nowMs += pauseMs;
        for (const [id, known] of recoveries) {
          const passed = pass(known, { nowMs, limits: LADDER, operatorGeneration: 0, isWell: true });
          if (passed?.recovery) recoveries.set(id, passed.recovery);
          // An hour without failure: it moves back to the common host, as a start that it had before.
          else if (passed) return;
        }
        round();
        const id = replicaKey(replica(actor));
        const node = assignmentOf(rows.values()).get(id);
        if (node === undefined) continue;
        const generation = recoveries.get(id)?.generation ?? 0;
        const failure: ReportedFailure = { actor: id, kind, reason: "x", number: ++number, generation, agoMs: 0 };
        const view = { nowMs, limits: LADDER, generation, operatorGeneration: 0, canMove: true };
        const climbed = climb(recoveries.get(id), { failure, node, incarnation: "i" }, view);
        if (climbed) recoveries.set(id, climbed.recovery);
        round();
      }
    }),
  );
});

test("a decision does not depend on the order in which recoveries are listed", () => {
  const rows = [0, 1, 2].map((index): [string, Recovery] => {
    const [entry] = recovery({
      generation: index,
      ...(index === 2 ? { quarantine: { sinceMs: 0, trialAtMs: 9 } } : {}),
    }).values();
    assert.ok(entry);
    return [replicaKey(replica(index)), entry];
  });
  const all = [0, 1, 2].map(replica);
  assert.deepEqual(inRecovery(all, new Map(rows)), inRecovery(all, new Map(rows.toReversed())));
});
