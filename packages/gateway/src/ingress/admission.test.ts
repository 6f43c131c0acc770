import assert from "node:assert/strict";
import { test } from "node:test";
import { AdmissionQueue, admit, type Pressure } from "./admission.ts";

const calm: Pressure = {
  inFlight: 0,
  inFlightLimit: 10,
  backlog: 0,
  deferred: 0,
  backlogLimit: 100,
  endedPerSecond: 0,
};

test("a task starts at once while there is room and nobody waits", () => {
  assert.deepEqual(admit(calm), { kind: "start" });
  assert.deepEqual(admit({ ...calm, inFlight: 9 }), { kind: "start" });
});

test("a task waits at the cap, and behind those who wait already", () => {
  assert.deepEqual(admit({ ...calm, inFlight: 10 }), { kind: "wait" });
  assert.deepEqual(admit({ ...calm, backlog: 1 }), { kind: "wait" });
  assert.deepEqual(admit({ ...calm, backlog: 2, deferred: 1 }), { kind: "wait" });
});

test("who waits for an actor with less to do holds nobody up, and counts towards a full backlog", () => {
  assert.deepEqual(admit({ ...calm, backlog: 3, deferred: 3 }), { kind: "start" });
  assert.equal(admit({ ...calm, backlog: 100, deferred: 100 }).kind, "refuse");
});

test("a full backlog refuses, with a time to come back that follows the rate at which tasks end", () => {
  const full = { ...calm, inFlight: 10, backlog: 100 };
  assert.deepEqual(admit({ ...full, endedPerSecond: 100 }), { kind: "refuse", retryAfterMs: 1_000 });
  assert.deepEqual(admit({ ...full, endedPerSecond: 1 }), { kind: "refuse", retryAfterMs: 10_000 });
  assert.deepEqual(admit({ ...full, backlog: 1e9, backlogLimit: 1 }), { kind: "refuse", retryAfterMs: 60_000 });
});

const drain = (queue: AdmissionQueue<string>): string[] => {
  const out: string[] = [];
  for (let item = queue.next(); item !== undefined; item = queue.next()) out.push(item);
  return out;
};

test("urgent classes go first and none starves", () => {
  const queue = new AdmissionQueue<string>();
  for (let i = 0; i < 26; i++) {
    queue.add("batch", "t", "b");
    queue.add("normal", "t", "n");
    queue.add("interactive", "t", "i");
  }
  const first = drain(queue).slice(0, 13);
  assert.equal(first[0], "i");
  assert.equal(first.filter((c) => c === "i").length, 8);
  assert.equal(first.filter((c) => c === "n").length, 4);
  assert.equal(first.filter((c) => c === "b").length, 1);
});

test("tenants of a class take turns, however much one of them sends; each keeps its own order", () => {
  const queue = new AdmissionQueue<string>();
  for (const item of ["a1", "a2", "a3", "a4"]) queue.add("normal", "a", item);
  queue.add("normal", "b", "b1");
  queue.add("normal", "b", "b2");
  assert.equal(queue.size, 6);
  assert.deepEqual(drain(queue), ["a1", "b1", "a2", "b2", "a3", "a4"]);
  assert.equal(queue.size, 0);
});
