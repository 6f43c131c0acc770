import assert from "node:assert/strict";
import { test } from "node:test";
import { HostEvent } from "../host/ipc.ts";
import { HeldByHost } from "./held-by-host.ts";

const A = { stream: "T_LOG_0", durable: "v1-a" };
const B = { stream: "T_LOG_0", durable: "v1-b" };

test("what was taken is held until it is let go, each mailbox by its own count", () => {
  const held = new HeldByHost();
  held.apply([
    { ...A, taken: [50, 1, 51, 2], released: [] },
    { ...B, taken: [52, 1], released: [] },
  ]);
  held.apply([{ ...A, taken: [53, 3], released: [1] }]);
  assert.deepEqual(held.all(), [
    { ...A, streamSequence: 51, consumerSequence: 2 },
    { ...A, streamSequence: 53, consumerSequence: 3 },
    { ...B, streamSequence: 52, consumerSequence: 1 },
  ]);
  held.apply([
    { ...A, taken: [], released: [2, 3, 99] },
    { ...B, taken: [], released: [1] },
  ]);
  assert.deepEqual(held.all(), []);
});

test("half a delivery is no word of a host", () => {
  for (const [taken, isWord] of [
    [[50, 1], true],
    [[50], false],
  ] as const) {
    const event = { type: "held", changes: [{ ...A, taken, released: [] }] };
    assert.equal(HostEvent.safeParse(event).success, isWord);
  }
});
