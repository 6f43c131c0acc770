import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptOrders } from "./kept-orders.ts";

const limits = { tenantBytes: 100, bytes: 250 };

test("a tenant that floods fills its own share, and the others' orders are kept", () => {
  const kept = new KeptOrders(limits);
  assert.equal(kept.keep("a", 60), true);
  assert.equal(kept.keep("a", 60), false);
  assert.equal(kept.keep("b", 100), true);
});

test("tenants together keep no more than the limit of all", () => {
  const kept = new KeptOrders(limits);
  for (const tenant of ["a", "b"]) assert.equal(kept.keep(tenant, 100), true);
  assert.equal(kept.keep("c", 60), false);
  kept.leave("a", 100);
  assert.equal(kept.keep("c", 60), true);
});

test("after an order that was not kept none of its tenant is, until nothing of it waits here: none overtakes it", () => {
  const kept = new KeptOrders(limits);
  kept.keep("a", 90);
  assert.equal(kept.keep("a", 20), false);
  assert.equal(kept.keep("a", 1), false);
  kept.enter("a", 20); // the one that was not kept is delivered
  kept.leave("a", 90);
  assert.equal(kept.keep("a", 1), false);
  kept.leave("a", 20);
  assert.equal(kept.keep("a", 1), true);
});
