import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { accrualDetector, type SilenceLimits, suspicionOf } from "./accrual-detector.ts";
import type { FailureDetector, Suspicion } from "./failure-detector.ts";
import { IntervalHistory, phi } from "./phi.ts";

const LIMITS: SilenceLimits = { heartbeatMs: 500, acceptedPauseMs: 1_500, suspectAfterMs: 2_000, deadAfterMs: 8_000 };
const PAUSE_MS = LIMITS.acceptedPauseMs;

const detector = (stretch = 1, limits = LIMITS) => accrualDetector(limits, () => stretch);

/** Heartbeats at these pauses from 0 on; returns the time of the last one. */
function beat(judge: FailureDetector, pausesMs: readonly number[], node = "a"): number {
  let atMs = 0;
  judge.heard(node, atMs);
  for (const pauseMs of pausesMs) judge.heard(node, (atMs += pauseMs));
  return atMs;
}
const regular = (count: number, pauseMs = 500) => Array.from({ length: count }, () => pauseMs);

/** First silence, in steps of 10 ms, that is no longer `alive`. */
function patienceMs(judge: FailureDetector, lastMs: number): number {
  for (let ms = 0; ms <= 100_000; ms += 10) if (judge.judge("a", lastMs + ms) !== "alive") return ms;
  return Number.POSITIVE_INFINITY;
}

test("what a silence means, by the node's regularity and the observer's own slowness", () => {
  const steady = { meanMs: 500, deviationMs: 5 };
  const shaky = { meanMs: 700, deviationMs: 400 };
  const quick = { meanMs: 20, deviationMs: 2 };
  const wild = { meanMs: 4_000, deviationMs: 3_000 };
  const cases: [string, number, typeof steady, number, Suspicion][] = [
    ["below the floor", 1_999, steady, 1, "alive"],
    ["within the accepted pause", 2_300, steady, 1, "alive"],
    ["beyond it", 2_700, steady, 1, "suspect"],
    ["a shaky node gets more time", 2_700, shaky, 1, "alive"],
    ["but not for ever", 5_000, shaky, 1, "suspect"],
    ["a quick node still gets the floor", 1_999, quick, 1, "alive"],
    ["and not much more", 2_150, quick, 1, "suspect"],
    ["a wild node gets the cap", 7_999, wild, 1, "alive"],
    ["and no more", 8_000, wild, 1, "silent"],
    ["silent", 8_000, steady, 1, "silent"],
    ["a slow observer waits longer", 2_700, steady, 2, "alive"],
    ["in proportion", 5_400, steady, 2, "suspect"],
    ["for death too", 8_000, steady, 8, "alive"],
    ["to the last", 64_000, steady, 8, "silent"],
  ];
  for (const [name, silenceMs, intervals, stretch, expected] of cases)
    assert.equal(suspicionOf(silenceMs, intervals, LIMITS, stretch), expected, name);
});

test("a node that beats as it should is suspected after 2.5 to 3 s, known well or hardly", () => {
  for (const beats of [0, 1, 5, 300]) {
    const judge = detector();
    const ms = patienceMs(judge, beat(judge, regular(beats)));
    assert.ok(ms >= 2_500 && ms <= 3_000, `${ms} ms after ${beats} beats`);
  }
});

test("any sign of life counts as contact, but only heartbeats say how regular a node is", () => {
  const judge = detector();
  const lastMs = beat(judge, regular(50));
  const before = patienceMs(judge, lastMs);
  judge.contact("a", lastMs + 2_400);
  assert.equal(judge.judge("a", lastMs + 4_000), "alive");
  assert.equal(patienceMs(judge, lastMs + 2_400), before);
});

test("after a reset every silence begins anew, and the gap is no sample", () => {
  const judge = detector();
  const lastMs = beat(judge, regular(50));
  const before = patienceMs(judge, lastMs);
  judge.reset(lastMs + 7_000);
  assert.equal(judge.judge("a", lastMs + 9_000), "alive");
  judge.heard("a", lastMs + 7_100);
  assert.equal(patienceMs(judge, lastMs + 7_100), before);
});

test("a new life of a node, and one that comes back after an outage, is judged as any other", () => {
  const judge = detector();
  const lastMs = beat(judge, [...regular(20, 1_900), 60_000]);
  const learned = patienceMs(judge, lastMs);
  assert.ok(learned > 3_000, "it has learned the slow beat");
  judge.forget("a");
  assert.equal(judge.judge("a", lastMs), "alive", "given the whole time from when it was first asked about");
  assert.ok(patienceMs(judge, lastMs) < learned);
});

test("a late message never makes a node look older", () => {
  const judge = detector();
  judge.heard("a", 10_000);
  judge.heard("a", 5_000);
  judge.contact("a", 6_000);
  assert.equal(judge.judge("a", 11_900), "alive");
});

const pauses = fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 300 });

test("for any history: phi rises with the silence, is never negative, and is infinite in the end", () => {
  fc.assert(
    fc.property(pauses, fc.nat(10_000), fc.nat(10_000), (list, some, more) => {
      const history = new IntervalHistory(500);
      for (const pause of list) history.add(pause);
      const { intervals } = history;
      const low = phi(some, intervals, PAUSE_MS);
      assert.ok(low >= 0);
      assert.ok(phi(some + more, intervals, PAUSE_MS) >= low);
      assert.equal(phi(1e9, intervals, PAUSE_MS), Number.POSITIVE_INFINITY);
    }),
  );
});

test("for any history and slowness: nobody is suspected before the floor, everybody at the cap, and nobody recovers by further silence", () => {
  const order: readonly Suspicion[] = ["alive", "suspect", "silent"];
  fc.assert(
    fc.property(pauses, fc.double({ min: 1, max: 8, noNaN: true }), (list, stretch) => {
      const judge = detector(stretch);
      const lastMs = beat(judge, list);
      assert.equal(judge.judge("a", lastMs + 1_999 * stretch), "alive");
      assert.equal(judge.judge("a", lastMs + 8_001 * stretch), "silent");
      let worst = 0;
      for (let ms = 0; ms < 70_000; ms += 500) {
        const now = order.indexOf(judge.judge("a", lastMs + ms));
        assert.ok(now >= worst, `back at ${ms} ms`);
        worst = now;
      }
    }),
  );
});

test("nodes do not influence one another", () => {
  fc.assert(
    fc.property(pauses, pauses, fc.nat(10_000), (mine, others, silenceMs) => {
      const [alone, together] = [detector(), detector()];
      beat(together, others, "b");
      const lastMs = beat(alone, mine);
      assert.equal(beat(together, mine), lastMs);
      assert.equal(together.judge("a", lastMs + silenceMs), alone.judge("a", lastMs + silenceMs));
    }),
  );
});
