import assert from "node:assert/strict";
import { test } from "node:test";
import { modelCheck } from "./model-checks.ts";

const live = { mode: "live", url: "http://models.test/v1", key: "sk-secret-key" } as const;
const answering =
  (status: number): typeof fetch =>
  async () =>
    new Response("{}", { status });

test("a live endpoint is judged by its answer, and the key is never shown", async () => {
  const found = await Promise.all([200, 401, 404].map((status) => modelCheck(live, answering(status)).run()));
  assert.deepEqual(
    found.map(({ status }) => status),
    ["ok", "failed", "warning"],
  );
  assert.doesNotMatch(JSON.stringify(found), /sk-secret-key/);
});

test("an endpoint that cannot be reached has failed, with a remedy", async () => {
  const found = await modelCheck(live, async () => Promise.reject(new Error("ECONNREFUSED"))).run();
  assert.equal(found.status, "failed");
  assert.match(found.text, /ECONNREFUSED/);
});

test("the offline model needs no endpoint", async () => {
  assert.equal(
    (await modelCheck({ mode: "offline", url: "http://unused.test/v1", key: undefined }).run()).status,
    "ok",
  );
});
