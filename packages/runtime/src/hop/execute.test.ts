import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { complete, escalate, fail, fanOut, forward, reply } from "../actor/outcome.ts";
import { TroupeError } from "../errors.ts";
import { START_HOP } from "../ids.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import type { HopRole } from "./ports.ts";

const unlucky: BedHandler = () => {
  throw new Error("no luck");
};
const toB: BedHandler = () => forward("b", { hello: 1 });

test("a first delivery reads nothing and writes one record", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), toB);
  assert.deepEqual(end, { kind: "committed", commit: "send" });
  assert.deepEqual(bed.calls, ["append"]);
  assert.deepEqual(bed.answers, ["ack"]);
  assert.deepEqual(bed.names.slice(1), ["m.send.b"]);
  assert.deepEqual(bed.body("m.send.b"), { hello: 1 });
});

test("a redelivery of a committed message runs nothing and is acked", async () => {
  const bed = new HopBed();
  const message = bed.start();
  await bed.deliver(message, toB);
  const end = await bed.deliver(message, () => assert.fail("the handler ran again"));
  assert.equal(end.kind, "settled");
  assert.deepEqual(bed.answers, ["ack", "ack"]);
});

test("a child message is one hop deeper and carries its crossing in the trail", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start({}, { depth: 3, taint: ["web"] }), toB);
  const passport = bed.log.store.records[1]?.header?.passport;
  assert.equal(passport?.depth, 4);
  assert.equal(passport.trail.length, 1);
  assert.deepEqual(passport.taint, ["web"]);
});

test("a redelivery after a failed attempt replays the recorded steps and does not run them again", async () => {
  const bed = new HopBed();
  const message = bed.start();
  let runs = 0;
  const handler: BedHandler = async (_, ctx) => {
    const value = await ctx.step("count", () => ++runs);
    if (ctx.attempt === 1) throw new Error("first try");
    return complete([value, runs]);
  };
  const first = await bed.deliver(message, handler);
  assert.equal(first.kind, "retry");
  assert.match(bed.answers[0] ?? "", /^back \d+$/);
  await bed.deliver(message, handler);
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", result: [1, 1], by: "a" });
  assert.deepEqual(bed.names.slice(1), ["s.step.1", "s.fail.1", "c.claim.1", "t.done.client"]);
});

test("retries used up park the message with the last error", async () => {
  const bed = new HopBed();
  const message = bed.start();
  const kinds = [];
  for (let i = 0; i < 3; i++) kinds.push((await bed.deliver(message, unlucky)).kind);
  assert.deepEqual(kinds, ["retry", "retry", "parked"]);
  assert.deepEqual(bed.body("c.dead.0"), { error: { code: "handler_failed", message: "no luck" }, attempts: 3 });
});

test("an error that is the answer is not tried again", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), () => {
    throw new TroupeError("model_refused", "401");
  });
  assert.deepEqual(end, { kind: "parked", error: { code: "model_refused", message: "401" }, hasThrown: true });
  assert.deepEqual(bed.names.slice(1), ["c.dead.0"]);
});

const parkings: readonly [string, string, BedHandler, Partial<HopRole>?][] = [
  ["fail", "tool_failed", () => fail({ code: "tool_failed", message: "x" })],
  ["escalate without an edge", "escalated", () => escalate("stuck")],
  ["an edge that the graph does not have", "illegal_outcome", () => forward("c", {})],
  ["a reply that nobody asked for", "illegal_outcome", () => reply(1)],
  ["complete without an edge to the client", "illegal_outcome", () => complete(1), { targets: new Set(["b"]) }],
  ["a fan-out of nothing", "illegal_outcome", () => fanOut([])],
  ["no outcome at all", "illegal_outcome", () => undefined as never],
  ["a body that is no JSON", "illegal_outcome", () => forward("b", 1n as never)],
  ["a body that is too large", "body_too_large", () => forward("b", "x".repeat(600_000))],
  ["a call without an edge", "illegal_outcome", async (_, ctx) => complete(await ctx.call("c", {}))],
];
for (const [what, code, handler, change] of parkings) {
  test(`${what} parks the message as ${code}`, async () => {
    const bed = new HopBed();
    const end = await bed.deliver(bed.start(), handler, change);
    assert.equal(end.kind === "parked" ? end.error.code : end.kind, code);
    assert.deepEqual(bed.names.slice(1), ["c.dead.0"]);
    assert.deepEqual(bed.answers, ["ack"]);
  });
}

test("escalate with an edge sends the reason and the message to the escalation role", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start({ q: 1 }), () => escalate("stuck"), { escalation: "b" });
  assert.deepEqual(bed.body("m.send.b"), { reason: "stuck", role: "a", message: { q: 1 } });
});

const refusals: readonly [string, string, unknown, Parameters<HopBed["start"]>[1], Partial<HopRole>?][] = [
  ["a task of too many hops", "hop_limit", {}, { depth: 50 }],
  ["content that came over one edge three times", "loop_detected", {}, { trail: ["x", "y", "x", "y", "x"] }],
  ["a body that does not parse", "malformed_record", "{nope", {}],
  ["a body that is nested too deep", "malformed_record", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, {}],
  [
    "a message that the role does not accept",
    "invalid_request",
    { q: 1 },
    {},
    { accepts: z.object({ q: z.string() }) },
  ],
];
for (const [what, code, body, passport, change] of refusals) {
  test(`${what} is parked as ${code}, unrun`, async () => {
    const bed = new HopBed();
    const end = await bed.deliver(bed.start(body, passport), () => assert.fail("the handler ran"), change);
    assert.equal(end.kind === "parked" ? end.error.code : end.kind, code);
  });
}

test("a message is what the role's schema makes of it", async () => {
  const bed = new HopBed();
  const accepts = z.object({ n: z.number().default(7) });
  await bed.deliver(bed.start({}), (message) => complete(message), { accepts });
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", result: { n: 7 }, by: "a" });
});

test("a called hop answers its caller, and a dead one answers with its error", async () => {
  const call = SUBJECTS.record(BED_TASK, BED_HOP, "b", { class: "m", kind: "call", to: "a" });
  const passport = { ...BED_PASSPORT, index: 2, parent: START_HOP, wait: 1, replyTo: "b" };
  for (const [handler, body] of [
    [() => reply(5), { value: 5 }],
    [() => fail({ code: "tool_failed", message: "x" }), { error: { code: "tool_failed", message: "x" } }],
    [() => forward("b", {}), undefined],
  ] as const) {
    const bed = new HopBed();
    const message = bed.put({ subject: call, header: { passport }, encoding: "json", body: Buffer.from("{}") });
    await bed.deliver(message, handler);
    assert.deepEqual(bed.log.store.records.at(-1)?.header?.passport?.parent, START_HOP);
    if (body !== undefined) assert.deepEqual(bed.body("m.reply.b"), body);
    else assert.match(JSON.stringify(bed.body("m.reply.b")), /illegal_outcome/);
  }
});

test("a store that does not answer leads to giving the message back", async () => {
  const bed = new HopBed();
  const log = { ...silentLog(), append: async () => ({ kind: "unknown", text: "no responders" }) as const };
  const running = bed.deliver(bed.start(), toB, {}, { log });
  for (let i = 0; i < 200; i++) {
    await bed.clock.advance(500);
    await new Promise(setImmediate);
  }
  assert.equal((await running).kind, "unavailable");
  assert.deepEqual(bed.answers, ["back 1000"]);
});

test("a record without a header is parked under a hop that no honest message has", async () => {
  const bed = new HopBed();
  const subject = SUBJECTS.record(BED_TASK, START_HOP, "client", { class: "m", kind: "send", to: "a" });
  const record = bed.put({ subject, header: {}, encoding: "json", body: Buffer.from("{}") });
  const end = await bed.deliver(record, () => assert.fail("the handler ran"));
  assert.equal(end.kind === "parked" && end.error.code, "malformed_record");
  assert.ok(!bed.log.store.records.at(-1)?.subject.includes(BED_HOP));
});

test("a record on a subject that is no mailbox is acked and recorded nowhere", async () => {
  const bed = new HopBed();
  const record = { ...bed.start(), subject: "sim.log.0.v1.*.>.client.m.send.a" };
  const end = await bed.deliver(record, () => assert.fail("the handler ran"));
  assert.deepEqual([end.kind, bed.answers, bed.names.length], ["settled", ["ack"], 1]);
});

test("an own record that does not parse parks the hop", async () => {
  const bed = new HopBed();
  const message = bed.start();
  bed.put({
    subject: SUBJECTS.record(BED_TASK, BED_HOP, "a", { class: "s", kind: "step", to: "1" }),
    header: {},
    encoding: "json",
    body: Buffer.from("garbage"),
  });
  const end = await bed.deliver(message, toB);
  assert.equal(end.kind === "parked" && end.error.code, "malformed_record");
  assert.equal(bed.names.at(-1), "c.dead.0");
});

function silentLog() {
  return { last: () => Promise.resolve(undefined), get: () => Promise.resolve(undefined) };
}
