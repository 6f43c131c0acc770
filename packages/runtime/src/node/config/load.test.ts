import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "../../errors.ts";
import { loadNodeConfig } from "./load.ts";

test("a flag beats the environment, the environment beats the default", () => {
  const config = loadNodeConfig(["--name", "n1", "--slots", "3"], {
    TROUPE_NODE_NAME: "n2",
    TROUPE_NODE_SLOTS: "9",
    TROUPE_NODE_DRAIN_LIMIT_MS: "100",
  });
  assert.equal(config.name, "n1");
  assert.equal(config.slots, 3);
  assert.equal(config.drainLimitMs, 100);
  assert.equal(config.system, "troupe");
});

test("labels are pairs, capabilities are words", () => {
  const config = loadNodeConfig(["--name", "n1", "--labels", "gpu=true,region=eu", "--capabilities", "cuda,avx"], {});
  assert.deepEqual(config.labels, { gpu: "true", region: "eu" });
  assert.deepEqual(config.capabilities, ["cuda", "avx"]);
});

test("users with a seed see the JetStream API where their account has it, anonymous ones under its plain name", () => {
  const config = loadNodeConfig(["--name", "n1", "--node-seed", "SUA"], {});
  assert.deepEqual(config.nodeLink, {
    servers: "nats://127.0.0.1:4222",
    seed: "SUA",
    apiPrefix: "JSC.API",
    inboxPrefix: "_INBOX",
  });
  assert.deepEqual(config.hostLink, { servers: "nats://127.0.0.1:4222" });
});

test("all wrong settings are named at once, and no seed is shown", () => {
  const args = ["--slots", "many", "--labels", "gpu", "--isolation", "thread", "--node-seed", "SECRET"];
  const load = () => loadNodeConfig(args, {});
  assert.throws(load, (error) => {
    assert.ok(TroupeError.is(error, "invalid_config"));
    for (const name of ["name", "slots", "labels", "isolation"])
      assert.match(error.message, new RegExp(`→ at ${name}`));
    assert.doesNotMatch(error.message, /SECRET/);
    return true;
  });
});

test("an unknown flag is refused", () => {
  assert.throws(() => loadNodeConfig(["--name", "n1", "--slot", "3"], {}), /slot/);
});
