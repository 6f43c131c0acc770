import assert from "node:assert/strict";
import { test } from "node:test";
import { weakSettings } from "../environment/weak-settings.ts";
import { diagnose } from "./check.ts";
import { productionChecks } from "./production-checks.ts";

const weak = weakSettings({
  nats: { url: "nats://nats.example:4222", hasTls: false, hasKeys: false, hasRoleKeys: false },
  model: "offline",
});
const NONE = { why: "", remedy: "" };
const diagnosed = (isProduction: boolean, allowed: Parameters<typeof productionChecks>[1] = []) =>
  diagnose(productionChecks(weak, allowed, isProduction), NONE);

test("in production each weak setting is explained with its remedy, and those that are allowed are said to be", async () => {
  const found = await diagnosed(true, ["offline-model"]);
  assert.deepEqual(
    found.map(({ status, text }) => [status, text.split(":", 1)[0]]),
    [
      ["failed", "nats-without-keys"],
      ["failed", "nats-without-tls"],
      ["skipped", "offline-model"],
    ],
  );
  assert.ok(found.every((one) => one.status !== "failed" || one.remedy.includes("TROUPE_ALLOW_WEAK=")));
});

test("elsewhere they are named in one line that is no fault, and nothing weak is fine everywhere", async () => {
  const [one, ...more] = await diagnosed(false);
  assert.deepEqual([one?.status, more.length], ["skipped", 0]);
  assert.match(one?.text ?? "", /nats-without-keys, nats-without-tls, offline-model/);
  assert.equal((await diagnose(productionChecks([], [], true), NONE))[0]?.status, "ok");
});
