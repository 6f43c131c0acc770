import assert from "node:assert/strict";
import { test } from "node:test";
import { limitHeaders, limitReached } from "./limit-headers.ts";
import { overload } from "./load-shedding.ts";

const user = { name: "user", quota: 100, windowMs: 60_000 };
const tenant = { name: "tenant", quota: 1_000, windowMs: 60_000 };

test("the headers name every limit, its window and what is left", () => {
  const headers = limitHeaders([
    { limit: user, isAllowed: true, remaining: 42, resetMs: 17_200 },
    { limit: tenant, isAllowed: true, remaining: 900, resetMs: 1 },
  ]);
  assert.deepEqual(headers, {
    "ratelimit-policy": '"user";q=100;w=60, "tenant";q=1000;w=60',
    ratelimit: '"user";r=42;t=18, "tenant";r=900;t=1',
  });
  assert.deepEqual(limitHeaders([]), {});
});

test("who is refused is told when to come back", () => {
  const error = limitReached({ limit: user, isAllowed: false, remaining: 0, resetMs: 17_200 });
  assert.deepEqual([error.code, error.details["retry_after_ms"]], ["rate_limited", 17_200]);
});

test("requests are turned away when too many are open or the process is late, and not before", () => {
  const limits = { openRequests: 10, loopDelayMs: 100 };
  assert.equal(overload({ openRequests: 9, loopDelayMs: 100 }, limits), undefined);
  assert.match(overload({ openRequests: 10, loopDelayMs: 0 }, limits) ?? "", /10 requests/);
  assert.match(overload({ openRequests: 0, loopDelayMs: 101 }, limits) ?? "", /101 ms late/);
});
