/** A node's own services, asked by handlers in a host process of their own. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type BrokerService,
  createNode,
  type Json,
  PLACE_OF_USER,
  type RunningNode,
  TroupeError,
} from "@troupe/runtime/internal";
import { TEST_SYSTEM, TestCluster } from "../support/cluster.ts";
import { silentLogger } from "../support/nats-server.ts";

const SYSTEM = fileURLToPath(new URL("../support/asking-system.ts", import.meta.url));

/** Tells who asked, what it can see of the deployment, and that its connection works with the node's rights. */
const mirror: BrokerService = {
  name: "mirror",
  open: ({ openLink, node, subjects, deploymentOf }) => {
    const link = openLink();
    return {
      async ask(caller, body): Promise<Json> {
        const { name } = await link;
        const { manifest } = await deploymentOf(caller.version);
        return {
          name,
          node,
          system: subjects.system,
          of: manifest.name,
          caller: { ...caller, task: caller.task ?? null },
          body: body as Json,
        };
      },
      close: async () => (await link).close(),
    };
  },
};
const refusing: BrokerService = {
  name: "refusing",
  open: () => ({
    ask: () => Promise.reject(new TroupeError("store_full", "no room", { details: { left: 0 } })),
    close: () => Promise.resolve(),
  }),
};

let cluster: TestCluster;
let node: RunningNode;
before(async () => {
  cluster = await TestCluster.start();
  await cluster.deploy("v1", SYSTEM);
  await cluster.place("n1", 1, "v1", [{ role: "a", concurrency: 8 }]);
  const linkOf = (user: "node" | "host") => ({
    servers: cluster.server.url,
    seed: cluster.server.seedOf(user),
    apiPrefix: PLACE_OF_USER[user].apiPrefix,
    inboxPrefix: PLACE_OF_USER[user].inboxPrefix,
  });
  node = createNode({
    system: TEST_SYSTEM,
    name: "n1",
    nodeLink: linkOf("node"),
    hostLink: linkOf("host"),
    roleKeys: { folder: cluster.roleKeys },
    brokerServices: [mirror, refusing],
    logger: silentLogger,
  });
  await node.start();
});
after(async () => {
  await node.stop();
  await cluster.stop();
});

test("a handler gets the answer of its node's service, which knows who asks", async () => {
  const task = await cluster.submit("v1", "a", { service: "mirror", body: { deep: [1, { two: null }] } });
  const { status, result } = await cluster.done(task);
  assert.equal(status, "completed");
  const { caller, ...told } = result as { caller: { incarnation: string } };
  const { incarnation, ...known } = caller;
  assert.deepEqual(known, { version: "v1", role: "a", task });
  assert.ok(incarnation.startsWith(node.incarnation), incarnation);
  assert.deepEqual(told, {
    name: "node/n1/broker",
    node: "n1",
    system: TEST_SYSTEM,
    of: "asking",
    body: { deep: [1, { two: null }] },
  });
});

test("a service's refusal, and a service that is not there, reach the handler with their codes", async () => {
  for (const [service, code] of [
    ["refusing", "store_full"],
    ["nobody", "unavailable"],
  ] as const) {
    const task = await cluster.submit("v1", "a", { service, body: 1 });
    const dead = await cluster.recorded(task, /^c\.dead\.0$/);
    assert.equal((dead.body as { error: { code: string } }).error.code, code);
  }
});
