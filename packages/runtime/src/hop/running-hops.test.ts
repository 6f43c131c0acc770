import assert from "node:assert/strict";
import { test } from "node:test";
import { BED_HOP, BED_TASK } from "../testing/hop-bed.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { simTask } from "../testing/sim-place.ts";
import { Progress } from "./progress.ts";
import { type AbortCause, RunningHops } from "./running-hops.ts";

function bed() {
  const clock = new ManualClock();
  const running = new RunningHops({ clock, rememberMs: 1_000, tickMs: 100 });
  const aborted: AbortCause[] = [];
  const hop = {
    task: BED_TASK,
    hop: BED_HOP,
    instance: {},
    progress: new Progress(0, undefined),
    timeoutAtMs: 5_000,
    workingAtMs: 0,
    working: () => undefined,
    abort: (cause: AbortCause) => void aborted.push(cause),
  };
  return { clock, running, aborted, hop };
}

test("the end of a task, or of one called hop, is remembered for a while and then forgotten", async () => {
  const { clock, running } = bed();
  running.end(BED_TASK, [BED_HOP]);
  assert.equal(running.hasEnded(BED_TASK, BED_HOP), true);
  assert.equal(running.hasEnded(simTask(2), BED_HOP), false);
  await clock.advance(1_000);
  running.tick();
  assert.equal(running.hasEnded(BED_TASK, BED_HOP), false);
});

test("the end of another task aborts nothing", () => {
  const { running, aborted, hop } = bed();
  running.enter(hop);
  running.end(simTask(2));
  assert.deepEqual(aborted, []);
  running.end(BED_TASK);
  assert.deepEqual(aborted, ["ended"]);
});

test("what has left is not aborted any more", async () => {
  const { clock, running, aborted, hop } = bed();
  const slot = running.enter(hop);
  running.leave(slot);
  await clock.advance(10_000);
  running.tick();
  running.abortAll("disconnected");
  assert.deepEqual(aborted, []);
});

test("it ticks until its signal aborts", async () => {
  const { clock, running, aborted, hop } = bed();
  const stop = new AbortController();
  const ran = running.run(stop.signal);
  running.enter({ ...hop, timeoutAtMs: 250 });
  for (let i = 0; i < 3; i++) {
    await clock.sleeping();
    await clock.advance(100);
  }
  assert.deepEqual(aborted, ["timeout"]);
  stop.abort();
  await ran;
});

test("a tick that comes late counts for nobody's silence", async () => {
  let nowMs = 0;
  let wake: (() => void) | undefined;
  const clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: () => new Promise<void>((resolve) => (wake = resolve)),
  };
  const running = new RunningHops({ clock, tickMs: 100 });
  const { hop, aborted } = bed();
  running.enter({ ...hop, timeoutAtMs: 1e9, progress: new Progress(0, 1_000) });
  const stop = new AbortController();
  const ran = running.run(stop.signal);
  const wakeAt = async (ms: number) => {
    nowMs = ms;
    wake?.();
    await new Promise(setImmediate);
  };
  await wakeAt(100);
  await wakeAt(60_100);
  assert.deepEqual(aborted, []);
  for (let ms = 60_200; ms <= 61_100; ms += 100) await wakeAt(ms);
  assert.deepEqual([...new Set(aborted)], ["stuck"]);
  stop.abort();
  await wakeAt(61_200);
  await ran;
});
