/** A gateway while NATS is frozen, and after it is back. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createGateway, type Gateway } from "@troupe/gateway";
import { connectTroupe, type TroupeClient } from "@troupe/runtime";
import { startEmbeddedServer } from "@troupe/runtime/internal";
import { type GatewayBed, hopOf, openBed, startGatewayBed, writtenBy } from "../support/gateway-bed.ts";
import { silentLogger } from "../support/nats-server.ts";
import { brief, eventually } from "../support/plain-client.ts";

let bed: GatewayBed;
let gateway: Gateway;
let client: TroupeClient;

before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
  client = await connectTroupe({ url: bed.server.url, system: "demo" });
});
after(async () => {
  process.kill(bed.server.pid, "SIGCONT");
  await client.close();
  await bed[Symbol.asyncDispose]();
});

const post = () =>
  fetch(`${gateway.url}/api/v1/tasks`, { method: "POST", body: JSON.stringify({ role: "router", input: "x" }) });
const readiness = async () => (await fetch(`${gateway.url}/readyz`)).status;

test("an outage answers 503 with Retry-After, readiness falls, and a watch goes on where it was", async () => {
  const { task_id } = await client.submit("router", "x");
  const seen: string[] = [];
  const watched = (async () => {
    for await (const event of client.watch(task_id)) seen.push(brief(event));
  })();
  await eventually(async () => (seen.length > 0 ? true : undefined));

  process.kill(bed.server.pid, "SIGSTOP");
  const refused = await post();
  assert.equal(refused.status, 503);
  assert.ok(refused.headers.get("retry-after"));
  const problem = (await refused.json()) as { code: string };
  assert.ok(["unavailable", "outcome_unknown"].includes(problem.code), problem.code);
  await eventually(async () => ((await readiness()) === 503 ? true : undefined));
  process.kill(bed.server.pid, "SIGCONT");

  await eventually(async () => ((await readiness()) === 200 ? true : undefined));
  await eventually(async () => ((await post()).status === 202 ? true : undefined));
  await bed.write(task_id, hopOf(1), "router", "m.send.developer", writtenBy("n1"), 1);
  await bed.done(task_id);
  await watched;
  assert.deepEqual(seen, ["accepted router", "forward router", "done"]);
});

test("a gateway that is there before anything else says no_system, and takes tasks once a system is deployed", async () => {
  const server = await startEmbeddedServer({ system: "demo", env: process.env, logger: silentLogger });
  const seed = server.seedOf("gateway");
  const early = createGateway({ system: "demo", servers: server.url, seed, logger: silentLogger });
  try {
    await early.start();
    const submit = () =>
      fetch(`${early.url}/api/v1/tasks`, { method: "POST", body: JSON.stringify({ role: "router", input: "x" }) });
    const refused = await submit();
    assert.equal(refused.status, 503);
    assert.equal(((await refused.json()) as { code: string }).code, "no_system");
    const core = await openBed(server);
    await core.deploy("v1");
    await eventually(async () => ((await submit()).status === 202 ? true : undefined));
    await core.core.close();
  } finally {
    await early.stop();
    await server.stop();
  }
});
