import assert from "node:assert/strict";
import { test } from "node:test";
import { type HopId, hopId, type Passport, Subjects, type TaskId, type TaskRecord } from "@troupe/runtime/internal";
import type { QueueState } from "../queues/queue-reader.ts";
import { againRecord, candidatesOf, isLive, lostAmong } from "./again.ts";
import { unsettledMessages } from "./unsettled.ts";

const subjects = new Subjects("troupe");
const TASK = `0-v1-${"0".repeat(26)}` as TaskId;
const KEYS = new Map(["a", "b", "c"].map((role) => [role, new TextEncoder().encode(role)]));
const key = (role: string) => KEYS.get(role) ?? new Uint8Array();
const START = "start" as HopId;
const HOP_A = hopId(key("a"), TASK, START, 0);

/** Records of one task, each with the next sequence. Control bodies are given whole. */
class Records {
  readonly all: TaskRecord[] = [];

  add(
    hop: HopId | "end",
    from: string,
    name: string,
    more: { body?: unknown; passport?: Partial<Passport>; segment?: number; original?: string } = {},
  ): this {
    const parsed = subjects.parseLog(
      hop === "end" ? subjects.done(TASK) : `${subjects.hop(TASK, hop)}.${from}.${name}`,
    );
    assert.ok(parsed, name);
    const passport: Passport = {
      index: 0,
      tenant: "t",
      depth: 0,
      trail: [],
      taint: [],
      requires: [],
      ...more.passport,
    };
    const isOwn = !["client", "timer", "human", "supervisor"].includes(from);
    const writer = isOwn
      ? { node: "n", incarnation: "i", nonce: "x", claim: 0, segment: more.segment ?? 0 }
      : undefined;
    const original = more.original === undefined ? undefined : { subject: more.original, sequence: 1 };
    const sequence = this.all.length + 1;
    this.all.push({
      sequence,
      atMs: sequence * 1_000,
      subject: parsed,
      header: { passport, writer, original },
      body: more.body,
    });
    return this;
  }

  start(): this {
    return this.add(START, "client", "m.send.a");
  }

  unsettled(): string[] {
    return unsettledMessages(this.all, KEYS).map(
      ({ subject: { hop, from, name } }) => `${short(hop)}.${from}.${name.kind}.${name.to}`,
    );
  }
}

const short = (hop: string) => (hop === HOP_A ? "A" : hop === START ? "start" : hop.slice(0, 1));
const CALL = "c".repeat(26) as HopId;
const OTHER = "d".repeat(26) as HopId;
const call = (hop: HopId, index: number, to = "b") => ({ type: "call", hop, index, to, body: {} });
const wait = (awaited: object[], need = awaited.length) => ({ need, for: awaited, input: subjects.start(TASK, "a") });
const asked = { parent: HOP_A, wait: 1, index: 0 };

test("a message is unsettled until its hop has committed, and then the next one is", () => {
  const records = new Records().start();
  assert.deepEqual(records.unsettled(), ["start.client.send.a"]);
  assert.deepEqual(records.add(HOP_A, "a", "s.step.1").unsettled(), ["start.client.send.a"]);
  assert.deepEqual(records.add(HOP_A, "a", "c.claim.1").unsettled(), ["start.client.send.a"]);
  assert.deepEqual(records.add(HOP_A, "a", "m.send.b").unsettled(), ["A.a.send.b"]);
});

test("a fan is unsettled until all of its outputs are there", () => {
  const outputs = [CALL, OTHER].map((hop, index) => ({ hop, index, to: "b", body: {} }));
  const records = new Records().start().add(HOP_A, "a", "c.fan.0", { body: { outputs } });
  assert.deepEqual(records.unsettled(), ["start.client.send.a"]);
  records.add(CALL, "a", "m.fan.b", { passport: { parent: HOP_A } });
  assert.deepEqual(records.unsettled(), ["start.client.send.a", "c.a.fan.b"]);
  records.add(OTHER, "a", "m.fan.b", { passport: { parent: HOP_A, index: 1 } });
  assert.deepEqual(records.unsettled(), ["c.a.fan.b", "d.a.fan.b"]);
});

test("a waiting hop is driven by replies that it has not counted; after the claim by the one that the claim names", () => {
  const records = new Records().start();
  records.add(HOP_A, "a", "c.wait.1", { body: wait([call(CALL, 0), call(OTHER, 1)]) });
  assert.deepEqual(records.unsettled(), ["start.client.send.a"], "its calls are not out yet");
  records
    .add(CALL, "a", "m.call.b", { passport: asked })
    .add(OTHER, "a", "m.call.b", { passport: { ...asked, index: 1 } });
  assert.deepEqual(records.unsettled(), ["c.a.call.b", "d.a.call.b"]);
  records.add(CALL, "b", "m.reply.a", { passport: asked });
  assert.deepEqual(records.unsettled(), ["c.b.reply.a", "d.a.call.b"]);
  records.add(HOP_A, "a", "c.got.0", { body: {}, segment: 1 });
  assert.deepEqual(records.unsettled(), ["d.a.call.b"]);
  records.add(OTHER, "b", "m.reply.a", { passport: { ...asked, index: 1 } });
  assert.deepEqual(records.unsettled(), ["d.b.reply.a"]);
  const message = subjects.record(TASK, OTHER, "b", { class: "m", kind: "reply", to: "a" });
  records.add(HOP_A, "a", "c.claim.1", { body: { message, delivered: 1 }, segment: 1 });
  assert.deepEqual(records.unsettled(), ["d.b.reply.a"]);
  records.add(HOP_A, "a", "s.step.1", { segment: 1 });
  assert.deepEqual(records.unsettled(), ["d.b.reply.a"]);
  assert.deepEqual(records.add(HOP_A, "a", "m.send.c", { segment: 1, passport: { index: 2 } }).unsettled(), [
    "A.a.send.c",
  ]);
});

test("calls that a join went on without are not wanted any more, nor what they called", () => {
  const records = new Records().start();
  records.add(HOP_A, "a", "c.wait.1", { body: wait([call(CALL, 0), call(OTHER, 1)], 1) });
  records
    .add(CALL, "a", "m.call.b", { passport: asked })
    .add(OTHER, "a", "m.call.b", { passport: { ...asked, index: 1 } });
  const nested = "e".repeat(26) as HopId;
  records.add(OTHER, "b", "c.wait.1", { body: wait([call(nested, 0, "c")]) });
  records.add(nested, "b", "m.call.c", { passport: { parent: OTHER, wait: 1 } });
  assert.deepEqual(records.unsettled(), ["c.a.call.b", "e.b.call.c"]);
  records.add(CALL, "b", "m.reply.a", { passport: asked });
  const message = subjects.record(TASK, CALL, "b", { class: "m", kind: "reply", to: "a" });
  records.add(HOP_A, "a", "c.claim.1", { body: { message, delivered: 1 }, segment: 1 });
  assert.deepEqual(records.unsettled(), ["c.b.reply.a"]);
});

test("a dead called hop is unsettled until its caller has the error; one that nobody called is settled", () => {
  const error = { code: "handler_failed", message: "x" };
  const records = new Records().start().add(HOP_A, "a", "c.wait.1", { body: wait([call(CALL, 0)]) });
  records.add(CALL, "a", "m.call.b", { passport: asked });
  const reply = { to: "a", parent: HOP_A, wait: 1, index: 0 };
  records.add(CALL, "b", "c.dead.0", { body: { error, attempts: 3, reply } });
  assert.deepEqual(records.unsettled(), ["c.a.call.b"]);
  records.add(CALL, "b", "m.reply.a", { passport: asked });
  assert.deepEqual(records.unsettled(), ["c.b.reply.a"]);
  const dead = new Records().start().add(HOP_A, "a", "c.dead.0", { body: { error, attempts: 3 } });
  assert.deepEqual(dead.unsettled(), []);
  assert.deepEqual(dead.add(HOP_A, "supervisor", "m.send.c").unsettled(), ["A.supervisor.send.c"]);
});

test("a role that calls itself: its message is an input, no record of its own", () => {
  const records = new Records().start().add(HOP_A, "a", "c.wait.1", { body: wait([call(CALL, 0, "a")]) });
  records.add(CALL, "a", "m.call.a", { passport: asked });
  assert.deepEqual(records.unsettled(), ["c.a.call.a"]);
});

test("forged parents in a circle do not hang it", () => {
  const records = new Records().start();
  records.add(CALL, "a", "m.call.b", { passport: { parent: OTHER, wait: 1 } });
  records.add(OTHER, "a", "m.call.b", { passport: { parent: CALL, wait: 1 } });
  assert.equal(records.unsettled().length, 3);
});

const queue = (changes: Partial<QueueState> = {}): QueueState => ({
  shard: 0,
  durable: "v1-a",
  version: "v1",
  mailbox: "a",
  filter: "",
  waiting: 0,
  inFlight: 0,
  ackedUpTo: 0,
  deliveredUpTo: 0,
  consumerSequence: 0,
  ...changes,
});

test("only what is surely acked is lost: below the ack floor, or delivered while nothing is outstanding", () => {
  const { all } = new Records().start();
  const candidates = candidatesOf(unsettledMessages(all, KEYS), all, subjects);
  const cases: [string, Partial<QueueState> | undefined, boolean, number][] = [
    ["below the floor", { ackedUpTo: 1, inFlight: 4, deliveredUpTo: 9 }, false, 1],
    ["an idle queue", { deliveredUpTo: 1 }, false, 1],
    ["not delivered yet", { deliveredUpTo: 0 }, true, 0],
    ["others are in flight", { inFlight: 1, deliveredUpTo: 5 }, true, 0],
    ["others wait", { waiting: 1, deliveredUpTo: 5 }, true, 0],
    ["no such queue", undefined, false, 0],
  ];
  for (const [name, changes, live, lost] of cases) {
    const queueOf = () => (changes ? queue(changes) : undefined);
    assert.equal(
      candidates.some((one) => isLive(one, queueOf)),
      live,
      name,
    );
    assert.equal(lostAmong(candidates, queueOf, 100_000, 1_000).length, lost, name);
  }
});

const idle = () => queue({ deliveredUpTo: 2 });

test("a copy takes the original's place, waits twice as long, and the next copy gets the next number", () => {
  const original = subjects.start(TASK, "a");
  const records = new Records().start().add(START, "supervisor", "m.again1.a", { original });
  const [candidate] = candidatesOf(unsettledMessages(records.all, KEYS), records.all, subjects);
  assert.ok(candidate);
  assert.deepEqual([candidate.copies, candidate.newest.sequence], [1, 2]);
  assert.equal(lostAmong([candidate], idle, 2_000 + 1_999, 1_000).length, 0);
  assert.equal(lostAmong([candidate], idle, 2_000 + 2_000, 1_000).length, 1);
  assert.equal(
    isLive(candidate, () => queue({ ackedUpTo: 1, inFlight: 1 })),
    true,
    "the copy is under way",
  );
  const body = new TextEncoder().encode("{}");
  const stored = {
    subject: original,
    sequence: 1,
    storedAtMs: 0,
    header: candidate.original.header,
    encoding: "json" as const,
    body,
  };
  const copy = againRecord(subjects, candidate.original, stored, records.all);
  assert.equal(copy.subject, `${subjects.hop(TASK, START)}.supervisor.m.again2.a`);
  assert.deepEqual(copy.header.original, { subject: original, sequence: 1 });
  assert.equal(copy.body, body);
});
