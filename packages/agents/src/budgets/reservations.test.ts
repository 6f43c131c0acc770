import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@troupe/runtime/internal-testing";
import type { Amount } from "./amount.ts";
import { Reservations } from "./reservations.ts";

const PRICE = { inputUsd: 1, outputUsd: 2 };
const RESERVED: Amount = { calls: 1, tokens: 300, costMicros: 500 };

function opened() {
  const settled: (readonly [released: Amount, used: Amount])[] = [];
  const clock = new ManualClock();
  const reservations = new Reservations({ settle: (_, released, used) => settled.push([released, used]) }, clock);
  const add = (host: string) => reservations.add({ nest: [], amount: RESERVED, price: PRICE, host });
  return { reservations, clock, settled, add };
}

test("a call is settled once, with what it used, and by the host that made it", () => {
  const { reservations, settled, add } = opened();
  const id = add("h1");
  reservations.end("h2", id, { inputTokens: 1, outputTokens: 1 });
  assert.deepEqual(settled, []);
  reservations.end("h1", id, { inputTokens: 10, outputTokens: 20 });
  reservations.end("h1", id);
  assert.deepEqual(settled, [[RESERVED, { calls: 1, tokens: 30, costMicros: 50 }]]);
});

test("the calls of a host that died count as made, with all that they might use; those of others go on", () => {
  const { reservations, settled, add } = opened();
  const [dead, alive] = [add("h1"), add("h2")];
  reservations.hostEnded("h1");
  reservations.end("h1", dead);
  assert.deepEqual(settled, [[RESERVED, RESERVED]]);
  reservations.end("h2", alive);
  assert.deepEqual(settled.at(-1), [RESERVED, { calls: 0, tokens: 0, costMicros: 0 }]);
});

test("a call that nobody renews counts as made after two minutes, and what is told later changes nothing", async () => {
  const { reservations, clock, settled, add } = opened();
  const [silent, renewed] = [add("h1"), add("h1")];
  await clock.advance(119_000);
  reservations.renew("h1", renewed);
  reservations.expire();
  assert.deepEqual(settled, []);
  await clock.advance(2_000);
  reservations.expire();
  assert.deepEqual(settled, [[RESERVED, RESERVED]]);
  reservations.end("h1", silent, { inputTokens: 1, outputTokens: 1 });
  assert.equal(settled.length, 1);
});
