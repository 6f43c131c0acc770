import { setTimeout as timer } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  callService,
  createLogger,
  type EmbeddedServer,
  type Heartbeat,
  type Link,
  NodePlacement,
  openLink,
  PLACE_OF_USER,
  Subjects,
  startEmbeddedServer,
  type UserName,
} from "@troupe/runtime/internal";
import { z } from "zod";
import { heartbeatOf } from "../../test/support/heartbeat.ts";
import { PartProcess } from "../../test/support/part-process.ts";
import { until } from "../../test/support/stack.ts";
import { deployRequest } from "../../test/support/supervisor-bed.ts";
import { usageOf } from "../server-usage.ts";
import { quantile } from "../statistics.ts";
import type { Figure } from "./finding.ts";

const SYSTEM = "bench";
const MAIN = fileURLToPath(import.meta.resolve("@troupe/supervisor/main"));
const BEAT_MS = 500;
const REPLICAS_A_NODE = 5;
const LIMIT_MS = 60_000;
const MEASURE_MS = 10_000;
const QUESTIONS = 100;

const Health = z.object({ nodes: z.object({ up: z.number() }) });
const Placement = z.object({ nodes: z.array(NodePlacement) });

/** A supervisor in a process of its own, and nodes that are only said to be there: they do what their placement says. */
class Fleet implements AsyncDisposable {
  readonly supervisor: PartProcess;
  readonly operator: Link;
  readonly #subjects = new Subjects(SYSTEM);
  readonly #node: Link;
  readonly #opened: AsyncDisposableStack;
  readonly #names: readonly string[];
  #placements: ReadonlyMap<string, NodePlacement> = new Map();
  #sequence = 0;

  private constructor(opened: AsyncDisposableStack, size: number, server: EmbeddedServer, operator: Link, node: Link) {
    this.#opened = opened;
    this.#names = Array.from({ length: size }, (_, i) => `n${i + 1}`);
    this.operator = operator;
    this.#node = node;
    const reach = ["--nats", server.url, "--system", SYSTEM, "--seed", server.seedOf("supervisor")];
    this.supervisor = new PartProcess("supervisor", reach, { main: MAIN });
  }

  static async open(size: number): Promise<Fleet> {
    const opened = new AsyncDisposableStack();
    try {
      const logger = createLogger({ name: "bench", level: "warn" });
      const server = await startEmbeddedServer({ system: SYSTEM, env: process.env, logger });
      opened.defer(() => server.stop());
      const open = async (user: UserName) => {
        const { apiPrefix, inboxPrefix } = PLACE_OF_USER[user];
        const seed = server.seedOf(user);
        const link = await openLink({
          servers: server.url,
          name: `bench/${user}`,
          seed,
          apiPrefix,
          inboxPrefix,
          logger,
        });
        opened.defer(() => link.close());
        return link;
      };
      const fleet = new Fleet(opened, size, server, await open("operator"), await open("node"));
      opened.defer(() => fleet.supervisor.stop());
      fleet.supervisor.start();
      await until("a leader", LIMIT_MS, async () => (await fleet.ask("health")) !== undefined);
      const beats = setInterval(() => fleet.#beat(), BEAT_MS);
      opened.defer(() => clearInterval(beats));
      return fleet;
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }

  ask(verb: string, body: unknown = {}): Promise<unknown> {
    return callService(this.operator, this.#subjects.supervisor(verb), body, { ifLost: "unavailable" });
  }

  async nodesUp(): Promise<number> {
    return Health.parse(await this.ask("health")).nodes.up;
  }

  /** Resolves when every replica has a node; the nodes say from then on that theirs run. */
  async allPlaced(replicas: number): Promise<void> {
    await until(`${replicas} replicas placed`, LIMIT_MS, async () => {
      const { nodes } = Placement.parse(await this.ask("placement"));
      this.#placements = new Map(nodes.map((row) => [row.node, row]));
      return nodes.reduce((sum, row) => sum + row.replicas.length, 0) === replicas;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }

  #beat(): void {
    for (const node of this.#names) {
      const heartbeat = heartbeatOf({ node, sequence: ++this.#sequence, actors: this.#actorsOf(node) });
      this.#node.nc.publish(this.#subjects.heartbeat(node), JSON.stringify(heartbeat));
    }
  }

  #actorsOf(node: string): Heartbeat["actors"] {
    const row = this.#placements.get(node);
    return (row?.replicas ?? []).map(({ version, role, index, generation, isStandby }) => ({
      id: `${version}/${role}/${index}`,
      epoch: row?.epoch ?? 0,
      generation: generation ?? 0,
      state: "available",
      isTaking: isStandby !== true,
      inFlight: 0,
      done: 0,
      failed: 0,
      meanMs: 0,
    }));
  }
}

/** What so many nodes cost the supervisor, and how soon it decides: to place five replicas a node, and to answer how the cluster is. */
export async function simulatedNodes(size: number): Promise<readonly Figure[]> {
  await using fleet = await Fleet.open(size);
  await until("every node up", LIMIT_MS, async () => (await fleet.nodesUp()) === size);
  const replicas = size * REPLICAS_A_NODE;
  const manifest = {
    name: "bench",
    graph: { client: ["a"], a: ["client"] },
    roles: { a: { kind: "actor", replicas } },
  };
  const beganMs = performance.now();
  await fleet.ask("deploy", deployRequest(manifest));
  await fleet.allPlaced(replicas);
  const placedMs = performance.now() - beganMs;
  const before = await usageOf(fleet.supervisor.pid);
  const sinceMs = performance.now();
  const answers: number[] = [];
  for (let i = 0; i < QUESTIONS; i++) {
    const askedMs = performance.now();
    await fleet.ask("health");
    answers.push(performance.now() - askedMs);
    await timer(MEASURE_MS / QUESTIONS);
  }
  const after = await usageOf(fleet.supervisor.pid);
  const cores = ((after?.cpuMs ?? Number.NaN) - (before?.cpuMs ?? Number.NaN)) / (performance.now() - sinceMs);
  const of = `${size} nodes with ${replicas} actors:`;
  return [
    { what: `${of} deployed until all are placed`, value: placedMs, unit: "ms" },
    { what: `${of} cores of the supervisor, ten questions a second`, value: cores, unit: "" },
    { what: `${of} answer how the cluster is, median`, value: quantile(answers, 0.5), unit: "ms" },
    { what: `${of} the same, 99th percentile`, value: quantile(answers, 0.99), unit: "ms" },
    { what: `${of} memory of the supervisor`, value: (after?.rssBytes ?? Number.NaN) / 1_048_576, unit: "MiB" },
  ];
}
