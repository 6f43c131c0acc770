import assert from "node:assert/strict";
import { test } from "node:test";
import { Progress } from "./progress.ts";

const never = () => new Promise<never>(() => undefined);

test("without a limit silence means nothing", () => {
  assert.equal(new Progress(0, undefined).stuck(1e9), undefined);
});

test("a handler is stuck when no sign came for its limit, counted from when the last one was noticed", () => {
  const progress = new Progress(0, 1_000);
  assert.equal(progress.stuck(999), undefined);
  progress.sign();
  assert.equal(progress.stuck(1_500), undefined);
  assert.equal(progress.stuck(2_499), undefined);
  assert.equal(progress.stuck(2_500), "it showed no progress for 1000 ms");
});

test("an effect with limits of its own goes by them alone: first sign, then gap", () => {
  const progress = new Progress(0, 1_000);
  void progress.watch("model:fast", { firstMs: 30_000, gapMs: 20_000 }, 0, never);
  assert.equal(progress.stuck(29_999), undefined);
  assert.equal(progress.stuck(30_000), "model:fast gave no sign within 30000 ms");
  progress.sign();
  assert.equal(progress.stuck(30_100), undefined);
  assert.equal(progress.stuck(50_099), undefined);
  assert.equal(progress.stuck(50_100), "model:fast showed no progress for 20000 ms");
});

test("an effect without a gap is bounded as a whole, whatever signs come", () => {
  const progress = new Progress(0, undefined);
  void progress.watch("tool:search", { firstMs: 5_000 }, 0, never);
  progress.sign();
  assert.equal(progress.stuck(4_999), undefined);
  assert.equal(progress.stuck(5_000), "tool:search did not end within 5000 ms");
});

test("an effect that has ended counts no more, and its end is a sign", async () => {
  const progress = new Progress(0, 1_000);
  assert.equal(await progress.watch("tool:search", { firstMs: 5_000 }, 0, () => 7), 7);
  await assert.rejects(progress.watch("tool:search", { firstMs: 5_000 }, 0, () => Promise.reject(new Error("no"))));
  assert.equal(progress.stuck(6_000), undefined);
  assert.equal(progress.silentMs(6_500), 500);
});

test("time in which the process stood still is nobody's silence", () => {
  const progress = new Progress(0, 1_000);
  progress.stoodStill(5_000);
  assert.equal(progress.stuck(5_999), undefined);
  assert.ok(progress.stuck(6_000));
  void progress.watch("tool:search", { firstMs: 500 }, 6_000, never);
  progress.stoodStill(10_000);
  assert.equal(progress.stuck(16_499), undefined);
  assert.ok(progress.stuck(16_500));
});
