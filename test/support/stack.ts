/** A whole system in real processes, as it runs in production on one machine: nats-server, supervisor, gateway, nodes with their hosts. */
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import {
  createLogger,
  type EmbeddedServer,
  type Link,
  openLink,
  PLACE_OF_USER,
  Subjects,
  startEmbeddedServer,
  type UserName,
} from "@troupe/runtime/internal";
import { z } from "zod";
import type { CommandEnded } from "./cli-in-process.ts";
import { PartProcess } from "./part-process.ts";

export interface StackOptions {
  readonly system: string;
  readonly nodes: number;
  /** Absolute path of the system module. */
  readonly systemFile: string;
  /** Messages that a node may hold. Default 512. */
  readonly slots?: number;
  /** Further flags of `troupe node`. */
  readonly nodeFlags?: readonly string[];
}

const Health = z.object({
  nodes: z.object({ up: z.number() }),
  actors: z.object({ total: z.number(), unavailable: z.number() }),
});
const NodeList = z.object({
  nodes: z.array(z.object({ node: z.string(), incarnation: z.string(), status: z.string(), actors: z.number() })),
});

export class Stack implements AsyncDisposable {
  readonly server: EmbeddedServer;
  readonly subjects: Subjects;
  /** All rights: for looking at what happened. */
  readonly core: Link;
  /** A user's rights. */
  readonly client: Link;
  readonly supervisor: PartProcess;
  readonly gateway: PartProcess;
  readonly nodes: readonly PartProcess[];
  readonly #opened: AsyncDisposableStack;

  private constructor(opened: AsyncDisposableStack, parts: StackParts) {
    this.#opened = opened;
    this.server = parts.server;
    this.subjects = parts.subjects;
    this.core = parts.core;
    this.client = parts.client;
    const reach = ["--nats", parts.server.url, "--system", parts.subjects.system];
    const withKeys = [...reach, "--keys", join(parts.server.storeDir, "keys.json")];
    this.supervisor = new PartProcess("supervisor", ["supervisor", ...withKeys]);
    this.gateway = new PartProcess("gateway", ["gateway", ...withKeys, "--port", "0"]);
    this.nodes = Array.from({ length: parts.nodes }, (_, i) => {
      const name = `node-${i + 1}`;
      return new PartProcess(name, [
        "node",
        ...withKeys,
        "--name",
        name,
        "--slots",
        String(parts.slots),
        ...parts.nodeFlags,
      ]);
    });
  }

  /** Starts everything and deploys the system; resolves when all nodes are up and a task can be submitted. */
  static async start(options: StackOptions): Promise<Stack> {
    const opened = new AsyncDisposableStack();
    try {
      const stack = new Stack(opened, await openParts(options, opened));
      for (const part of [stack.supervisor, stack.gateway, ...stack.nodes]) {
        opened.defer(() => part.stop());
        part.start();
      }
      // A node that comes after the deployment gets its share only some seconds later.
      await stack.#allUp();
      await stack.deploy(options.systemFile);
      await stack.isWhole();
      return stack;
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }

  /** What commands of an operator need to reach the system. */
  get operatorFlags(): readonly string[] {
    const keys = join(this.server.storeDir, "keys.json");
    return ["--nats", this.server.url, "--system", this.subjects.system, "--keys", keys];
  }

  /** Where the gateway takes HTTP requests. */
  async gatewayUrl(): Promise<string> {
    let url: string | undefined;
    await until("the gateway's address", 10_000, async () => {
      url = /gateway at (\S+)/.exec(this.gateway.log)?.[1];
      return url !== undefined;
    });
    return url ?? "";
  }

  /** Runs a command as the operator, in this process. */
  async troupe(...args: readonly string[]): Promise<CommandEnded> {
    // Loaded here: those who only wait with `until` need no command line.
    const { runCommand } = await import("./cli-in-process.ts");
    return runCommand([...args, ...this.operatorFlags], process.env);
  }

  /** What a command prints that ends well. */
  async said(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.troupe(...args);
    if (code !== 0) throw new Error(`troupe ${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** Deploys a system file with the CLI. */
  async deploy(file: string): Promise<void> {
    await until("the deployment", 120_000, async () => {
      await this.said("deploy", file);
      return true;
    });
  }

  async #nodeList(): Promise<z.infer<typeof NodeList>["nodes"]> {
    const answer = await this.client.nc.request(this.subjects.supervisor("nodes"), "", { timeout: 2_000 });
    return NodeList.parse(answer.json()).nodes;
  }

  async #allUp(): Promise<void> {
    await until("every node up", 120_000, async () => (await this.#health()).nodes.up === this.nodes.length);
  }

  async #health(): Promise<z.infer<typeof Health>> {
    const answer = await this.client.nc.request(this.subjects.supervisor("health"), "", { timeout: 1_000 });
    return Health.parse(answer.json());
  }

  /** Waits until the supervisor sees all nodes up and every actor available. (Alerts over earlier tasks may well be raised.) */
  async isWhole(limitMs = 120_000): Promise<void> {
    await until("a whole system", limitMs, async () => {
      const health = await this.#health();
      const { nodes, actors } = health;
      const isWhole = nodes.up === this.nodes.length && actors.total > 0 && actors.unavailable === 0;
      if (!isWhole) throw new Error(JSON.stringify(health));
      return true;
    });
  }

  /** Which life of a node the supervisor knows as up and running actors; `undefined` while it knows none. */
  async lifeOf(node: string): Promise<string | undefined> {
    const nodes = await this.#nodeList();
    return nodes.find((known) => known.node === node && known.status === "up" && known.actors > 0)?.incarnation;
  }

  /**
   * Starts nodes that have ended by themselves again, as whoever runs processes does, as soon as so many have. Resolves when all are up and no
   * actor moves any more: nodes that come are given their share of what ran elsewhere meanwhile.
   */
  async restartFallen(count: number): Promise<void> {
    const fallen = () => this.nodes.filter(({ hasFallen }) => hasFallen);
    await until(`${count} nodes that have fallen`, 30_000, async () => fallen().length >= count);
    const lives = await Promise.all(
      fallen().map(async (node) => {
        const before = await this.lifeOf(node.name);
        node.start();
        return { name: node.name, before };
      }),
    );
    for (const { name, before } of lives) await this.isBack(name, before);
    await this.isWhole();
    await until("actors spread evenly", 120_000, async () => {
      const counts = (await this.#nodeList()).map(({ actors }) => actors);
      if (Math.max(...counts) - Math.min(...counts) <= 1) return true;
      throw new Error(JSON.stringify(counts));
    });
  }

  /** Waits until a node that was started again is up and runs actors, under a new life. */
  async isBack(node: string, before: string | undefined): Promise<void> {
    await until(`${node} to be back`, 30_000, async () => {
      const life = await this.lifeOf(node);
      return life !== undefined && life !== before;
    });
  }

  /** How things stand, for a failed test's message: the supervisor's view, the mailboxes, and what every process last said. */
  async account(): Promise<string> {
    const views = ["health", "nodes", "actors", "queues", "placement"].map(async (verb) => {
      const answer = await this.client.nc.request(this.subjects.supervisor(verb), "", { timeout: 2_000 });
      return `--- ${verb}\n${answer.string()}`;
    });
    const settled = await Promise.allSettled([...views, this.said("events", "--limit", "100")]);
    const texts = settled.map((view) => (view.status === "fulfilled" ? view.value : String(view.reason)));
    return [...texts, this.logs()].join("\n");
  }

  /** What every process last said, for a failed test's message. */
  logs(): string {
    return [this.supervisor, this.gateway, ...this.nodes].map((part) => `--- ${part.name}\n${part.log}`).join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

interface StackParts {
  readonly server: EmbeddedServer;
  readonly subjects: Subjects;
  readonly core: Link;
  readonly client: Link;
  readonly nodes: number;
  readonly slots: number;
  readonly nodeFlags: readonly string[];
}

async function openParts(options: StackOptions, opened: AsyncDisposableStack): Promise<StackParts> {
  const logger = createLogger({ name: "stack", level: "error" });
  const server = await startEmbeddedServer({ system: options.system, env: process.env, logger });
  opened.defer(() => server.stop());
  const open = async (user: UserName) => {
    const { apiPrefix, inboxPrefix } = PLACE_OF_USER[user];
    const seed = user === "client" ? undefined : server.seedOf(user);
    const link = await openLink({ servers: server.url, name: `test/${user}`, seed, apiPrefix, inboxPrefix, logger });
    opened.defer(() => link.close());
    return link;
  };
  const subjects = new Subjects(options.system);
  const links = { core: await open("supervisor"), client: await open("client") };
  return {
    server,
    subjects,
    ...links,
    nodes: options.nodes,
    slots: options.slots ?? 512,
    nodeFlags: options.nodeFlags ?? [],
  };
}

/** Tries until it is true. Throws after the limit, with what went wrong last. */
export async function until(what: string, limitMs: number, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limitMs;
  for (let last: unknown = "not yet"; ; ) {
    try {
      if (await isTrue()) return;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`, { cause: last });
    await timer(50);
  }
}
