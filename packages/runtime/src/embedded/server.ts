/**
 * The NATS server that Troupe brings along: found or fetched, configured with the accounts of one system, locked to its store, ended
 * with this process, and started again when it dies by itself.
 */
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve as absolute, join } from "node:path";
import type { Logger } from "pino";
import { type Clock, systemClock } from "../clock.ts";
import type { RotateKeys } from "../contracts/identities.ts";
import { Subjects } from "../contracts/subjects.ts";
import { serveIdentities } from "../identities/identity-service.ts";
import { systemAccounts } from "../nats/accounts.ts";
import { type Link, type LinkOptions, openLink } from "../nats/connection.ts";
import { roleKeysFolderOf } from "../nats/role-keys.ts";
import type { Service } from "../nats/service.ts";
import { PLACE_OF_ROLE, type UserName } from "../nats/users.ts";
import { type Random, systemRandom } from "../random.ts";
import { auditRefusals } from "./audit-refusals.ts";
import { findServer } from "./find-server.ts";
import { KeyRing } from "./key-ring.ts";
import { reloadServer } from "./reload.ts";
import { RoleIdentities } from "./role-identities.ts";
import { serverConfigText } from "./server-config.ts";
import { loadServerSeeds, type ServerSeeds } from "./server-keys.ts";
import { type ServerPlace, ServerProcess } from "./server-process.ts";
import { mendStoreFailures } from "./store-failures.ts";
import { lockStore, type StoreLock } from "./store-lock.ts";

export interface EmbeddedServerOptions {
  /** Name of the system, already checked. */
  readonly system: string;
  /** Folder of keys, lock, log and streams, made when missing; absent = a temporary one that is removed at the end. */
  readonly storeDir?: string | undefined;
  /** Log shards, fixed when the system is created; default 1. */
  readonly shards?: number;
  /** Default 127.0.0.1. On another address there are no anonymous clients. */
  readonly host?: string;
  /** Default any free port. */
  readonly port?: number;
  /** Serve the server's own monitoring pages on a free port of `host`. */
  readonly hasMonitor?: boolean;
  /** `always` = acknowledged means on disk; slower. Default: the server's 2 minutes. */
  readonly syncInterval?: "always";
  /** Environment for finding the server, see {@link findServer}. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives a line when the server has to be fetched, when it has ended by itself, and when it is there again. */
  readonly progress?: (line: string) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface EmbeddedServer {
  readonly url: string;
  /** Absolute path of the store folder. */
  readonly storeDir: string;
  readonly monitorUrl: string | undefined;
  /** Process id of nats-server; another one after it had to be started again. */
  readonly pid: number;
  /** nkey seed of a user: a secret. */
  seedOf(user: UserName): string;
  /** Stops the server and frees the store. May be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts a server and resolves when JetStream answers. Throws `store_in_use` when another process has the store, `invalid_config` when no
 * server was found, `unavailable` when it does not come up (with the last lines of its log).
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const binary = await findServer({ env: options.env, progress: options.progress });
  const isThrowaway = options.storeDir === undefined;
  const store = absolute(options.storeDir ?? (await mkdtemp(join(tmpdir(), "troupe-"))));
  await mkdir(store, { recursive: true, mode: 0o700 });
  const lock = await lockStore(store, options.random ?? systemRandom);
  const server = new GuardedServer(options, { binary, store, isThrowaway, lock }, await loadSeeds(store, lock));
  try {
    await server.start();
    await lock.announce(server.url);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function loadSeeds(store: string, lock: StoreLock): Promise<ServerSeeds> {
  try {
    return await loadServerSeeds(join(store, KEYS_FILE));
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Place {
  readonly binary: string;
  readonly store: string;
  readonly isThrowaway: boolean;
  readonly lock: StoreLock;
}

const KEYS_FILE = "keys.json";

class GuardedServer implements EmbeddedServer {
  readonly storeDir: string;
  readonly #options: EmbeddedServerOptions;
  readonly #lock: StoreLock;
  readonly #keys: KeyRing;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #process: ServerProcess;
  readonly #stopping = new AbortController();
  readonly #subjects: Subjects;
  #auditing: Promise<void> = Promise.resolve();
  #mending: Promise<void> = Promise.resolve();
  #reloading: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;
  #identities: RoleIdentities | undefined;
  #administration: { readonly link: Link; readonly service: Service } | undefined;

  constructor(options: EmbeddedServerOptions, { binary, store, isThrowaway, lock }: Place, seeds: ServerSeeds) {
    this.#options = options;
    this.#lock = lock;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger;
    this.storeDir = store;
    this.#keys = new KeyRing({
      file: this.#keysFile(),
      seeds,
      reload: () => this.#reload(),
      clock: this.#clock,
      signal: this.#stopping.signal,
      logger: this.#logger,
    });
    this.#subjects = new Subjects(options.system);
    this.#process = new ServerProcess({
      binary,
      storeDir: store,
      isThrowaway,
      port: options.port ?? -1,
      monitorPort: options.hasMonitor ? -1 : undefined,
      configText: (place) => this.#configText(place),
      openLink: () => this.#openAs("supervisor", "embedded/start"),
      progress: options.progress ?? (() => undefined),
      clock: this.#clock,
      logger: this.#logger,
      signal: this.#stopping.signal,
    });
  }

  get url(): string {
    return this.#process.url;
  }

  get monitorUrl(): string | undefined {
    return this.#process.monitorUrl;
  }

  get pid(): number {
    return this.#process.pid;
  }

  seedOf(user: UserName): string {
    return this.#keys.seedOf(user);
  }

  async start(): Promise<void> {
    this.#identities = await RoleIdentities.open({
      folder: roleKeysFolderOf(this.#keysFile()),
      subjects: this.#subjects,
      shards: this.#options.shards ?? 1,
      reload: () => this.#reload(),
      signIn: (name, seed) => this.#open(`embedded/try/${name}`, { seed, ...PLACE_OF_ROLE }),
    });
    await this.#process.start();
    const link = await this.#openAs("supervisor", "embedded/identities");
    const service = serveIdentities(link, {
      subjects: this.#subjects,
      administrator: this.#identities,
      rotate: (whose) => this.#rotate(whose),
      logger: this.#logger,
    });
    this.#administration = { link, service };
    this.#auditing = auditRefusals({
      link,
      subjects: this.#subjects,
      logFile: this.#process.logFile,
      clock: this.#clock,
      random: this.#options.random ?? systemRandom,
      logger: this.#logger,
      signal: this.#stopping.signal,
    });
    this.#mending = mendStoreFailures({
      logFile: this.#process.logFile,
      storeDir: this.storeDir,
      pid: () => this.pid,
      restart: () => this.#process.restart(),
      clock: this.#clock,
      logger: this.#logger,
      signal: this.#stopping.signal,
    });
    await link.nc.flush();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#auditing, this.#mending]);
    await this.#administration?.link.close();
    await this.#process.stop();
    await this.#lock.release();
  }

  #configText(place: ServerPlace): string {
    const { system, shards = 1, host = "127.0.0.1", syncInterval } = this.#options;
    return serverConfigText({
      ...place,
      serverName: system,
      host,
      accounts: [...systemAccounts(this.#subjects, shards), ...(this.#identities?.accounts() ?? [])],
      publicKeys: { ...this.#keys.publicKeys, ...this.#identities?.publicKeys() },
      oldKeys: { ...this.#keys.oldKeys, ...this.#identities?.oldKeys() },
      syncInterval,
    });
  }

  /** One after the other: each writes the whole configuration. */
  async #reload(): Promise<void> {
    const reload = this.#reloading.then(() => this.#reloadNow());
    // What one caller is told must not stop the next.
    this.#reloading = reload.catch(() => undefined);
    await reload;
  }

  async #reloadNow(): Promise<void> {
    await this.#process.writeConfig();
    await reloadServer(() => this.#openAs("sys", "embedded/reload"));
  }

  async #rotate(whose: RotateKeys["whose"]): Promise<void> {
    if (whose !== "roles") return this.#keys.rotate(whose);
    const forget = await this.#identities?.rotate();
    if (forget) void this.#keys.later(forget);
  }

  #openAs(user: UserName, name: string): Promise<Link> {
    return this.#open(name, { user, credentials: () => ({ seed: this.#keys.seedOf(user) }) });
  }

  #open(
    name: string,
    signIn: Pick<LinkOptions, "seed" | "credentials" | "user" | "apiPrefix" | "inboxPrefix">,
  ): Promise<Link> {
    return openLink({ servers: this.url, name, ...signIn, logger: this.#logger, clock: this.#clock });
  }

  #keysFile(): string {
    return join(this.storeDir, KEYS_FILE);
  }
}
