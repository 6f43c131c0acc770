import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, seededRandom } from "@troupe/runtime/internal";
import fc from "fast-check";
import { type Limit, RateLimiter } from "./rate-limiter.ts";
import type { SharedCounts } from "./shared-counts.ts";

const logger = createLogger({ name: "test", level: "silent" });
const limitOf = (quota: number): Limit => ({ name: "user", quota, windowMs: 60_000 });

/** Counters in memory, as the server keeps them, that answer in a later turn. */
function memoryCounts() {
  const totals = new Map<string, number>();
  let asked = 0;
  const counts: SharedCounts = {
    add: async (limit, key, window, amount) => {
      asked++;
      await Promise.resolve();
      const name = `${limit} ${key} ${window}`;
      const total = (totals.get(name) ?? 0) + amount;
      totals.set(name, total);
      return total;
    },
  };
  return { counts, asked: () => asked };
}

function clockAt(nowMs: number) {
  const clock = { nowMs: () => now.ms, monotonicMs: () => now.ms, sleep: () => Promise.resolve() };
  const now = { ms: nowMs };
  return { clock, now };
}

const gateways = (counts: SharedCounts, count: number, clock = clockAt(0).clock): RateLimiter[] =>
  Array.from({ length: count }, () => new RateLimiter({ counts, clock, logger }));

test("a quota lets in exactly itself at one gateway, and says how many are left", async () => {
  const [limiter] = gateways(memoryCounts().counts, 1);
  const verdicts = [];
  for (let n = 0; n < 130; n++) verdicts.push(await limiter?.take(limitOf(100), "ann"));
  assert.equal(verdicts.filter((verdict) => verdict?.isAllowed).length, 100);
  assert.ok(
    verdicts.slice(0, 100).every((verdict) => verdict?.isAllowed),
    "the first hundred",
  );
  assert.equal(verdicts.at(-1)?.remaining, 0);
  assert.equal(verdicts.at(-1)?.resetMs, 60_000);
});

test("the first request of a window, and those within a slice, are answered in the same turn", async () => {
  const { counts, asked } = memoryCounts();
  const [limiter] = gateways(counts, 1);
  assert.ok(limiter && !(limiter.take(limitOf(1_000), "ann") instanceof Promise));
  await new Promise(setImmediate);
  for (let n = 0; n < 20; n++) assert.ok(!(limiter.take(limitOf(1_000), "ann") instanceof Promise), String(n));
  assert.ok(asked() <= 2, "twenty requests, two questions at most");
});

test("gateways that share a quota never let in more than it and one each, whatever the interleaving", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(),
      async (quota, count, seed) => {
        const random = seededRandom(seed);
        const all = gateways(memoryCounts().counts, count);
        const pending = Array.from({ length: quota * 3 }, async () => {
          const limiter = all[Math.floor(random.unit() * count)];
          if (random.unit() < 0.3) await new Promise(setImmediate);
          return (await limiter?.take(limitOf(quota), "ann"))?.isAllowed === true;
        });
        const allowed = (await Promise.all(pending)).filter(Boolean).length;
        assert.ok(allowed <= quota + count, `${allowed} of ${quota} by ${count}`);
        assert.ok(allowed >= Math.floor(quota / 2), `${allowed} of ${quota} by ${count}`);
      },
    ),
    { numRuns: 100 },
  );
});

test("a new window begins with a full quota, and keys do not touch each other", async () => {
  const { clock, now } = clockAt(0);
  const [limiter] = gateways(memoryCounts().counts, 1, clock);
  const take = async (key: string) => (await limiter?.take(limitOf(2), key))?.isAllowed;
  assert.deepEqual([await take("ann"), await take("ann"), await take("ann")], [true, true, false]);
  assert.equal(await take("bob"), true);
  now.ms = 60_000;
  assert.equal(await take("ann"), true);
});

test("without the counter a gateway counts for itself", async () => {
  const counts = { add: () => Promise.reject(new Error("NATS is away")) };
  const [limiter] = gateways(counts, 1);
  let allowed = 0;
  for (let n = 0; n < 50; n++) if ((await limiter?.take(limitOf(20), "ann"))?.isAllowed) allowed++;
  assert.equal(allowed, 20);
});

test("however many keys come, only so many are remembered", async () => {
  const limiter = new RateLimiter({
    counts: memoryCounts().counts,
    clock: clockAt(0).clock,
    logger,
    longestMemory: 10,
  });
  for (let n = 0; n < 1_000; n++) await limiter.take(limitOf(5), `key ${n}`);
  assert.equal(limiter.size, 10);
});
