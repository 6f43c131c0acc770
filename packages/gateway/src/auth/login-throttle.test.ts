import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger } from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import { LoginThrottle } from "./login-throttle.ts";

function throttleOf(quota: number) {
  const lines: string[] = [];
  const logger = createLogger({ name: "test", level: "warn", destination: { write: (line) => void lines.push(line) } });
  const totals = new Map<string, number>();
  const counts = {
    add: (_: string, key: string, window: number, amount: number) => {
      const total = (totals.get(`${key} ${window}`) ?? 0) + amount;
      totals.set(`${key} ${window}`, total);
      return Promise.resolve(total);
    },
  };
  const clock = new ManualClock();
  return { throttle: new LoginThrottle({ counts, clock, logger, quota }), clock, lines };
}

test("who fails too often waits until the window ends; the operator is told once what to declare", async () => {
  const { throttle, clock, lines } = throttleOf(3);
  assert.deepEqual([throttle.failed("10.0.0.5", undefined), throttle.failed("10.0.0.5", undefined)], [0, 0]);
  assert.ok(throttle.failed("10.0.0.5", undefined) > 0);
  assert.ok(throttle.failed("10.0.0.5", undefined) > 0);
  assert.equal(throttle.retryAfterMs("10.0.0.6"), 0, "another address");
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /10\.0\.0\.5.*TROUPE_TRUSTED_PROXIES/);
  await clock.advance(5 * 60_000);
  assert.equal(throttle.retryAfterMs("10.0.0.5"), 0);
});

test("a key that is guessed at from many addresses makes those who guess wait, wherever they are", () => {
  const { throttle } = throttleOf(3);
  for (const address of ["a", "b"]) assert.equal(throttle.failed(address, "troupe_abc"), 0);
  assert.ok(throttle.failed("c", "troupe_abc") > 0);
  assert.equal(throttle.failed("c", "troupe_xyz"), 0);
});
