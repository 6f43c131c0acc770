import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime/internal";
import { loadSupervisorConfig } from "./load.ts";

test("a flag beats the environment, the environment beats the default", () => {
  const config = loadSupervisorConfig(["--id", "s1", "--seed", "SUA"], {
    TROUPE_SUPERVISOR_ID: "s2",
    TROUPE_SUPERVISOR_SHARDS: "4",
  });
  assert.equal(config.id, "s1");
  assert.equal(config.shards, 4);
  assert.equal(config.system, "troupe");
  assert.deepEqual(config.link, {
    servers: "nats://127.0.0.1:4222",
    seed: "SUA",
    apiPrefix: "$JS.API",
    inboxPrefix: "_INBOX_supervisor",
  });
});

test("the server's disconnect notices are heeded unless that is turned off", () => {
  assert.equal(loadSupervisorConfig([], {}).settings?.heedsDisconnects, true);
  assert.equal(loadSupervisorConfig(["--disconnect-events", "off"], {}).settings?.heedsDisconnects, false);
});

test("webhooks of alerts are named one after the other, with the hosts that may be private ones", () => {
  const { alertWebhooks } = loadSupervisorConfig(["--alert-webhooks", "https://a.example/x,http://inside/"], {
    TROUPE_SUPERVISOR_ALERT_PRIVATE_HOSTS: "inside",
  });
  assert.deepEqual(alertWebhooks, [
    { url: "https://a.example/x", privateHosts: ["inside"] },
    { url: "http://inside/", privateHosts: ["inside"] },
  ]);
  assert.deepEqual(loadSupervisorConfig([], {}).alertWebhooks, []);
});

const loadNonsense = () => loadSupervisorConfig(["--shards", "0", "--log-level", "loud", "--seed", "SECRET"], {});

test("all wrong settings are named at once, and the seed is not shown", () => {
  assert.throws(loadNonsense, (error) => {
    assert.ok(TroupeError.is(error, "invalid_config"));
    for (const name of ["shards", "log-level"]) assert.match(error.message, new RegExp(name));
    assert.doesNotMatch(error.message, /SECRET/);
    return true;
  });
  assert.throws(() => loadSupervisorConfig(["--shard", "3"], {}), /shard/);
});
