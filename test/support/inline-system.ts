/** A whole system in the test's own process, hosts included; nats-server alone is another one. For tests in which processes are not the point. */
import { join } from "node:path";
import { loadModelSettings, modelServices, toolServices } from "@troupe/agents/internal";
import { createGateway } from "@troupe/gateway";
import { connectTroupe, createNode, type TroupeClient } from "@troupe/runtime";
import { callService, PLACE_OF_USER } from "@troupe/runtime/internal";
import { z } from "zod";
import { runCommand } from "./cli-in-process.ts";
import { TEST_SYSTEM, TestCluster } from "./cluster.ts";
import { UNHURRIED } from "./gateway-bed.ts";
import { silentLogger } from "./nats-server.ts";
import { lead } from "./people-bed.ts";
import { until } from "./stack.ts";

const Health = z.object({ nodes: z.object({ up: z.number() }) });

export class InlineSystem implements AsyncDisposable {
  /** A user's rights. */
  readonly client: TroupeClient;
  readonly #cluster: TestCluster;
  readonly #opened: AsyncDisposableStack;

  private constructor(cluster: TestCluster, client: TroupeClient, opened: AsyncDisposableStack) {
    this.#cluster = cluster;
    this.client = client;
    this.#opened = opened;
  }

  /** Starts everything with the models that the environment names; resolves when a system can be deployed. */
  static async start(): Promise<InlineSystem> {
    const opened = new AsyncDisposableStack();
    try {
      const cluster = opened.use(await TestCluster.start());
      const { server } = cluster;
      const supervisor = await lead(cluster);
      opened.defer(() => supervisor.stop());
      const seed = server.seedOf("gateway");
      const where = { system: TEST_SYSTEM, servers: server.url };
      const gateway = createGateway({ ...where, seed, loadLimits: UNHURRIED, logger: silentLogger });
      opened.defer(() => gateway.stop());
      await gateway.start();
      const node = createNode({
        system: TEST_SYSTEM,
        name: "n1",
        nodeLink: { servers: server.url, seed: server.seedOf("node"), ...PLACE_OF_USER.node },
        hostLink: { servers: server.url, seed: server.seedOf("host"), ...PLACE_OF_USER.host },
        roleKeys: { folder: cluster.roleKeys },
        isolation: "none",
        loader: import.meta.resolve("@troupe/agents/loader"),
        bundles: { folder: join(server.storeDir, "bundles"), packagesFrom: [import.meta.url] },
        brokerServices: [...modelServices(loadModelSettings(process.env)), ...toolServices()],
        logger: silentLogger,
      });
      opened.defer(() => node.stop());
      await node.start();
      await until("the node up", 120_000, async () => {
        const health = await callService(cluster.core, cluster.subjects.supervisor("health"), {});
        return Health.parse(health).nodes.up === 1;
      });
      const client = await connectTroupe({ url: server.url, system: TEST_SYSTEM });
      opened.defer(() => client.close());
      return new InlineSystem(cluster, client, opened);
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }

  /** Deploys a system file as the operator. */
  async deploy(file: string): Promise<void> {
    const { server } = this.#cluster;
    const reach = ["--nats", server.url, "--system", TEST_SYSTEM, "--keys", join(server.storeDir, "keys.json")];
    await until("the deployment", 120_000, async () => {
      const { code, stdout, stderr } = await runCommand(["deploy", file, ...reach], process.env);
      if (code !== 0) throw new Error(`troupe deploy ended with ${code}: ${stdout}${stderr}`);
      return true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}
