import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { complete, fanOut, forward, reply } from "../actor/outcome.ts";
import type { BlobRef } from "../contracts/blob-body.ts";
import { WaitBody } from "../contracts/bodies.ts";
import { INLINE_BODY_BYTES, MAX_BODY_BYTES } from "../contracts/task.ts";
import { TroupeError } from "../errors.ts";
import { isHopId } from "../ids.ts";
import type { StoredRecord } from "../log/task-log.ts";
import { BED_HOP, BED_PASSPORT, BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import type { LargeBodies } from "./ports.ts";

const LARGE = "x".repeat(INLINE_BODY_BYTES + 1);

/** A store of large bodies in memory. */
class Bodies implements LargeBodies {
  readonly stored = new Map<string, Uint8Array>();
  puts = 0;
  async put(bytes: Uint8Array): Promise<BlobRef> {
    this.puts++;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.stored.set(sha256, bytes);
    return { role: "a", sha256, bytes: bytes.length };
  }
  async get({ sha256 }: BlobRef): Promise<Uint8Array> {
    const bytes = this.stored.get(sha256);
    if (bytes === undefined) throw new TroupeError("malformed_record", `${sha256} is missing`);
    return bytes;
  }
  json(reference: unknown): unknown {
    const { $blob } = reference as { $blob: BlobRef };
    return JSON.parse(Buffer.from(this.stored.get($blob.sha256) ?? "").toString());
  }
}

function bed() {
  const hops = new HopBed();
  const bodies = new Bodies();
  const deliver = (record: StoredRecord, handler: BedHandler, ports = {}) =>
    hops.deliver(record, handler, {}, { largeBodies: bodies, ...ports });
  return { hops, bodies, deliver };
}

test("a message over the inline limit goes by reference, one at the limit's foot inline", async () => {
  const { hops, bodies, deliver } = bed();
  await deliver(hops.start(), () => forward("b", { text: LARGE }));
  assert.deepEqual(bodies.json(hops.body("m.send.b")), { text: LARGE });
  const small = bed();
  await small.deliver(small.hops.start(), () => forward("b", "x".repeat(INLINE_BODY_BYTES - 2_000)));
  assert.equal(small.bodies.puts, 0);
});

test("the handler gets a large input as if it were none", async () => {
  const { hops, bodies, deliver } = bed();
  const $blob = await bodies.put(Buffer.from(JSON.stringify({ text: LARGE })));
  await deliver(hops.start({ $blob }), (message) => complete(JSON.stringify(message).length));
  assert.deepEqual(hops.body("t.done.client"), { status: "completed", result: LARGE.length + 11, by: "a" });
});

test("a large result is in the task's end by reference", async () => {
  const { hops, bodies, deliver } = bed();
  await deliver(hops.start(), () => complete([LARGE]));
  const { result } = hops.body("t.done.client") as { result: unknown };
  assert.deepEqual(bodies.json(result), [LARGE]);
});

test("outputs that fit alone but not together go by reference, the small ones among them do not", async () => {
  const { hops, bodies, deliver } = bed();
  const third = "y".repeat(300_000);
  const end = await deliver(hops.start(), () =>
    fanOut([
      { to: "b", body: third },
      { to: "b", body: `${third}z` },
      { to: "b", body: "small" },
    ]),
  );
  assert.deepEqual(end, { kind: "committed", commit: "fan" });
  const { outputs } = hops.body("c.fan.0") as { outputs: { body: unknown }[] };
  assert.deepEqual([bodies.json(outputs[0]?.body), bodies.json(outputs[1]?.body)], [third, `${third}z`]);
  assert.equal(outputs[2]?.body, "small");
  assert.equal(hops.names.filter((name) => name === "m.fan.b").length, 3);
});

test("a thousand outputs fit in one commit, whatever their size", async () => {
  const { hops, deliver } = bed();
  const messages = Array.from({ length: 1_000 }, (_, index) => ({ to: "b", body: `${index} ${"z".repeat(700)}` }));
  assert.equal((await deliver(hops.start(), () => fanOut(messages))).kind, "committed");
  assert.equal(hops.names.filter((name) => name === "m.fan.b").length, 1_000);
});

for (const [what, value] of [
  ["JSON", { text: LARGE }],
  ["bytes", Buffer.alloc(INLINE_BODY_BYTES + 1, 7)],
] as const) {
  test(`a large result of a step (${what}) is recorded once and read again on a replay`, async () => {
    const { hops, bodies, deliver } = bed();
    const message = hops.start();
    let runs = 0;
    const seen: unknown[] = [];
    const handler: BedHandler = async (_, ctx) => {
      seen.push(await ctx.step("make", () => (runs++, value)));
      if (ctx.attempt === 1) throw new Error("first try");
      return complete(runs);
    };
    await deliver(message, handler);
    await deliver(message, handler);
    assert.deepEqual(seen, [value, value]);
    assert.equal(runs, 1);
    assert.equal(bodies.puts, 1);
    assert.deepEqual(hops.names.slice(1), ["s.step.1", "s.fail.1", "c.claim.1", "t.done.client"]);
  });
}

test("a call and its answer may be large", async () => {
  const { hops, bodies, deliver } = bed();
  const handler: BedHandler = async (_, ctx) => complete(JSON.stringify(await ctx.call("b", { ask: LARGE })).length);
  assert.equal((await deliver(hops.start(), handler)).kind, "waiting");
  const [call] = WaitBody.parse(hops.body("c.wait.1")).for;
  assert.ok(call?.type === "call" && isHopId(call.hop));
  assert.deepEqual(bodies.json(call.body), { ask: LARGE });
  assert.deepEqual(bodies.json(hops.body("m.call.b")), { ask: LARGE });
  const $blob = await bodies.put(Buffer.from(JSON.stringify({ answer: LARGE })));
  const answer = hops.put({
    subject: SUBJECTS.record(BED_TASK, call.hop, "b", { class: "m", kind: "reply", to: "a" }),
    header: {
      writer: { node: "n", incarnation: "1", nonce: "r", previous: undefined, claim: 0, segment: 0 },
      passport: { ...BED_PASSPORT, parent: BED_HOP, wait: 1, index: call.index },
    },
    encoding: "json",
    body: Buffer.from(JSON.stringify({ value: { $blob } })),
  });
  await deliver(answer, handler);
  assert.deepEqual(hops.body("t.done.client"), { status: "completed", result: LARGE.length + 13, by: "a" });
});

test("a called hop answers with a large body by reference", async () => {
  const { hops, bodies, deliver } = bed();
  const call = hops.put({
    subject: SUBJECTS.record(BED_TASK, BED_HOP, "b", { class: "m", kind: "call", to: "a" }),
    header: { passport: { ...BED_PASSPORT, parent: BED_HOP, wait: 1, index: 1, replyTo: "b" } },
    encoding: "json",
    body: Buffer.from("{}"),
  });
  await deliver(call, () => reply(LARGE));
  assert.equal(bodies.json((hops.body("m.reply.b") as { value: unknown }).value), LARGE);
});

function die(): never {
  throw new Error("killed");
}

test("a crash between store and commit leaves bytes that the next attempt finds: one body, one commit", async () => {
  const { hops, bodies, deliver } = bed();
  const message = hops.start();
  const died = await deliver(message, () => forward("b", LARGE), { failpoint: die });
  assert.equal(died.kind, "unavailable");
  assert.equal(bodies.stored.size, 1);
  assert.deepEqual(hops.names.slice(1), []);
  await deliver(message, () => forward("b", LARGE));
  assert.equal(bodies.stored.size, 1);
  assert.equal(bodies.json(hops.body("m.send.b")), LARGE);
});

test("a body that is gone parks the message with a clear error", async () => {
  const { hops, deliver } = bed();
  const $blob: BlobRef = { role: "client", sha256: "0".repeat(64), bytes: 9 };
  const end = await deliver(hops.start({ $blob }), () => assert.fail("the handler ran without its message"));
  assert.ok(end.kind === "parked" && end.error.code === "malformed_record", JSON.stringify(end));
  assert.match(end.error.message, /the message's body cannot be read: 0+ is missing/);
  assert.deepEqual(end.error.details, $blob);
});

test("a body that the supervisor passes on in an escalation is read as well", async () => {
  const { hops, bodies, deliver } = bed();
  const $blob = await bodies.put(Buffer.from(JSON.stringify(LARGE)));
  const escalation = { reason: "no luck", role: "b", error: { code: "handler_failed", message: "no luck" } };
  const message = hops.put({
    subject: SUBJECTS.record(BED_TASK, BED_HOP, "supervisor", { class: "m", kind: "send", to: "a" }),
    header: { passport: BED_PASSPORT },
    encoding: "json",
    body: Buffer.from(JSON.stringify({ ...escalation, message: { $blob } })),
  });
  let seen: unknown;
  await deliver(message, (given) => {
    seen = given;
    return complete(1);
  });
  assert.deepEqual(seen, { ...escalation, message: LARGE });
});

test("while the store is away the hop tries again", async () => {
  const { hops, bodies, deliver } = bed();
  let failures = 0;
  const largeBodies: LargeBodies = {
    get: (ref) => bodies.get(ref),
    put: async (bytes) => {
      if (failures++ < 3) throw new TroupeError("unavailable", "nobody answers");
      return bodies.put(bytes);
    },
  };
  const running = deliver(hops.start(), () => forward("b", LARGE), { largeBodies });
  for (let round = 0; round < 4; round++) await hops.clock.advance(500);
  assert.deepEqual(await running, { kind: "committed", commit: "send" });
});

test("over the largest body of all the message is parked with the limit", async () => {
  const { hops, bodies, deliver } = bed();
  const end = await deliver(hops.start(), () => forward("b", "x".repeat(MAX_BODY_BYTES)));
  assert.ok(end.kind === "parked" && end.error.code === "body_too_large");
  assert.deepEqual(end.error.details, { limit: MAX_BODY_BYTES });
  assert.equal(bodies.puts, 0);
});
