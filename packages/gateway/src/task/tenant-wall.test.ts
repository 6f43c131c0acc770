import assert from "node:assert/strict";
import { test } from "node:test";
import { isOutside } from "./tenant-wall.ts";

test("a walled caller sees its own tenant's tasks, and none whose tenant nobody knows", () => {
  const acme = { tenant: "acme", isWalled: true };
  assert.equal(isOutside(acme, "acme"), false);
  assert.equal(isOutside(acme, "globex"), true);
  assert.equal(isOutside(acme, undefined), true);
});

test("for a caller without walls the task's id is enough", () => {
  const anybody = { tenant: "default", isWalled: false };
  for (const tenant of ["default", "acme", undefined]) assert.equal(isOutside(anybody, tenant), false);
});
