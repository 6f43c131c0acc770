import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptModels, loadEnvironment } from "./load.ts";

test("empty variables count as unset, and NO_COLOR beats FORCE_COLOR", () => {
  const environment = loadEnvironment({ NATS_URL: "", NO_COLOR: "1", FORCE_COLOR: "1" });
  assert.equal(environment.plainNatsUrl, undefined);
  assert.equal(environment.wantsColour, false);
  assert.equal(loadEnvironment({ FORCE_COLOR: "1" }).wantsColour, true);
  assert.equal(loadEnvironment({}).wantsColour, undefined);
});

test("a node that joins uses the models of the system, unless its environment names others", () => {
  const models = { mode: "offline", offlineUrl: "http://127.0.0.1:1/v1" } as const;
  const joining: NodeJS.ProcessEnv = {};
  adoptModels(joining, models);
  assert.deepEqual(joining, { TROUPE_MODEL_MODE: "offline", TROUPE_OFFLINE_URL: "http://127.0.0.1:1/v1" });
  const own: NodeJS.ProcessEnv = { TROUPE_MODEL_MODE: "live" };
  adoptModels(own, models);
  assert.deepEqual(own, { TROUPE_MODEL_MODE: "live" });
});
