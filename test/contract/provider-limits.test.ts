/** The node's service `limits` on a real server: what one node is told by a provider, all know. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadModelSettings, modelServices } from "@troupe/agents/internal";
import {
  type BrokerCaller,
  type BrokerHandler,
  SystemManifest,
  systemClock,
  systemRandom,
  TroupeError,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { TestCluster } from "../support/cluster.ts";
import { silentLogger } from "../support/nats-server.ts";

const SYSTEM = fileURLToPath(new URL("../support/asking-system.ts", import.meta.url));
const MANIFEST = SystemManifest.parse({
  name: "asking",
  graph: { client: ["a"], a: ["client"] },
  roles: { a: { kind: "actor" } },
  models: { m: { model: "m" } },
});
const Entered = z.strictObject({ turn: z.string() });
const ENTER = { op: "enter", model: "m", tokens: 10 };

let cluster: TestCluster;
let caller: BrokerCaller;
const nodes: BrokerHandler[] = [];
before(async () => {
  cluster = await TestCluster.start();
  const deployment = await cluster.deploy("v1", SYSTEM, MANIFEST);
  const task = await cluster.submit("v1", "a", { service: "x", body: 1 });
  caller = { version: "v1", role: "a", task, incarnation: "host1" };
  const settings = loadModelSettings({ TROUPE_MODEL_MODE: "live", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" });
  for (const node of ["n1", "n2"]) {
    const service = modelServices(settings).find(({ name }) => name === "limits");
    assert.ok(service);
    nodes.push(
      service.open({
        openLink: () => cluster.link("node"),
        subjects: cluster.subjects,
        clock: systemClock,
        random: systemRandom,
        logger: silentLogger,
        node,
        incarnation: "life1",
        deploymentOf: () => Promise.resolve(deployment),
      }),
    );
  }
});
after(async () => {
  for (const node of nodes) await node.close();
  await cluster.stop();
});

const turnAt = async (node: BrokerHandler | undefined) => Entered.parse(await node?.ask(caller, ENTER)).turn;

test("a provider that asks one node for rest is left alone by all, and called again after it", async () => {
  const [first, second] = nodes;
  await second?.ask(caller, { op: "end", turn: await turnAt(second) });
  const turn = await turnAt(first);
  await first?.ask(caller, { op: "end", turn, restMs: 2_500 });
  const restedMs = systemClock.monotonicMs();
  let waited: string | undefined;
  for (let calls = 0; calls < 200 && waited === undefined; calls++) {
    // Until the notice is there a call goes through at once.
    const outcome = await Promise.race([turnAt(second), systemClock.sleep(300).then(() => "waits" as const)]);
    if (outcome === "waits") waited = outcome;
    else await second?.ask(caller, { op: "end", turn: outcome });
    await systemClock.sleep(5);
  }
  assert.equal(waited, "waits", "the other node was never told");
  await second?.ask(caller, { op: "end", turn: await turnAt(second) });
  assert.ok(systemClock.monotonicMs() - restedMs >= 2_000);
});

test("turns of a dead host are over, and a stranger ends nobody's turn", async () => {
  const [first] = nodes;
  const limits = { requests: { limit: 1, remaining: 0, fullInMs: 60_000 } };
  const turn = await turnAt(first);
  await first?.ask({ ...caller, incarnation: "host2" }, { op: "end", turn, limits });
  const next = await turnAt(first);
  await first?.ask(caller, { op: "end", turn: next });
  first?.hostEnded?.("host1");
  await assert.rejects(
    async () => first?.ask(caller, { op: "enter" }),
    (error) => TroupeError.is(error, "invalid_request"),
  );
});

test("an endpoint that fails again and again is down for its node, and up with the first success", async () => {
  const [node, other] = nodes;
  const call = async (result: string) =>
    node?.ask(caller, { op: "end", turn: await turnAt(node), result, reason: "HTTP 500" });
  const found = () => node?.dependencies?.().map(({ isUp, reason }) => ({ isUp, reason }));
  for (let tries = 0; tries < 5; tries++) await call("failure");
  assert.deepEqual(found(), [{ isUp: false, reason: "HTTP 500" }]);
  assert.equal(node?.dependencies?.()[0]?.name, "127.0.0.1:1 OPENAI_API_KEY m");
  assert.deepEqual(other?.dependencies?.(), [], "each node tells what it has found itself");
  await call("success");
  assert.deepEqual(found(), [{ isUp: true, reason: undefined }]);
});
