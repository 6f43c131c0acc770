import { join as path } from "node:path";
import {
  callService,
  type EmbeddedServer,
  type Link,
  PLACE_OF_ROLE,
  PLACE_OF_USER,
  readRoleKeys,
  roleKeysFolderOf,
  Subjects,
  type UserName,
} from "@troupe/runtime/internal";
import { type Chain, type Measured, measureLoad } from "./chain.ts";
import { purge, sizeOf } from "./jetstream-api.ts";
import type { ChainSettings, Load } from "./messages.ts";
import { RELAY_VERSION, rolesOf } from "./relay.ts";
import { createRelayStream, relayHopKeys } from "./relay-stream.ts";
import relaySystem from "./relay-system.ts";
import { usageOf } from "./server-usage.ts";
import { WorkerProcess } from "./worker-process.ts";

/** Chains of a client and one process a role, and nothing else. */
export type RoleChainName = Exclude<ChainSettings["chain"], "start">;

const ROLE_MODULES: Readonly<Record<RoleChainName, URL>> = {
  core: new URL("./worker/core-role.ts", import.meta.url),
  raw: new URL("./worker/raw-role.ts", import.meta.url),
  "raw-library": new URL("./worker/raw-library-role.ts", import.meta.url),
  hop: new URL("./worker/relay-role.ts", import.meta.url),
  traced: new URL("./worker/relay-role.ts", import.meta.url),
  accounts: new URL("./worker/relay-role.ts", import.meta.url),
  "raw-fan-out": new URL("./worker/raw-fan-out-role.ts", import.meta.url),
  "fan-out": new URL("./worker/relay-role.ts", import.meta.url),
};
const LOAD = new URL("./worker/load.ts", import.meta.url);
/** Messages that a role takes at once: more than the highest usual level, with all tasks at one role. */
const SLOTS = 512;

/** Where a chain runs. */
export interface Ground {
  readonly server: EmbeddedServer;
  /** All rights. */
  readonly link: Link;
  /** The system that the server is configured for. */
  readonly system: string;
  /** Folder for CPU profiles of the workers. */
  readonly profileDir: string | undefined;
  /** What the log holds before the first task, and keeps from then on; absent = it begins empty, and is emptied after each measurement. */
  readonly finishedTasks?: number | undefined;
}

/** Starts the processes of a chain and waits until each is ready. */
export async function openRoleChain(name: RoleChainName, ground: Ground): Promise<Chain> {
  const { server, link, system, profileDir } = ground;
  const subjects = new Subjects(name.startsWith("raw") ? `${system}-${name}` : system);
  const stream = name === "core" ? undefined : subjects.logStream(0);
  if (stream !== undefined) await createRelayStream(link, subjects, ground.finishedTasks);
  const settings = { chain: name, natsUrl: server.url, system: subjects.system, version: RELAY_VERSION, slots: SLOTS };
  const client = { ...settings, hopKeys: {}, ...signIn(server, "supervisor") };
  const signInOf = await rolesSignIn(name, ground, subjects);
  const hopKeys = relayHopKeys();
  const chain = new RoleChain(ground, stream, name, profileDir);
  try {
    await chain.join(client, (role) => ({ ...settings, hopKeys, ...signInOf(role) }));
    return chain;
  } catch (error) {
    await chain.close();
    throw error;
  }
}

const signIn = (server: EmbeddedServer, user: UserName) => ({
  seed: server.seedOf(user),
  inboxPrefix: PLACE_OF_USER[user].inboxPrefix,
});

const AS_HOSTS: ReadonlySet<RoleChainName> = new Set(["hop", "traced", "fan-out"]);

type SignIn = Pick<ChainSettings, "seed" | "inboxPrefix" | "apiPrefix">;

/** Troupe's roles have rights like a host's, shared or each its own, and pay for their checks; the raw chains' subjects are nobody's. */
async function rolesSignIn(name: RoleChainName, { server, link }: Ground, subjects: Subjects) {
  if (name !== "accounts") return (): SignIn => signIn(server, AS_HOSTS.has(name) ? "host" : "supervisor");
  const { manifest } = relaySystem;
  await callService(link, subjects.identities("issue"), { v: 1, version: RELAY_VERSION, manifest });
  const { seeds } = await readRoleKeys(roleKeysFolderOf(path(server.storeDir, "keys.json")), RELAY_VERSION);
  return (role: string): SignIn => {
    const seed = seeds[role];
    if (seed === undefined) throw new RangeError(`no key of role ${role} was issued`);
    return { seed, ...PLACE_OF_ROLE };
  };
}

const join = (worker: WorkerProcess, settings: ChainSettings) =>
  worker.ask({ type: "join", role: worker.name, settings }, "joined");

class RoleChain implements Chain {
  readonly #ground: Ground;
  readonly #stream: string | undefined;
  readonly #client: WorkerProcess;
  readonly #roles: readonly WorkerProcess[];

  constructor(ground: Ground, stream: string | undefined, name: RoleChainName, profileDir: string | undefined) {
    const execArgv = profileDir === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
    this.#ground = ground;
    this.#stream = stream;
    this.#client = new WorkerProcess("client", LOAD, execArgv);
    this.#roles = rolesOf(name).map((role) => new WorkerProcess(role, ROLE_MODULES[name], execArgv));
  }

  async join(client: ChainSettings, settingsOf: (role: string) => ChainSettings): Promise<void> {
    await Promise.all([join(this.#client, client), ...this.#roles.map((role) => join(role, settingsOf(role.name)))]);
  }

  async measure(load: Load): Promise<Measured> {
    const own = Object.fromEntries([this.#client, ...this.#roles].map((p) => [p.name, () => p.usage()]));
    const probes = { server: () => usageOf(this.#ground.server.pid), ...own };
    const measured = await measureLoad(this.#client, load, probes);
    return { ...measured, bytesPerRecord: await this.#recordSize() };
  }

  async close(): Promise<void> {
    await Promise.all([this.#client, ...this.#roles].map((p) => p.stop()));
  }

  /** Reads what the window's records took in the store, and empties it: no measurement pays for the records of another. */
  async #recordSize(): Promise<number | undefined> {
    if (this.#stream === undefined) return undefined;
    const { bytes, messages } = await sizeOf(this.#ground.link, this.#stream);
    if (this.#ground.finishedTasks === undefined) await purge(this.#ground.link, this.#stream);
    return messages > 0 ? bytes / messages : undefined;
  }
}
