import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { ActorLoads } from "./actor-loads.ts";

const WISH = { version: "v1", mailbox: "a", maxLoad: 0.8 };

function loads(askActors: () => Promise<unknown>) {
  const clock = new ManualClock();
  return { clock, loads: new ActorLoads({ askActors, clock, logger: createLogger({ name: "t", level: "silent" }) }) };
}
const one = (load: number) => ({ actors: [{ id: "v1/a/0", state: "available", load, concurrency: 2 }] });

test("as many are let through as there is room for, though the nodes have not told of them yet", async () => {
  const { clock, loads: known } = loads(async () => one(0));
  assert.deepEqual([await known.take(WISH), await known.take(WISH), await known.take(WISH)], [true, true, false]);
  await clock.advance(1_000);
  assert.equal(await known.take(WISH), true, "by now what was let through is in the nodes' own word");
});

test("several questions within a moment ask the supervisor once", async () => {
  let asked = 0;
  const { clock, loads: known } = loads(async () => {
    asked++;
    return one(1);
  });
  await Promise.all([known.take(WISH), known.take(WISH), known.reason(WISH)]);
  assert.equal(asked, 1);
  await clock.advance(250);
  assert.equal(await known.take(WISH), false);
  assert.equal(asked, 2);
});

test("where nobody knows, or an answer makes no sense, nothing is held back and there is no reason", async () => {
  for (const ask of [() => Promise.reject(new Error("nobody leads")), async () => ({ actors: 5 })]) {
    const { loads: unknown } = loads(ask);
    assert.equal(await unknown.take(WISH), true);
    assert.equal(await unknown.reason(WISH), undefined);
  }
});
