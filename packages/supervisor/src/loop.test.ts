import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, createLogger, TroupeError } from "@troupe/runtime/internal";
import { untilAnswered } from "./loop.ts";

const LIMIT_MS = 40_000;
const logger = createLogger({ name: "test", level: "silent" });
const unknown = new TroupeError("outcome_unknown", "no answer in time");
const gone = new TroupeError("unavailable", "nobody serves it");

/** Asks whose answers take ten seconds each. */
function slowAsks(...answers: readonly (TroupeError | string)[]) {
  let nowMs = 0;
  let asked = 0;
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const work = () => {
    nowMs += 10_000;
    const answer = answers[Math.min(asked++, answers.length - 1)];
    return answer instanceof TroupeError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const stopping = new AbortController();
  const ports = { clock, logger, signal: stopping.signal };
  return { ports, work, asked: () => asked, stop: () => stopping.abort() };
}

test("what does not answer is asked again until it does, or the time is over", async () => {
  const late = slowAsks(unknown, gone, "done");
  assert.equal(await untilAnswered("it", LIMIT_MS, late.ports, late.work), "done");
  const never = slowAsks(unknown);
  await assert.rejects(untilAnswered("it", LIMIT_MS, never.ports, never.work), unknown);
  assert.equal(never.asked(), 4);
});

test("what does not pass is not asked again, and nothing is once it is to stop", async () => {
  const refused = slowAsks(gone);
  await assert.rejects(untilAnswered("it", LIMIT_MS, refused.ports, refused.work, ["outcome_unknown"]), gone);
  assert.equal(refused.asked(), 1);
  const stopped = slowAsks(unknown);
  stopped.stop();
  await assert.rejects(untilAnswered("it", LIMIT_MS, stopped.ports, stopped.work), unknown);
  assert.equal(stopped.asked(), 1);
});
