import assert from "node:assert/strict";
import { it } from "node:test";
import { Subjects } from "@troupe/runtime/internal";
import { NatsCluster } from "../support/nats-cluster.ts";
import { PartProcess } from "../support/part-process.ts";
import { until } from "../support/stack.ts";

/** A deadline, not a claim. */
const LIMIT_MS = 60_000;

it("parts that are started while two of three servers are down wait for them, say so, and are at work once they are back", {
  timeout: 240_000,
}, async () => {
  await using cluster = await NatsCluster.start();
  const subjects = new Subjects("early");
  const reach = ["--nats", cluster.urls.join(","), "--system", "early"];
  const supervisors = ["s1", "s2", "s3"].map(
    (name) => new PartProcess(name, ["supervisor", ...reach, "--name", name, "--replicas", "3"]),
  );
  const gateway = new PartProcess("gateway", ["gateway", ...reach, "--port", "0"]);
  const node = new PartProcess("node-1", ["node", ...reach, "--name", "node-1"]);
  const parts = [...supervisors, gateway, node];
  await using running = new AsyncDisposableStack();
  await Promise.all([cluster.kill(0), cluster.kill(1)]);
  for (const part of parts) {
    running.defer(() => part.stop());
    part.start();
  }
  const haveSaid = (some: readonly PartProcess[], text: string) =>
    until(text, LIMIT_MS, async () => some.every(({ log }) => log.includes(text)));
  await haveSaid(supervisors, "NATS does not answer for the streams yet; trying again");
  await haveSaid([gateway], "gateway at http://");
  await haveSaid([node], "node has joined");
  await Promise.all([cluster.restart(0), cluster.restart(1)]);

  const core = await cluster.link("test/core");
  running.defer(() => core.close());
  await until("a leader that sees the node", LIMIT_MS, async () => {
    const answer = await core.nc.request(subjects.supervisor("health"), "", { timeout: 1_000 });
    return answer.json<{ nodes: { up: number } }>().nodes.up === 1;
  });
  const logs = parts.map(({ name, log }) => `--- ${name}\n${log}`).join("\n");
  assert.deepEqual(
    parts.filter(({ hasFallen }) => hasFallen).map(({ name }) => name),
    [],
    logs,
  );
});
