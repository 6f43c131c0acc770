import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnose, ok } from "./check.ts";
import { diskCheck, judgeDisk, nodeCheck } from "./machine-checks.ts";

test("Node below 24 fails with a remedy", async () => {
  assert.equal((await nodeCheck("v24.0.0").run()).status, "ok");
  const old = await nodeCheck("v20.20.2").run();
  assert.equal(old.status, "failed");
  assert.match("remedy" in old ? old.remedy : "", /24/);
});

test("little disk space is a warning, next to none a failure", async () => {
  const GIB = 1024 ** 3;
  assert.deepEqual(
    [10, 1, 0.1].map((gib) => judgeDisk(gib * GIB, "/").status),
    ["ok", "warning", "failed"],
  );
  assert.match((await diskCheck(import.meta.dirname).run()).text, /GiB free at/);
});

test("a check that throws has failed and the others still run", async () => {
  const advice = { why: "it matters", remedy: "look at it" };
  const found = await diagnose(
    [
      { name: "a", run: async () => Promise.reject(new Error("boom")) },
      { name: "b", run: async () => ok("fine") },
    ],
    advice,
  );
  assert.deepEqual(found, [
    { name: "a", status: "failed", text: "boom", ...advice },
    { name: "b", status: "ok", text: "fine" },
  ]);
});
