import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../testing/manual-clock.ts";
import { fallsSilent } from "./host-silence.ts";

function watched() {
  const clock = new ManualClock();
  const host = { isReady: true, words: 0 };
  const ended = new AbortController();
  let verdict: boolean | undefined;
  const watching = fallsSilent(host, 10_000, clock, ended.signal).then((isSilent) => (verdict = isSilent));
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) await clock.advance(1_000);
  };
  return { clock, host, ended, watching, pass, verdict: () => verdict };
}

test("a host that says nothing for the limit is silent; each word counts anew", async () => {
  const { host, pass, verdict } = watched();
  await pass(9_000);
  host.words++;
  await pass(10_000);
  assert.equal(verdict(), undefined);
  await pass(1_000);
  assert.equal(verdict(), true);
});

test("a host may load its system in silence", async () => {
  const { host, pass, verdict } = watched();
  host.isReady = false;
  await pass(60_000);
  assert.equal(verdict(), undefined);
});

test("a node that stood still itself heard nobody meanwhile", async () => {
  let nowMs = 0;
  let wake: (() => void) | undefined;
  // A sleep that lasts longer than it should: the whole process was stopped.
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: () => new Promise<void>((resolve) => (wake = resolve)),
  };
  const ended = new AbortController();
  const watching = fallsSilent({ isReady: true, words: 0 }, 10_000, clock, ended.signal);
  const wakeAt = async (ms: number) => {
    nowMs = ms;
    wake?.();
    await new Promise(setImmediate);
  };
  for (const ms of [1_000, 2_000, 62_000, 63_000, 64_000]) await wakeAt(ms);
  ended.abort();
  await wakeAt(65_000);
  assert.equal(await watching, false);
});

test("who ends is not silent", async () => {
  const { ended, watching } = watched();
  ended.abort();
  assert.equal(await watching, false);
});
