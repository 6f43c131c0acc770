import assert from "node:assert/strict";
import { test } from "node:test";
import type { Heartbeat, Member, NodePlacement } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import fc from "fast-check";
import { EMPTY_MEMBERSHIP, type Membership, withHeartbeat, withMember } from "../membership/snapshot.ts";
import { type HandOver, handOver, takersOf } from "./hand-over.ts";
import { HandOverWatch } from "./hand-over-watch.ts";
import { changedRows } from "./rows.ts";
import type { WantedReplica } from "./wanted.ts";

const KEY = "v1/r/0";
const PATIENCE = { letGoMs: 3_000, drainMs: 15_000 };
const REPLICA: WantedReplica = {
  version: "v1",
  role: "r",
  variant: undefined,
  index: 0,
  concurrency: 1,
  labels: {},
  capabilities: [],
  rules: {},
  pin: undefined,
  generation: 0,
};

type Word = "takes" | "ready" | "starting" | "nothing";
let sequence = 0;

function cluster(
  words: Readonly<Record<string, Word>>,
  statuses: Readonly<Record<string, Member["status"]>> = {},
): Membership {
  let all = EMPTY_MEMBERSHIP;
  for (const [node, word] of Object.entries(words)) {
    const about = { node, incarnation: "i", labels: {}, capabilities: [], slots: 4 };
    const actor: Heartbeat["actors"][number] = {
      id: KEY,
      epoch: 1,
      state: word === "starting" ? "starting" : "available",
      isTaking: word === "takes",
      inFlight: 0,
      done: 0,
      failed: 0,
      meanMs: 0,
    };
    all = withMember(all, { v: 1, ...about, status: statuses[node] ?? "up", since: "", reason: "" });
    const rest = { busy: 0, load: 0, memoryBytes: 1, loopP99Ms: 1, isDraining: false, sequence: ++sequence };
    all = withHeartbeat(all, { v: 1, ...about, ...rest, actors: word === "nothing" ? [] : [actor] });
  }
  return all;
}

type Standing = "takes" | "stands_by";
const rowsWith = (standings: Readonly<Record<string, Standing>>): ReadonlyMap<string, NodePlacement> =>
  new Map(
    Object.entries(standings).map(([node, standing]) => [
      node,
      {
        v: 1,
        node,
        epoch: 1,
        replicas: [
          { version: "v1", role: "r", index: 0, concurrency: 1, ...(standing === "takes" ? {} : { isStandby: true }) },
        ],
      },
    ]),
  );

const stepTo = (
  to: string,
  standings: Readonly<Record<string, Standing>>,
  membership: Membership,
  sinceMs = 0,
): HandOver["kind"] =>
  handOver(
    KEY,
    to,
    { rows: rowsWith(standings), membership, takers: takersOf(membership), patience: PATIENCE },
    sinceMs,
  ).kind;

test("the steps from one node to another", () => {
  assert.equal(stepTo("b", {}, cluster({})), "take", "nobody has it");
  assert.equal(stepTo("a", { a: "takes" }, cluster({ a: "takes" })), "take", "it is there");
  assert.equal(stepTo("b", { a: "takes" }, cluster({ a: "takes" })), "prepare");
  assert.equal(stepTo("b", { a: "takes", b: "stands_by" }, cluster({ a: "takes", b: "starting" })), "prepare");
  assert.equal(stepTo("b", { a: "takes", b: "stands_by" }, cluster({ a: "takes", b: "ready" })), "let_go");
  assert.equal(stepTo("b", { b: "stands_by" }, cluster({ a: "takes", b: "ready" })), "let_go");
  assert.equal(stepTo("b", { b: "stands_by" }, cluster({ a: "ready", b: "ready" })), "take");
  assert.equal(stepTo("b", { b: "takes" }, cluster({ a: "nothing", b: "takes" })), "take");
});

test("a node that has only just joined and says that it takes is asked to let go like any other", () => {
  const joining = cluster({ a: "takes", b: "nothing" }, { a: "joining" });
  assert.equal(stepTo("b", { a: "takes" }, joining), "prepare");
});

test("who was given it and has not said what became of it may take by now, and is asked to let go first", () => {
  const ready = { a: "takes", b: "stands_by" } as const;
  assert.equal(stepTo("b", { a: "takes" }, cluster({ a: "nothing", b: "nothing" })), "prepare");
  assert.equal(stepTo("b", { a: "takes" }, cluster({ a: "starting", b: "nothing" })), "prepare");
  assert.equal(stepTo("b", ready, cluster({ a: "nothing", b: "ready" })), "let_go");
  assert.equal(stepTo("b", ready, cluster({ a: "nothing", b: "ready" }, { a: "joining" })), "let_go");
  assert.equal(stepTo("b", { b: "stands_by" }, cluster({ a: "nothing", b: "ready" })), "take");
  assert.equal(stepTo("b", ready, cluster({ a: "nothing", b: "ready" }, { a: "suspect" })), "take");
  const later = new Map([...rowsWith({ a: "takes" })].map(([node, row]) => [node, { ...row, epoch: 2 }] as const));
  const membership = cluster({ a: "ready", b: "nothing" }); // it stood by in its row before
  const view = { rows: later, membership, takers: takersOf(membership), patience: PATIENCE };
  assert.equal(handOver(KEY, "b", view, 0).kind, "prepare");
});

test("who is gone, suspect or paused is not waited for", () => {
  const standing = { a: "takes", b: "stands_by" } as const;
  assert.equal(stepTo("b", standing, cluster({ a: "takes", b: "starting" }, { a: "dead" })), "take");
  assert.equal(stepTo("b", standing, cluster({ a: "takes", b: "starting" }, { a: "suspect" })), "take");
  assert.equal(stepTo("b", standing, cluster({ a: "ready", b: "starting" })), "take");
  assert.equal(stepTo("b", { b: "stands_by" }, cluster({ a: "takes", b: "ready" }), PATIENCE.letGoMs), "take");
});

test("a node that stays is never robbed of a replica that gets ready nowhere; one that drains waits for a time", () => {
  const standing = { a: "takes", b: "stands_by" } as const;
  assert.equal(stepTo("b", standing, cluster({ a: "takes", b: "starting" }), 3_600_000), "prepare");
  const draining = cluster({ a: "takes", b: "starting" }, { a: "draining" });
  assert.equal(stepTo("b", standing, draining, PATIENCE.drainMs - 1), "prepare");
  assert.equal(stepTo("b", standing, draining, PATIENCE.drainMs), "let_go");
});

/** Nodes that read their rows and speak whenever they like, and a leader that decides on what it has heard. */
class World {
  rows: ReadonlyMap<string, NodePlacement> = new Map();
  readonly does: Record<string, Word> = { a: "nothing", b: "nothing", c: "nothing" };
  readonly said: Record<string, Word> = { a: "nothing", b: "nothing", c: "nothing" };
  to = "a";

  obey(node: string): void {
    const entry = this.rows.get(node)?.replicas[0];
    this.does[node] = entry === undefined ? "nothing" : entry.isStandby === true ? "ready" : "takes";
  }
  speak(node: string): void {
    this.said[node] = this.does[node] ?? "nothing";
  }
  lead(): void {
    const membership = cluster(this.said);
    const view = { rows: this.rows, membership, takers: takersOf(membership), patience: PATIENCE };
    const steps = new Map([[KEY, handOver(KEY, this.to, view, 0)]]);
    const changed = changedRows(new Map([[KEY, this.to]]), [REPLICA], this.rows, steps, 1);
    this.rows = new Map([...this.rows, ...changed.map((row) => [row.node, row] as const)]);
  }
  /** Where it takes; a new destination is chosen only then. */
  get isSettled(): boolean {
    const where = Object.keys(this.does).filter((node) => this.rows.get(node)?.replicas.length);
    return where.length === 1 && where[0] === this.to && this.said[this.to] === "takes";
  }
  get takers(): number {
    return Object.values(this.does).filter((word) => word === "takes").length;
  }
}

test("in whatever order nodes obey and speak, never do two take, and the replica arrives", () => {
  const node = fc.constantFrom("a", "b", "c");
  const action = fc.oneof(
    fc.record({ kind: fc.constant("obey" as const), node }),
    fc.record({ kind: fc.constant("speak" as const), node }),
    fc.record({ kind: fc.constant("lead" as const), node }),
    fc.record({ kind: fc.constant("move" as const), node }),
  );
  let moves = 0;
  fc.assert(
    fc.property(fc.array(action, { minLength: 60, maxLength: 200, size: "max" }), (actions) => {
      const world = new World();
      world.lead();
      world.obey("a");
      world.speak("a");
      for (const { kind, node: which } of actions) {
        if (kind === "obey") world.obey(which);
        else if (kind === "speak") world.speak(which);
        else if (kind === "lead") world.lead();
        else if (world.isSettled && world.to !== which) {
          world.to = which;
          moves++;
        }
        assert.ok(world.takers <= 1, "two take");
      }
      for (let round = 0; round < 6; round++) {
        world.lead();
        for (const one of ["a", "b", "c"]) {
          world.obey(one);
          world.speak(one);
        }
      }
      assert.equal(world.does[world.to], "takes");
      assert.equal(world.takers, 1);
    }),
    { numRuns: 500 },
  );
  assert.ok(moves > 100, `only ${moves} moves`);
});

test("the pause lasts from the last node's word that nobody takes to the new one's that it does", async () => {
  const clock = new ManualClock();
  const watch = new HandOverWatch(clock);
  const look = (standings: Readonly<Record<string, Standing>>, membership: Membership) => {
    const view = { rows: rowsWith(standings), membership, takers: takersOf(membership), patience: PATIENCE };
    const { kind } = watch.step(KEY, "b", view);
    return [kind, ...watch.arrived(() => true, view).map(({ pauseMs }) => pauseMs)];
  };
  assert.deepEqual(look({ a: "takes" }, cluster({ a: "takes" })), ["prepare"]);
  assert.ok(watch.isBusy);
  await clock.advance(500);
  assert.deepEqual(look({ a: "takes", b: "stands_by" }, cluster({ a: "takes", b: "ready" })), ["let_go"]);
  await clock.advance(40);
  assert.deepEqual(look({ b: "stands_by" }, cluster({ a: "nothing", b: "ready" })), ["take"]);
  await clock.advance(7);
  assert.deepEqual(look({ b: "takes" }, cluster({ a: "nothing", b: "ready" })), ["take"]);
  assert.equal(watch.last(KEY), "underway");
  await clock.advance(5);
  assert.deepEqual(look({ b: "takes" }, cluster({ a: "nothing", b: "takes" })), ["take", 12]);
  assert.equal(watch.isBusy, false);
  assert.deepEqual(watch.last(KEY), { replica: KEY, from: "a", to: "b", pauseMs: 12 });
});
