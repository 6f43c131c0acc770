/** A join that goes on without some of its calls ends them, wherever they run. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { TestCluster } from "../support/cluster.ts";

const SYSTEM = fileURLToPath(new URL("../support/losing-system.ts", import.meta.url));

let cluster: TestCluster;
before(async () => {
  cluster = await TestCluster.start();
});
after(() => cluster.stop());

test("the call that a continued `any` did not wait for is aborted on another node, and not delivered again", async () => {
  await cluster.deploy("v1", SYSTEM);
  await cluster.place("n1", 1, "v1", [{ role: "a" }, { role: "quick" }]);
  await cluster.place("n2", 1, "v1", [{ role: "slow" }]);
  await cluster.startNode("n1");
  await cluster.startNode("n2");
  for (const [node, count] of [
    ["n1", 2],
    ["n2", 1],
  ] as const) {
    await cluster.heartbeat(
      node,
      ({ actors }) => actors.length === count && actors.every((a) => a.state === "available"),
    );
  }
  const busy = cluster.heartbeat("n2", ({ actors }) => actors.some(({ inFlight }) => inFlight === 1));
  const task = await cluster.submit("v1", "a", "go");
  await busy;
  await cluster.recorded(task, /^c\.claim\.1$/);
  await cluster.heartbeat("n2", ({ actors }) => actors.every(({ inFlight }) => inFlight === 0), 5_000);
  const durable = cluster.subjects.durable("v1" as never, "slow");
  const info = await cluster.core.nc.request(`$JS.API.CONSUMER.INFO.${cluster.subjects.logStream(0)}.${durable}`, "");
  assert.equal(info.json<{ num_ack_pending: number }>().num_ack_pending, 0);
  const names = (await cluster.records(task)).map(
    ({ subject: { name, from } }) => `${from} ${name.class}.${name.kind}`,
  );
  assert.ok(!names.some((name) => name.startsWith("slow ")), `the loser wrote something: ${names.join(", ")}`);
});
