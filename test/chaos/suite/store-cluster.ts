/**
 * Three nats-servers as operators run them (docs/production-nats.md): configured by `troupe auth export`, every part with credentials of its
 * own, an issuer that signs those of roles, three copies of each stream.
 */
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { parseCreds } from "@troupe/runtime";
import {
  findServer,
  type GuardedProcess,
  type Link,
  openLink,
  PLACE_OF_USER,
  startGuarded,
} from "@troupe/runtime/internal";
import { runCommand } from "../../support/cli-in-process.ts";
import { freePorts } from "../../support/free-port.ts";
import { untilJetStreamLeads } from "../../support/jetstream-leader.ts";
import { PartProcess } from "../../support/part-process.ts";
import { until } from "../../support/stack.ts";
import { type Bearer, storeLogger as logger, type Store, type StoreServer } from "./store.ts";

const SERVERS = ["nats-1", "nats-2", "nats-3"];
const UP_MS = 60_000;
const ANSWER_MS = 1_000;
const RESTART_MS = 200;

/** Starts it; resolves when all three have a leader of their streams and the issuer answers. */
export async function storeCluster(system: string, nodes: readonly string[]): Promise<Store> {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "troupe-servers-"));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const auth = join(folder, "auth");
  await troupe("auth", "create", "--folder", auth, "--system", system);
  for (const node of nodes) await troupe("auth", "create", "node", node, "--folder", auth);
  const credsFile = (user: string) => join(auth, "creds", `${user}.creds`);
  const credentials = (user: string) => {
    const read = parseCreds(readFileSync(credsFile(user), "utf8"));
    return () => read;
  };
  const signIn: Store["signIn"] = (user) => ({ ...PLACE_OF_USER[user], credentials: credentials(user) });
  const { servers, urls } = await startServers(system, folder, auth, opening);
  const core = await openLink({ servers: urls, name: "chaos/store", ...signIn("supervisor"), logger });
  opening.defer(() => core.close());
  const issuer = await issuing(core, urls, auth, opening);
  let connections = 0;
  const opened = opening.move();
  return {
    servers,
    urls,
    // Each in its turn: one that is dead refuses, and the next try goes to the next.
    target: () => new URL(urls[connections++ % urls.length] ?? ""),
    keysOf: (bearer) => ["--keys", credsFile(fileOf(bearer))],
    supervisor: (id) => ({
      args: ["supervisor", "--name", id, "--keys", credsFile("supervisor"), "--replicas", String(urls.length)],
    }),
    signIn,
    clientCredentials: credentials("client"),
    folder,
    isWhole: (limitMs) => until("three equal copies", limitMs, () => areEqual(core)),
    log: () => [...servers, issuer].map(({ name, log }) => `--- ${name}\n${log}`).join("\n"),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function startServers(system: string, folder: string, auth: string, opening: AsyncDisposableStack) {
  const urls: string[] = [];
  const servers: KeptServer[] = [];
  for (const place of await placesIn(folder)) {
    await exportConfig(system, auth, place);
    servers.push(opening.use(await KeptServer.start(place)));
    urls.push(`nats://${place.listen}`);
  }
  return { servers, urls };
}

/** Resolves when the servers have a leader, and the issuer that is started then answers. */
async function issuing(core: Link, urls: readonly string[], auth: string, opening: AsyncDisposableStack) {
  await untilJetStreamLeads(core, UP_MS);
  const issuer = new PartProcess("issuer", ["issuer", "--nats", urls.join(","), "--folder", auth]);
  opening.defer(() => issuer.stop());
  issuer.start();
  await until("an issuer", UP_MS, async () => issuer.log.includes("issuer of system"));
  return issuer;
}

const fileOf = (bearer: Bearer): string => (typeof bearer === "string" ? bearer : join("nodes", bearer.node));

/** Whether no copy of any stream is behind. */
async function areEqual(core: Link): Promise<boolean> {
  const manager = await jetstreamManager(core.nc, { checkAPI: false, timeout: ANSWER_MS });
  for await (const { cluster } of manager.streams.list()) {
    const copies = cluster?.replicas ?? [];
    if (cluster?.leader === undefined || copies.some(({ current, lag }) => !current || (lag ?? 0) > 0)) return false;
  }
  return true;
}

interface Place {
  readonly name: string;
  readonly listen: string;
  readonly clusterListen: string;
  readonly routes: readonly string[];
  readonly folder: string;
  readonly config: string;
}

async function placesIn(folder: string): Promise<readonly Place[]> {
  const ports = await freePorts(2 * SERVERS.length);
  const routes = ports.slice(SERVERS.length).map((port) => `nats://127.0.0.1:${port}`);
  return SERVERS.map((name, i) => ({
    name,
    listen: `127.0.0.1:${ports[i]}`,
    clusterListen: `127.0.0.1:${ports[SERVERS.length + i]}`,
    routes,
    folder: join(folder, name),
    config: join(folder, `${name}.conf`),
  }));
}

/** As `troupe auth export` has it, but that clients are not told of the other servers: they would go past their proxies. */
async function exportConfig(system: string, auth: string, place: Place): Promise<void> {
  const { name, listen, clusterListen, routes, folder, config } = place;
  const stores = ["--store", join(folder, "streams"), "--accounts", join(folder, "accounts")];
  const cluster = ["--cluster", system, "--cluster-listen", clusterListen, ...routes.flatMap((to) => ["--route", to])];
  const where = ["--folder", auth, "--out", config, "--name", name, "--listen", listen];
  await troupe("auth", "export", ...where, ...stores, "--plaintext", ...cluster);
  const text = await readFile(config, "utf8");
  await writeFile(config, text.replace("cluster {\n", "cluster {\n  no_advertise: true\n"));
}

async function troupe(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand(args);
  if (code !== 0) throw new Error(`troupe ${args.join(" ")} ended with ${code}: ${stderr}`);
}

/** A server that is started again when it dies, until it is disposed of. */
class KeptServer implements StoreServer, AsyncDisposable {
  readonly name: string;
  readonly #place: Place;
  readonly #command: string;
  readonly #stopped = new AbortController();
  #process: GuardedProcess | undefined;
  #keeping: Promise<void> = Promise.resolve();

  private constructor(place: Place, command: string) {
    this.name = place.name;
    this.#place = place;
    this.#command = command;
  }

  static async start(place: Place): Promise<KeptServer> {
    const server = new KeptServer(place, await findServer({ env: process.env }));
    await server.#launch();
    server.#keeping = server.#keep();
    return server;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get log(): string {
    return readFileSync(this.#logFile, "utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await this.#process?.stop();
    await this.#keeping;
  }

  get #logFile(): string {
    return `${this.#place.config}.log`;
  }

  async #launch(): Promise<GuardedProcess> {
    const args = ["-c", this.#place.config];
    this.#process = await startGuarded({ command: this.#command, args, outputFile: this.#logFile });
    return this.#process;
  }

  async #keep(): Promise<void> {
    for (;;) {
      await this.#process?.exited;
      this.#process = undefined;
      if (this.#stopped.signal.aborted) return;
      await timer(RESTART_MS);
      if (this.#stopped.signal.aborted) return;
      const started = await this.#launch();
      // Whoever stopped it meanwhile found nothing to stop.
      if (this.#stopped.signal.aborted) await started.stop();
    }
  }
}
