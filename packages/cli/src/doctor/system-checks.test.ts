import assert from "node:assert/strict";
import { test } from "node:test";
import { gatewayCheck, judgeHealth, serverBinaryCheck } from "./system-checks.ts";

const of = (status: "healthy" | "degraded" | "critical") =>
  judgeHealth({ status, reasons: status === "healthy" ? [] : ["1 of 2 nodes suspect"], nodes: { up: 1 } });

test("the cluster's own status decides, and its reasons are shown", () => {
  assert.deepEqual(
    (["healthy", "degraded", "critical"] as const).map((status) => of(status).status),
    ["ok", "warning", "failed"],
  );
  assert.match(of("degraded").text, /1 of 2 nodes suspect/);
});

test("a gateway that is not ready, or not there, has failed, and says where to look", async () => {
  const url = "http://gateway.test";
  assert.equal((await gatewayCheck(url, async () => new Response("")).run()).status, "ok");
  const unready = await gatewayCheck(url, async () => new Response("", { status: 503 })).run();
  assert.match("remedy" in unready ? unready.remedy : "", /\/health/);
  const absent = await gatewayCheck(url, async () => Promise.reject(new Error("ECONNREFUSED"))).run();
  assert.deepEqual([unready.status, absent.status], ["failed", "failed"]);
  assert.match(absent.text, /ECONNREFUSED/);
});

test("a nats-server that cannot be run has failed with what to install", async () => {
  const found = await serverBinaryCheck({ NATS_SERVER_BIN: "/nowhere/nats-server" }, () => undefined).run();
  assert.equal(found.status, "failed");
  assert.match("remedy" in found ? found.remedy : "", /NATS_SERVER_BIN/);
});
