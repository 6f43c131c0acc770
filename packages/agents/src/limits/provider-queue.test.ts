import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { ManualClock } from "@troupe/runtime/internal-testing";
import fc from "fast-check";
import { unlimited } from "./provider-limit.ts";
import { LONGEST_TURN_WAIT_MS, ProviderQueue } from "./provider-queue.ts";
import type { RateLimits } from "./rate-headers.ts";

/** A provider with a bucket of requests a minute that refuses what is over it, and says in each answer where it stands. */
class Provider {
  readonly #clock: ManualClock;
  readonly #limit: number;
  #level: number;
  #atMs: number;
  refused = 0;

  constructor(clock: ManualClock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#level = limit;
    this.#atMs = clock.nowMs();
  }

  call(): { readonly limits: RateLimits; readonly restMs?: number } {
    const nowMs = this.#clock.nowMs();
    const perMs = this.#limit / 60_000;
    this.#level = Math.min(this.#limit, this.#level + (nowMs - this.#atMs) * perMs);
    this.#atMs = nowMs;
    const isRefused = this.#level < 1;
    if (isRefused) this.refused += 1;
    else this.#level -= 1;
    const fullInMs = (this.#limit - this.#level) / perMs;
    const limits = { requests: { limit: this.#limit, remaining: Math.floor(this.#level), fullInMs } };
    return isRefused ? { limits, restMs: 1_000 } : { limits };
  }
}

const breathe = () => new Promise((resolve) => setImmediate(resolve));
/** Calls to a provider that nobody has heard yet. */
const COLD = 8;
const COST = { requests: 1, tokens: 0 };
/** Of which the first does not count. */
const MINUTES = 4;

interface Load {
  readonly limit: number;
  readonly nodes: number;
  readonly light: number;
}

/** What each tenant got in four minutes when all offer twice their fair share, and `heavy` a hundred times as much as each other one. */
async function simulate({ limit, nodes, light }: Load) {
  const clock = new ManualClock();
  const provider = new Provider(clock, limit);
  const queues: ProviderQueue[] = [];
  const tellOthers = (from: () => ProviderQueue | undefined) => () => {
    for (const queue of queues) if (queue !== from()) queue.learn(from()?.limit ?? queue.limit);
  };
  for (let node = 0; node < nodes; node++) {
    queues.push(
      new ProviderQueue(
        unlimited("p"),
        `n${node}`,
        clock,
        tellOthers(() => queues[node]),
      ),
    );
  }
  const got = new Map<string, number>();
  /** What the provider refuses is tried again, as the model client does. */
  const call = async (tenant: string, node: number): Promise<void> => {
    const queue = queues[node % nodes];
    assert.ok(queue);
    try {
      for (let tries = 1; tries <= 4; tries++) {
        const turn = await queue.enter(tenant, COST);
        const answer = provider.call();
        await clock.sleep(200);
        turn.end(answer);
        if (answer.restMs === undefined) return void got.set(tenant, (got.get(tenant) ?? 0) + 1);
      }
    } catch (error) {
      if (!TroupeError.is(error, "overloaded")) throw error;
    }
  };
  const everyMs = (60_000 * (light + 1)) / limit / 2;
  const running: Promise<void>[] = [];
  for (let atMs = 0, calls = 0; atMs < MINUTES * 60_000; atMs += everyMs, calls++) {
    for (let i = 0; i < 100; i++) running.push(call("heavy", i));
    for (let tenant = 0; tenant < light; tenant++) running.push(call(`light${tenant}`, calls + tenant));
    await breathe();
    await clock.advance(everyMs);
    // A full bucket serves whoever comes first: what counts begins when it is empty.
    if (atMs < 60_000) got.clear();
  }
  const counted = new Map(got);
  // Whoever still waits is served, or told that it takes too long.
  while (clock.nextInMs !== undefined) await clock.advance(clock.nextInMs);
  await Promise.all(running);
  return { got: counted, refused: provider.refused };
}

test("a tenant at a hundred times the load leaves the others at least 95 % of their fair share, on several nodes too", async () => {
  const load = fc.record({
    limit: fc.integer({ min: 20, max: 60 }),
    nodes: fc.integer({ min: 1, max: 3 }),
    light: fc.integer({ min: 1, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(load, async (given) => {
      const { got, refused } = await simulate(given);
      const served = [...got.values()].reduce((sum, calls) => sum + calls, 0);
      assert.ok(served >= given.limit * (MINUTES - 1) * 0.9, `only ${served} served`);
      for (let tenant = 0; tenant < given.light; tenant++) {
        // Calls are whole: of 22 and a third the end of the window may cut one off, which is more than a twentieth.
        const share = ((got.get(`light${tenant}`) ?? 0) + 1) / (served / (given.light + 1));
        assert.ok(share >= 0.95, `light${tenant} got ${share} of its share; ${JSON.stringify([...got])}`);
      }
      // What another node has in flight is not seen before an answer tells: a few calls hit the limit, and then all wait.
      assert.ok(refused <= served * 0.15 + COLD * given.nodes, `${refused} refused by the provider`);
    }),
    { numRuns: 3 },
  );
});

test("what one node is told to wait, all wait", async () => {
  const clock = new ManualClock();
  const other = new ProviderQueue(unlimited("p"), "b", clock, () => undefined);
  const first: ProviderQueue = new ProviderQueue(unlimited("p"), "a", clock, () => other.learn(first.limit));
  (await first.enter("t", COST)).end({ restMs: 5_000 });
  let hasBegun = false;
  const waiting = other.enter("t", COST).then(() => (hasBegun = true));
  await clock.advance(4_900);
  assert.equal(hasBegun, false);
  await clock.advance(200);
  await waiting;
});

test("a turn that does not come in time is an overload, and takes nothing", async () => {
  const clock = new ManualClock();
  const queue = new ProviderQueue(unlimited("p"), "a", clock, () => undefined);
  (await queue.enter("t", COST)).end({ restMs: 90_000 });
  const late = assert.rejects(queue.enter("t", COST), (error) => TroupeError.is(error, "overloaded"));
  await clock.advance(LONGEST_TURN_WAIT_MS);
  await late;
  assert.equal(queue.waiting, 0);
  await clock.advance(60_000);
  (await queue.enter("t", COST)).end({});
});

test("without a known limit nobody waits, and one that is old is not believed", async () => {
  const clock = new ManualClock();
  const queue = new ProviderQueue(unlimited("p"), "a", clock, () => undefined);
  (await queue.enter("t", COST)).end({});
  const turns = await Promise.all(Array.from({ length: 50 }, () => queue.enter("t", COST)));
  turns[0]?.end({ limits: { requests: { limit: 1, remaining: 0, fullInMs: 86_400_000 } } });
  let hasBegun = false;
  const waiting = queue.enter("t", COST).then(
    () => (hasBegun = true),
    () => undefined,
  );
  await clock.advance(1_000);
  assert.equal(hasBegun, false);
  await clock.advance(LONGEST_TURN_WAIT_MS);
  await waiting;
  await clock.advance(300_000);
  await queue.enter("t", COST);
});

test("of a provider that nobody has heard yet, a few are called first", async () => {
  const queue = new ProviderQueue(unlimited("p"), "a", new ManualClock(), () => undefined);
  const turns = Array.from({ length: 20 }, () => queue.enter("t", COST));
  assert.equal(queue.waiting, 12);
  (await turns[0])?.end({});
  await Promise.all(turns);
});

test("who waits is sent away when the node leaves, and keeps no clock waiting", async () => {
  const clock = new ManualClock();
  const queue = new ProviderQueue(unlimited("p"), "a", clock, () => undefined);
  (await queue.enter("t", COST)).end({ restMs: 30_000 });
  const waiting = Promise.all([1, 2].map(() => assert.rejects(queue.enter("t", COST), /the node is leaving/)));
  queue.close();
  await waiting;
  assert.deepEqual([queue.waiting, clock.nextInMs], [0, undefined]);
});
