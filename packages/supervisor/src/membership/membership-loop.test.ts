/** The whole loop on a manual clock: nodes that beat, freeze, die, come back and lose connections in any order, and what is made of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, createLogger, type Member } from "@troupe/runtime/internal";
import fc from "fast-check";
import { resolveSupervisorSettings } from "../settings.ts";
import { accrualDetector } from "./accrual-detector.ts";
import { isMassSuspicion } from "./brakes.ts";
import { MembershipLoop, type MembershipLoopOptions } from "./membership-loop.ts";
import { ObserverHealth } from "./observer-health.ts";
import { Reachability } from "./reachability.ts";
import type { MemberChange, Probe } from "./transitions.ts";

const TICK_MS = 250;
const SETTINGS = resolveSupervisorSettings();
const logger = createLogger({ name: "test", level: "silent" });

/** `well` beats and answers, `frozen` does neither, `dead` has no connection, `mumbling` answers without beating. */
type Condition = "well" | "frozen" | "dead" | "mumbling";
interface Happening {
  readonly node: number;
  readonly becomes: Condition;
  /** Ticks after the one before it. */
  readonly after: number;
}

interface Seen extends MemberChange {
  readonly atMs: number;
  /** Since when half or more of the nodes were suspect just before; `undefined` when they were not. */
  readonly massSinceMs: number | undefined;
  readonly probe: Probe;
}

/** Rows in memory; nobody else writes them. */
function rows(): MembershipLoopOptions["members"] {
  const stored = new Map<string, { key: string; value: Member; revision: number }>();
  let revision = 0;
  return {
    list: async () => [...stored.values()],
    get: async (key) => stored.get(key),
    put: async (key, value) => {
      const row = { key, value, revision: ++revision };
      stored.set(key, row);
      return row;
    },
    remove: async (key) => void stored.delete(key),
  };
}

async function simulate(count: number, happenings: readonly Happening[], calmTicks: number) {
  let nowMs = 0;
  const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
  const names = Array.from({ length: count }, (_, i) => `n${i}`);
  const condition = new Map<string, Condition>(names.map((name) => [name, "well"]));
  const lives = new Map<string, number>(names.map((name) => [name, 1]));
  const probed = new Map<string, Probe>();
  const changes: Seen[] = [];
  let massSinceMs: number | undefined;
  const answers: Record<Condition, Exclude<Probe, "not_asked">> = {
    well: "answered",
    mumbling: "answered",
    frozen: "mute",
    dead: "gone",
  };
  const observer = new ObserverHealth(clock, { p99Ms: () => 0, stop: () => undefined });
  const loop = new MembershipLoop({
    members: rows(),
    reachability: new Reachability({
      detector: accrualDetector(SETTINGS, () => observer.stretch),
      probe: async (node) => {
        const answer = answers[condition.get(node) ?? "dead"];
        probed.set(node, answer);
        return answer;
      },
      goneAfterMs: () => SETTINGS.goneAfterMs,
      clock,
    }),
    observer,
    events: { record: () => undefined },
    settings: SETTINGS,
    clock,
    logger,
    requireLeading: () => undefined,
    onChange: (change) => {
      changes.push({ ...change, atMs: nowMs, massSinceMs, probe: probed.get(change.member.node) ?? "not_asked" });
      massSinceMs = isMassSuspicion(loop.membership) ? (massSinceMs ?? nowMs) : undefined;
    },
    onRevenant: (node, incarnation) => {
      if (incarnation === `i${lives.get(node)}`) lives.set(node, (lives.get(node) ?? 0) + 1);
    },
  });
  await loop.start();
  let sequence = 0;
  const tick = async () => {
    nowMs += TICK_MS;
    probed.clear();
    for (const node of names) {
      if (condition.get(node) !== "well" || (nowMs / TICK_MS) % 2 > 0) continue;
      const about = { node, incarnation: `i${lives.get(node)}`, sequence: ++sequence, labels: {}, capabilities: [] };
      const rest = { slots: 8, busy: 0, load: 0, memoryBytes: 1, loopP99Ms: 1, isDraining: false, actors: [] };
      loop.hear({ v: 1, ...about, ...rest });
    }
    await loop.tick();
  };
  for (let i = 0; i < 8; i++) await tick();
  for (const { node, becomes, after } of happenings) {
    for (let i = 0; i < after; i++) await tick();
    const name = names[node % count];
    if (name === undefined) continue;
    if (becomes === "well" && condition.get(name) === "dead") lives.set(name, (lives.get(name) ?? 0) + 1);
    const hadConnection = condition.get(name) !== "dead";
    condition.set(name, becomes);
    if (becomes === "dead" && hadConnection) await loop.onDisconnect(name);
  }
  for (let i = 0; i < calmTicks; i++) await tick();
  const status = (name: string) => loop.membership.nodes.get(name)?.member.status;
  return { changes, final: names.map((name) => [condition.get(name), status(name)] as const) };
}

const happenings = fc.array(
  fc.record({
    node: fc.nat(5),
    becomes: fc.constantFrom<Condition>("well", "frozen", "dead", "mumbling"),
    after: fc.nat(60),
  }),
  { maxLength: 12 },
);

test("whatever happens: deaths keep their distance, none without a failed probe, none during mass suspicion", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), happenings, async (count, list) => {
      const { changes } = await simulate(count, list, 40);
      let lastDeathMs = Number.NEGATIVE_INFINITY;
      for (const { member, atMs, massSinceMs, probe } of changes) {
        if (member.status !== "dead") continue;
        assert.ok(atMs - lastDeathMs >= SETTINGS.deathSpacingMs, `two deaths within ${atMs - lastDeathMs} ms`);
        assert.ok(probe === "gone" || probe === "mute", `${member.node} died of a probe that was ${probe}`);
        if (massSinceMs !== undefined) assert.ok(atMs - massSinceMs >= SETTINGS.massSuspicionHoldMs, "a mass death");
        lastDeathMs = atMs;
      }
    }),
    { numRuns: 100 },
  );
});

test("whatever happened before: in the end who is well is up, who is gone or frozen is dead, and who only answers is not up", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), happenings, async (count, list) => {
      const { final } = await simulate(count, list, 320);
      for (const [condition, status] of final) {
        if (condition === "well") assert.equal(status, "up");
        if (condition === "dead" || condition === "frozen") assert.equal(status, "dead");
        if (condition === "mumbling") assert.notEqual(status, "up");
      }
    }),
    { numRuns: 100 },
  );
});

/** When the first of three nodes was suspected and declared dead after what became of it, ms. */
async function timesOf(becomes: Condition): Promise<{ suspectMs: number; deadMs: number }> {
  const { changes } = await simulate(3, [{ node: 0, becomes, after: 0 }], 60);
  const when = (status: Member["status"]) =>
    (changes.find(({ member }) => member.node === "n0" && member.status === status)?.atMs ?? 0) - 8 * TICK_MS;
  return { suspectMs: when("suspect"), deadMs: when("dead") };
}

test("a node that dies with its connection is suspected at once and dead within 1.5 s; one that freezes, after its silence", async () => {
  const dead = await timesOf("dead");
  assert.equal(dead.suspectMs, 0);
  assert.ok(dead.deadMs >= SETTINGS.goneAfterMs && dead.deadMs <= 1_500, `dead after ${dead.deadMs} ms`);
  const frozen = await timesOf("frozen");
  assert.ok(frozen.suspectMs >= 2_000 && frozen.suspectMs <= 3_250, `suspect after ${frozen.suspectMs} ms`);
  assert.ok(frozen.deadMs >= 8_000 && frozen.deadMs <= 8_750, `dead after ${frozen.deadMs} ms`);
});
