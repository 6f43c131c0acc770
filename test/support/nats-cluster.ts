/** Three real nats-servers in a cluster, on temporary stores: for what only a replicated log does. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findServer, type GuardedProcess, type Link, openLink, startGuarded } from "@troupe/runtime/internal";
import { freePorts } from "./free-port.ts";
import { untilJetStreamLeads } from "./jetstream-leader.ts";
import { silentLogger } from "./nats-server.ts";

const SIZE = 3;
const READY_MS = 30_000;

interface Member {
  readonly command: string;
  readonly config: string;
  readonly dir: string;
  process: GuardedProcess;
}

export class NatsCluster implements AsyncDisposable {
  readonly urls: readonly string[];
  readonly #members: Member[];
  readonly #dir: string;

  private constructor(urls: readonly string[], members: Member[], dir: string) {
    this.urls = urls;
    this.#members = members;
    this.#dir = dir;
  }

  /** Starts three servers; resolves when JetStream has a leader. */
  static async start(): Promise<NatsCluster> {
    const command = await findServer({ env: process.env });
    const dir = await mkdtemp(join(tmpdir(), "troupe-cluster-"));
    const ports = await freePorts(SIZE * 2);
    const clients = ports.slice(0, SIZE);
    const routes = ports.slice(SIZE).map((port) => `nats://127.0.0.1:${port}`);
    const members = await Promise.all(
      clients.map(async (port, i): Promise<Member> => {
        const home = join(dir, `s${i}`);
        const config = join(dir, `s${i}.conf`);
        const cluster = `cluster { name: test, listen: "127.0.0.1:${ports[SIZE + i]}", routes: ${JSON.stringify(routes)} }`;
        const jetstream = `jetstream { store_dir: ${JSON.stringify(home)} }`;
        await writeFile(config, `server_name: s${i}\nlisten: "127.0.0.1:${port}"\n${jetstream}\n${cluster}\n`);
        return { command, config, dir, process: await launch(command, config, dir) };
      }),
    );
    const cluster = new NatsCluster(
      clients.map((port) => `nats://127.0.0.1:${port}`),
      members,
      dir,
    );
    const link = await cluster.link("test/start");
    try {
      await untilJetStreamLeads(link, READY_MS);
      return cluster;
    } finally {
      await link.close();
    }
  }

  link(name = "test"): Promise<Link> {
    return openLink({ servers: this.urls, name, logger: silentLogger });
  }

  /** SIGKILL of one server; resolves when it is gone. */
  async kill(index: number): Promise<void> {
    const { process: server } = this.#member(index);
    process.kill(server.pid, "SIGKILL");
    await server.exited;
  }

  /** Starts a killed server again on its store. */
  async restart(index: number): Promise<void> {
    const member = this.#member(index);
    member.process = await launch(member.command, member.config, member.dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#members.map((member) => member.process.stop()));
    await rm(this.#dir, { recursive: true, force: true });
  }

  #member(index: number): Member {
    const member = this.#members[index];
    if (member === undefined) throw new RangeError(`there is no server ${index}`);
    return member;
  }
}

const launch = (command: string, config: string, dir: string): Promise<GuardedProcess> =>
  startGuarded({ command, args: ["-c", config], outputFile: `${config}.log`, throwaway: dir });
