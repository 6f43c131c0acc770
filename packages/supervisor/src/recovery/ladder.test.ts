import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReportedFailure } from "@troupe/runtime/internal";
import fc from "fast-check";
import { climb, LADDER, type LadderView, pass, type Report } from "./ladder.ts";
import { Recovery, RUNGS, type Rung } from "./recovery.ts";

const MINUTE_MS = 60_000;
const START_MS = 1_000_000_000;

let numbers = 0;
const report = (change: Partial<ReportedFailure> = {}, node = "n1", incarnation = "i1"): Report => ({
  node,
  incarnation,
  failure: {
    actor: "v1/planner/0",
    kind: "stuck",
    reason: "no token for 20000 ms",
    number: ++numbers,
    generation: 1_000,
    agoMs: 0,
    ...change,
  },
});
const view = (change: Partial<LadderView> = {}): LadderView => ({
  nowMs: START_MS,
  limits: LADDER,
  generation: 0,
  operatorGeneration: 0,
  canMove: true,
  ...change,
});

/** Climbs for each report in turn; returns the steps that were taken and where it ended. */
function climbAll(reports: readonly Report[], views: LadderView = view()) {
  let recovery: Recovery | undefined;
  const steps: (Rung | undefined)[] = [];
  for (const one of reports) {
    const climbed = climb(recovery, one, views);
    if (!climbed) continue;
    recovery = Recovery.parse(climbed.recovery);
    steps.push(climbed.step);
  }
  assert.ok(recovery);
  return { recovery, steps };
}

test("each failure within an hour takes the next rung", () => {
  const { recovery, steps } = climbAll([report(), report(), report(), report()]);
  assert.deepEqual(steps, ["restart", "replace", "migrate", "quarantine"]);
  assert.equal(recovery.generation, 2);
  assert.equal(recovery.avoids, "n1");
  assert.deepEqual(recovery.quarantine, { sinceMs: START_MS, trialAtMs: START_MS + MINUTE_MS });
});

test("what a host could not mend by restarts is replaced at once, and the third failure migrates in any case", () => {
  assert.deepEqual(climbAll([report({ kind: "exhausted" })]).steps, ["replace"]);
  const { recovery } = climbAll([report()]);
  // Two more that were counted while nothing was done about them: the rung is behind the count.
  const behind = { ...recovery, failures: [...recovery.failures, ...recovery.failures], rung: "restart" as const };
  assert.equal(climb(behind, report(), view())?.step, "migrate");
});

test("failures more than an hour apart are first failures", () => {
  const { recovery } = climbAll([report(), report()]);
  const climbed = climb(recovery, report(), view({ nowMs: START_MS + 61 * MINUTE_MS }));
  assert.equal(climbed?.step, "restart");
  assert.equal(climbed?.recovery.failures.length, 1);
});

test("where no other node fits it is replaced where it is, and says so", () => {
  const climbed = climb(climbAll([report(), report()]).recovery, report(), view({ canMove: false }));
  assert.equal(climbed?.step, "migrate");
  assert.equal(climbed?.recovery.avoids, undefined);
  assert.match(climbed?.reason ?? "", /failure 3 in an hour, recurring: stuck on n1: .*replaced where it is/);
});

test("a report heard again, one of the same message, and one of an earlier start change nothing", () => {
  const first = report({ message: "T_LOG_0/7" });
  const { recovery } = climbAll([first]);
  assert.equal(climb(recovery, first, view()), undefined);
  assert.equal(climb(recovery, report({ message: "T_LOG_0/7" }), view())?.step, undefined);
  assert.equal(climb(recovery, report({ generation: 0 }), view({ generation: 1 }))?.step, undefined);
  assert.equal(climb(recovery, report({ message: "T_LOG_0/8" }), view())?.step, "replace");
});

test("numbers are counted for each life of a node", () => {
  const { recovery } = climbAll([report({ number: 7 })]);
  assert.equal(climb(recovery, report({ number: 6 }), view()), undefined);
  assert.equal(climb(recovery, report({ number: 1 }, "n1", "i2"), view())?.step, "replace");
});

const due = (recovery: Recovery, afterMs: number, isWell = true, operatorGeneration = 0) =>
  pass(recovery, { nowMs: START_MS + afterMs, limits: LADDER, operatorGeneration, isWell });

test("a quarantine ends in a trial after 1, 5, 15 and again 15 min, each failed one in the next", () => {
  let { recovery } = climbAll([report(), report(), report(), report()]);
  let nowMs = START_MS;
  for (const minutes of [1, 5, 15, 15]) {
    assert.equal(
      pass(recovery, { nowMs: nowMs + minutes * MINUTE_MS - 1, limits: LADDER, operatorGeneration: 0, isWell: false }),
      undefined,
    );
    nowMs += minutes * MINUTE_MS;
    const trial = pass(recovery, { nowMs, limits: LADDER, operatorGeneration: 0, isWell: false });
    assert.equal(trial?.kind, "trial");
    assert.ok(trial?.recovery);
    assert.equal(trial.recovery.generation, recovery.generation + 1);
    const failedAgain = climb(trial.recovery, report(), view({ nowMs }));
    assert.equal(failedAgain?.step, "quarantine");
    assert.ok(failedAgain);
    recovery = failedAgain.recovery;
  }
});

test("a trial is passed by a minute of work, and only by an actor that works", () => {
  const { recovery } = climbAll([report(), report(), report(), report()]);
  const trial = due(recovery, MINUTE_MS)?.recovery;
  assert.ok(trial);
  assert.equal(due(trial, 2 * MINUTE_MS - 1), undefined);
  assert.equal(due(trial, 3 * MINUTE_MS, false), undefined);
  const passed = due(trial, 2 * MINUTE_MS);
  assert.equal(passed?.kind, "recovered");
  // It is still on the ladder: the next failure within the hour takes the last rung again.
  assert.ok(passed?.recovery);
  assert.equal(climb(passed.recovery, report(), view({ nowMs: START_MS + 3 * MINUTE_MS }))?.step, "quarantine");
});

test("an hour without failure is forgotten, an operator's start ends any state at once", () => {
  const { recovery } = climbAll([report()]);
  assert.equal(due(recovery, 60 * MINUTE_MS - 1), undefined);
  assert.equal(due(recovery, 60 * MINUTE_MS)?.kind, "forget");
  const quarantined = climbAll([report(), report(), report(), report()]).recovery;
  assert.equal(due(quarantined, 1)?.kind, undefined);
  const released = due(quarantined, 1, false, 1);
  assert.equal(released?.kind, "released");
  assert.deepEqual(released?.recovery?.failures, []);
  assert.deepEqual(released?.recovery?.heard, quarantined.heard, "what nodes still report is not counted anew");
});

test("a clock that was set back makes a quarantine last at most twice as long, and nobody stays in it for hours", () => {
  const { recovery } = climbAll([report(), report(), report(), report()]);
  assert.equal(recovery.quarantine?.sinceMs, START_MS);
  assert.equal(due(recovery, -MINUTE_MS)?.kind, undefined);
  assert.equal(due(recovery, -MINUTE_MS - 1)?.kind, "trial");
  assert.equal(due(recovery, -60 * MINUTE_MS)?.kind, "trial");
});

test("a failure heard while it is quarantined is noted and changes nothing", () => {
  const { recovery } = climbAll([report(), report(), report(), report()]);
  const late = climb(recovery, report(), view());
  assert.equal(late?.step, undefined);
  assert.deepEqual(late?.recovery.quarantine, recovery.quarantine);
});

const events = fc.array(
  fc.record({
    pauseMs: fc.integer({ min: 0, max: 20 * MINUTE_MS }),
    kind: fc.constantFrom("stuck" as const, "exhausted" as const, "host_died" as const),
    message: fc.option(fc.constantFrom("L/1", "L/2", "L/3"), { nil: undefined }),
    canMove: fc.boolean(),
  }),
  { maxLength: 30 },
);

test("whatever fails when: the ladder never goes down within an hour, starts never repeat, and every row can be stored", () => {
  fc.assert(
    fc.property(events, (series) => {
      let recovery: Recovery | undefined;
      let nowMs = START_MS;
      let generation = 0;
      for (const { pauseMs, kind, message, canMove } of series) {
        nowMs += pauseMs;
        const passed = recovery && pass(recovery, { nowMs, limits: LADDER, operatorGeneration: 0, isWell: true });
        if (passed) recovery = passed.recovery;
        if (!recovery) generation = 0;
        const before = recovery;
        const failure = report(message === undefined ? { kind } : { kind, message });
        const climbed = climb(before, failure, view({ nowMs, canMove }));
        assert.ok(climbed);
        recovery = Recovery.parse(climbed.recovery);
        assert.ok(recovery.generation >= generation);
        generation = recovery.generation;
        const stillCounts = before?.failures.some(({ atMs }) => nowMs - atMs < LADDER.windowMs) === true;
        if (before && climbed.step !== undefined && stillCounts)
          assert.ok(RUNGS.indexOf(climbed.step) >= RUNGS.indexOf(before.rung));
        if (before?.quarantine === undefined && climbed.step === "replace")
          assert.ok(generation > (before?.generation ?? 0));
      }
    }),
  );
});
