import assert from "node:assert/strict";
import { test } from "node:test";
import type { TaskRecord } from "@troupe/runtime/internal";
import { isOutside, tenantOf } from "./tenant-wall.ts";

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

test("a task's tenant is what its start says, else its end; no role's record says it", () => {
  const place = { shard: 0, version: "v1", task: "t" };
  const record = (hop: string, from: string, name: object, tenant?: string) =>
    ({
      subject: { ...place, hop, from, name },
      header: tenant === undefined ? {} : { passport: { tenant } },
    }) as unknown as TaskRecord;
  const send = { class: "m", kind: "send", to: "router" };
  const end = { class: "t", kind: "done", to: "client" };
  const start = record("start", "client", send, "acme");
  const forged = record("start", "router", send, "globex");
  assert.equal(tenantOf([forged, start, record("end", "end", end, "globex")]), "acme");
  assert.equal(tenantOf([record("end", "end", end, "acme")]), "acme");
  assert.equal(tenantOf([record("end", "end", end)]), undefined);
  assert.equal(tenantOf([forged]), undefined);
  assert.equal(tenantOf([]), undefined);
});
