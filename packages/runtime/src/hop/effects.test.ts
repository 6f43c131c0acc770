import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, type Json } from "../actor/outcome.ts";
import { TroupeError } from "../errors.ts";
import { BED_TASK, type BedHandler, HopBed } from "../testing/hop-bed.ts";

const pay: BedHandler = async (_, ctx) => {
  await ctx.step("pay", () => Promise.reject(new Error("timeout")), { effect: "once" });
  return complete(1);
};
const count: BedHandler = async (_, ctx) => {
  const before = await ctx.state.get<number>();
  const after = await ctx.state.update<number>((value = 0) => value + 1);
  return complete([before ?? null, after, (await ctx.state.get<number>()) ?? null]);
};

test("a step that the handler no longer takes is a journal mismatch, with both sides shown", async () => {
  const bed = new HopBed();
  const message = bed.start();
  await bed.deliver(message, async (_, ctx) => {
    await ctx.step("one", () => 1);
    throw new Error("again");
  });
  const end = await bed.deliver(message, async (_, ctx) => complete(await ctx.step("two", () => 2)));
  assert.deepEqual(end.kind === "parked" && end.error.details, { number: 1, journal: "one", handler: "two" });
});

test("an effect that must not be repeated is in doubt when its result is missing", async () => {
  const bed = new HopBed();
  const message = bed.start();
  assert.equal((await bed.deliver(message, pay)).kind, "retry");
  const end = await bed.deliver(message, pay);
  assert.equal(end.kind === "parked" && end.error.code, "effect_in_doubt");
});

test("a step's value is the same live and on replay, also where JSON cannot hold it", async () => {
  const bed = new HopBed();
  const message = bed.start();
  const seen: unknown[] = [];
  const made = { at: new Date(5), big: 7n, map: new Map([[1, "x"]]), bytes: new Uint8Array([1, 2]), none: undefined };
  const handler: BedHandler = async (_, ctx) => {
    seen.push(await ctx.step("make", () => made), await ctx.step("nothing", () => undefined));
    if (ctx.attempt === 1) throw new Error("again");
    return complete(1);
  };
  await bed.deliver(message, handler);
  await bed.deliver(message, handler);
  assert.deepEqual(seen[0], seen[2]);
  assert.deepEqual((seen[0] as typeof made).map, made.map);
  assert.deepEqual([seen[1], seen[3]], [undefined, undefined]);
});

test("a step that cannot be recorded fails the attempt with the reason", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), async (_, ctx) => complete((await ctx.step("f", () => () => 1)) as never));
  assert.match(end.kind === "parked" ? end.error.message : end.kind, /cannot be recorded/);
});

test("state of a task without a session is kept for the task, and read back by its next hop", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), count);
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", result: [null, 1, 1], by: "a" });
  assert.deepEqual(bed.names.slice(1), ["s.step.1", "v.rev.1", "s.step.2", "t.done.client"]);
});

test("time, randomness and events are recorded once, whatever is replayed", async () => {
  const bed = new HopBed();
  const message = bed.start();
  const seen: unknown[] = [];
  const handler: BedHandler = async (_, ctx) => {
    seen.push([await ctx.now(), await ctx.random()]);
    await ctx.emit("half", { done: 1 });
    if (ctx.attempt === 1) throw new Error("again");
    return complete(1);
  };
  await bed.deliver(message, handler);
  await bed.clock.advance(1_000);
  await bed.deliver(message, handler);
  assert.deepEqual(seen[0], seen[1]);
  assert.equal(bed.names.filter((name) => name.startsWith("s.emit")).length, 1);
});

test("a question to the node goes out with the task, and not again when its step was recorded", async () => {
  const bed = new HopBed();
  const message = bed.start();
  const asked: unknown[] = [];
  const askNode = async (task: string, service: string, body: Json) => asked.push([task, service, body]);
  let attempts = 0;
  const handler: BedHandler = async (_, ctx) => {
    const answer = await ctx.step("ask", () => ctx.ask("counter", { by: 1 }));
    if (attempts++ === 0) throw new Error("again");
    return complete(answer);
  };
  await bed.deliver(message, handler, {}, { askNode });
  await bed.deliver(message, handler, {}, { askNode });
  assert.deepEqual(asked, [[BED_TASK, "counter", { by: 1 }]]);
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", by: "a", result: 1 });
});

test("where there is no node, a question throws that at the handler", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), async (_, ctx) => {
    await assert.rejects(ctx.ask("counter", 1), (error) => TroupeError.is(error, "unavailable"));
    return complete(1);
  });
  assert.equal(end.kind, "committed");
});

test("an effect that is not admitted records what it is refused with, and no intent", async () => {
  const bed = new HopBed();
  const message = bed.start();
  let asked = 0;
  const admit = async () => ({ instead: `no, ${++asked}` });
  const handler: BedHandler = async (_, ctx) => {
    const value = await ctx.step("pay", () => assert.fail("the effect ran"), { effect: "once", admit });
    if (ctx.attempt === 1) throw new Error("first try");
    return complete(value);
  };
  await bed.deliver(message, handler);
  await bed.deliver(message, handler);
  assert.deepEqual(bed.names.slice(1), ["s.step.1", "s.fail.1", "c.claim.1", "t.done.client"]);
  assert.deepEqual(bed.body("t.done.client"), { status: "completed", result: "no, 1", by: "a" });
});

test("an effect that began is in doubt, also where it would not be admitted any more", async () => {
  const bed = new HopBed();
  const message = bed.start();
  let isAdmitted = true;
  const admit = async () => (isAdmitted ? undefined : { instead: "refused" });
  const handler: BedHandler = async (_, ctx) => {
    const paid = await ctx.step("pay", () => Promise.reject(new Error("broken")), { effect: "once", admit });
    return complete(paid);
  };
  await bed.deliver(message, handler);
  isAdmitted = false;
  const end = await bed.deliver(message, handler);
  assert.ok(end.kind === "parked");
  assert.equal(end.error.code, "effect_in_doubt");
});

const failing: BedHandler = () => {
  throw new TroupeError("tool_failed", "GET /?api_key=abc123456", { details: { sent: ["Bearer abcdefgh12345"] } });
};

test("a secret in an error is in no record", async () => {
  const bed = new HopBed();
  await bed.deliver(bed.start(), failing);
  const bodies = bed.log.store.records.map(({ body }) => Buffer.from(body).toString()).join("");
  assert.match(bodies, /api_key=\[REDACTED\]/);
  assert.doesNotMatch(bodies, /abc123456|abcdefgh12345/);
});
