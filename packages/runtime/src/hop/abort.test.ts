import assert from "node:assert/strict";
import { test } from "node:test";
import type { RoleInstance } from "../actor/define.ts";
import { complete } from "../actor/outcome.ts";
import { BED_TASK, HopBed } from "../testing/hop-bed.ts";

test("a task that has ended is acked unrun", async () => {
  const bed = new HopBed();
  bed.running.end(BED_TASK);
  const end = await bed.deliver(bed.start(), () => assert.fail("the handler ran"));
  assert.deepEqual([end.kind, bed.answers], ["ended", ["ack"]]);
});

test("a task that ends aborts its running handler, which can write nothing more", async () => {
  const bed = new HopBed();
  const began = Promise.withResolvers<AbortSignal>();
  const go = Promise.withResolvers<void>();
  const running = bed.deliver(bed.start(), async (_, ctx) => {
    began.resolve(ctx.abortSignal);
    await go.promise;
    await ctx.step("late", () => 1);
    return complete(1);
  });
  const signal = await began.promise;
  bed.running.end(BED_TASK);
  assert.equal((await running).kind, "ended");
  assert.equal(signal.aborted, true);
  go.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(bed.names.slice(1), []);
});

test("a drain gives the message back at once; without NATS it is neither acked nor given back", async () => {
  for (const [cause, end, answers] of [
    ["drain", "drained", ["back 0"]],
    ["disconnected", "dropped", []],
  ] as const) {
    const bed = new HopBed();
    const began = Promise.withResolvers<void>();
    const running = bed.deliver(bed.start(), async () => {
      began.resolve();
      return new Promise<never>(() => undefined);
    });
    await began.promise;
    bed.running.abortAll(cause);
    assert.equal((await running).kind, end);
    assert.deepEqual(bed.answers, answers);
  }
});

test("a handler that runs too long counts as a failed attempt, and its late writes go nowhere", async () => {
  const bed = new HopBed();
  const began = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const running = bed.deliver(
    bed.start(),
    async (_, ctx) => {
      began.resolve();
      await go.promise;
      return complete(await ctx.step("late", () => 1));
    },
    { timeoutMs: 100 },
  );
  await began.promise;
  await bed.clock.advance(100);
  bed.running.tick();
  assert.equal((await running).kind, "retry");
  go.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(bed.names.slice(1), ["s.fail.1"]);
});

test("the store is told every two seconds that a message is worked on", async () => {
  const bed = new HopBed();
  const go = Promise.withResolvers<void>();
  const running = bed.deliver(bed.start(), async () => {
    await go.promise;
    return complete(1);
  });
  for (let i = 0; i < 5; i++) {
    await bed.clock.advance(1_000);
    bed.running.tick();
  }
  go.resolve();
  await running;
  assert.deepEqual(bed.answers, ["working", "working", "ack"]);
});

test("a delivery older than the log may remember writes nothing", async () => {
  const bed = new HopBed();
  const end = await bed.deliver(bed.start(), async () => {
    await bed.clock.advance(600_001);
    return complete(1);
  });
  assert.equal(end.kind, "dropped");
  assert.deepEqual([bed.names.slice(1), bed.answers], [[], []]);
});

test("a handler that shows no progress is a failed attempt; one that does is none", async () => {
  const bed = new HopBed();
  const began = Promise.withResolvers<void>();
  const stop = Promise.withResolvers<void>();
  const silent = () => {
    began.resolve();
    return stop.promise;
  };
  const running = bed.deliver(
    bed.start(),
    async (_, ctx) => {
      await ctx.step("silent", silent, { stuckAfter: { firstMs: 1_000, gapMs: 500 } });
      return complete(1);
    },
    { timeoutMs: 60_000 },
  );
  await began.promise;
  await bed.clock.advance(999);
  bed.running.tick();
  await bed.clock.advance(1);
  bed.running.tick();
  const end = await running;
  assert.equal(end.kind === "retry" && end.error.code, "handler_stuck");
  assert.match(end.kind === "retry" ? end.error.message : "", /silent gave no sign within 1000 ms/);
  assert.deepEqual(bed.names.slice(1), ["s.fail.1"]);
});

test("what an instance runs is given back when it is replaced, what others run is not touched", async () => {
  const bed = new HopBed();
  const began = Promise.withResolvers<void>();
  const instance: RoleInstance = {
    receive: async () => {
      began.resolve();
      return new Promise<never>(() => undefined);
    },
  };
  const running = bed.deliver(bed.start(), () => assert.fail("another instance ran"), { instance });
  await began.promise;
  bed.running.abortOf({});
  assert.equal(bed.running.size, 1);
  bed.running.abortOf(instance);
  assert.equal((await running).kind, "drained");
  assert.deepEqual(bed.answers, ["back 0"]);
});
