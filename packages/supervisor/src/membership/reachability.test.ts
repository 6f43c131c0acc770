import assert from "node:assert/strict";
import { test } from "node:test";
import type { Clock } from "@troupe/runtime/internal";
import { accrualDetector } from "./accrual-detector.ts";
import type { NodeProbe } from "./node-probe.ts";
import { Reachability } from "./reachability.ts";
import type { Probe } from "./transitions.ts";

const LIMITS = { heartbeatMs: 500, acceptedPauseMs: 1_500, suspectAfterMs: 2_000, deadAfterMs: 8_000 };

/** A node `a` that was just heard, and the answers that its probe will get, the last one for ever. */
function bed(...answers: Exclude<Probe, "not_asked">[]) {
  let nowMs = 0;
  let stretch = 1;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => void (nowMs += ms),
  };
  const probe: NodeProbe = async () => (answers.length > 1 ? answers.shift() : answers[0]) ?? "mute";
  const reachability = new Reachability({
    detector: accrualDetector(LIMITS, () => 1),
    probe,
    goneAfterMs: () => 1_000 * stretch,
    clock,
  });
  reachability.heard("a", false);
  return {
    reachability,
    pass: (ms: number) => void (nowMs += ms),
    becomesSlow: (factor: number) => void (stretch = factor),
    ask: async () => (await reachability.probe(["a"])).get("a"),
  };
}

test("a lost connection means something only when nobody is back a moment later", async () => {
  const cases: [Exclude<Probe, "not_asked">[], boolean][] = [
    [["gone", "gone"], true],
    [["mute", "gone"], true],
    [["answered"], false],
    [["gone", "answered"], false],
    [["gone", "mute"], false],
    [["mute", "mute"], false],
  ];
  for (const [answers, expected] of cases) {
    const { reachability } = bed(...answers);
    assert.equal(await reachability.hasGone("a"), expected, answers.join());
    assert.equal(reachability.judge("a"), expected ? "suspect" : "alive", answers.join());
  }
});

test("that nobody is there is believed once it lasts longer than a reconnect, or when the silence is suspicious by itself", async () => {
  const { reachability, pass, ask } = bed("gone");
  assert.equal(await ask(), "mute");
  pass(999);
  assert.equal(await ask(), "mute");
  pass(1);
  assert.equal(await ask(), "gone");
  const silent = bed("gone");
  silent.pass(2_700);
  assert.equal(await silent.ask(), "gone");
  reachability.forget("a");
  assert.equal(await ask(), "mute", "a node of which nothing is known any more");
});

test("where the observer is slow itself, whoever lost a connection has more time to be back", async () => {
  const { pass, ask, becomesSlow } = bed("gone");
  becomesSlow(1.5);
  assert.equal(await ask(), "mute");
  pass(1_499);
  assert.equal(await ask(), "mute");
  pass(1);
  assert.equal(await ask(), "gone");
});

test("an answer, a heartbeat or any contact ends it; so does the observer's own reconnect", async () => {
  const back: [string, (one: ReturnType<typeof bed>) => unknown][] = [
    ["heartbeat", ({ reachability }) => reachability.heard("a", false)],
    ["a new life's heartbeat", ({ reachability }) => reachability.heard("a", true)],
    ["contact", ({ reachability }) => reachability.contact("a")],
    ["reconnect", ({ reachability }) => reachability.reset()],
    ["answer", ({ ask }) => ask()],
  ];
  for (const [name, happens] of back) {
    const one = bed("gone", "gone", "answered");
    await one.reachability.hasGone("a");
    assert.equal(one.reachability.judge("a"), "suspect", name);
    await happens(one);
    assert.equal(one.reachability.judge("a"), "alive", name);
  }
});

test("an answered probe counts as contact: a node whose heartbeats are lost never falls silent", async () => {
  const { reachability, pass, ask } = bed("answered");
  for (let i = 0; i < 10; i++) {
    pass(2_600);
    await ask();
    assert.equal(reachability.judge("a"), "alive");
  }
});
