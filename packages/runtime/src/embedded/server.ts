/**
 * The NATS server that Troupe brings along: found or fetched, configured with the accounts of one system, locked to its store, ended
 * with this process, and started again when it dies by itself.
 */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve as absolute, join } from "node:path";
import type { Logger } from "pino";
import { aborted } from "../aborted.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { RotateKeys } from "../contracts/identities.ts";
import { Subjects } from "../contracts/subjects.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { serveIdentities } from "../identities/identity-service.ts";
import { systemAccounts } from "../nats/accounts.ts";
import { type Link, type LinkOptions, openLink } from "../nats/connection.ts";
import { roleKeysFolderOf } from "../nats/role-keys.ts";
import type { Service } from "../nats/service.ts";
import { PLACE_OF_ROLE, type UserName } from "../nats/users.ts";
import { type Random, systemRandom } from "../random.ts";
import { auditRefusals } from "./audit-refusals.ts";
import { findServer } from "./find-server.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { KeyRing } from "./key-ring.ts";
import { reloadServer } from "./reload.ts";
import { RoleIdentities } from "./role-identities.ts";
import { jetStreamAnswers, readPorts, type ServerPorts } from "./server-answers.ts";
import { serverConfigText } from "./server-config.ts";
import { loadServerSeeds, type ServerSeeds } from "./server-keys.ts";
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
  /** Receives a line when the server has to be fetched. */
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
const UP_MS = 10_000;
const POLL_MS = 5;
/** Longest wait between two starts of a server that keeps dying. */
const RESTART_MAX_MS = 5_000;

class GuardedServer implements EmbeddedServer {
  url = "";
  monitorUrl: string | undefined;
  readonly storeDir: string;
  readonly #options: EmbeddedServerOptions;
  readonly #place: Place;
  readonly #keys: KeyRing;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #process: GuardedProcess | undefined;
  readonly #stopping = new AbortController();
  readonly #subjects: Subjects;
  #restarting: Promise<void> = Promise.resolve();
  #auditing: Promise<void> = Promise.resolve();
  #mending: Promise<void> = Promise.resolve();
  #reloading: Promise<void> = Promise.resolve();
  #identities: RoleIdentities | undefined;
  #administration: { readonly link: Link; readonly service: Service } | undefined;
  /** What the configuration asks for; the server may choose the port. */
  #listen: { readonly port: number; readonly monitorPort: number | undefined };

  constructor(options: EmbeddedServerOptions, place: Place, seeds: ServerSeeds) {
    this.#options = options;
    this.#place = place;
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger;
    this.storeDir = place.store;
    this.#keys = new KeyRing({
      file: this.#keysFile(),
      seeds,
      reload: () => this.#reload(),
      clock: this.#clock,
      signal: this.#stopping.signal,
      logger: this.#logger,
    });
    this.#subjects = new Subjects(options.system);
    this.#listen = { port: options.port ?? -1, monitorPort: options.hasMonitor ? -1 : undefined };
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
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
    await this.#launch();
    this.#restarting = this.#keepUp();
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
      logFile: this.#logFile(),
      clock: this.#clock,
      random: this.#options.random ?? systemRandom,
      logger: this.#logger,
      signal: this.#stopping.signal,
    });
    this.#mending = mendStoreFailures({
      logFile: this.#logFile(),
      storeDir: this.storeDir,
      pid: () => this.pid,
      restart: async () => this.#process?.end(),
      clock: this.#clock,
      logger: this.#logger,
      signal: this.#stopping.signal,
    });
    await link.nc.flush();
  }

  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return this.#restarting;
    this.#stopping.abort();
    await Promise.all([this.#auditing, this.#mending]);
    await this.#administration?.link.close();
    await this.#restarting;
    await this.#process?.stop();
    if (this.#place.isThrowaway) await rm(this.storeDir, { recursive: true, force: true });
    else await this.#place.lock.release();
  }

  /** Writes the configuration, starts the process and waits until JetStream answers. */
  async #launch(): Promise<void> {
    const { binary, store, isThrowaway } = this.#place;
    const portsDir = this.#portsDir();
    await rm(portsDir, { recursive: true, force: true }); // a killed server leaves its file behind
    await mkdir(portsDir, { recursive: true });
    await this.#writeConfig();
    this.#process = await startGuarded({
      command: binary,
      args: ["-c", this.#configFile()],
      outputFile: this.#logFile(),
      throwaway: isThrowaway ? store : undefined,
    });
    const deadlineMs = this.#clock.monotonicMs() + UP_MS;
    const ports = await this.#readPorts(join(portsDir, `nats-server_${this.#process.pid}.ports`), deadlineMs);
    this.url = ports.nats[0] ?? "";
    this.monitorUrl = ports.monitoring?.[0];
    // From now on always the same ones.
    this.#listen = {
      port: portOf(this.url),
      monitorPort: this.monitorUrl === undefined ? undefined : portOf(this.monitorUrl),
    };
    await this.#awaitJetStream(deadlineMs);
  }

  async #writeConfig(): Promise<void> {
    const { system, shards = 1, host = "127.0.0.1", syncInterval } = this.#options;
    const text = serverConfigText({
      serverName: system,
      host,
      ...this.#listen,
      storeDir: join(this.storeDir, "streams"),
      portsDir: this.#portsDir(),
      logFile: this.#logFile(),
      accounts: [...systemAccounts(this.#subjects, shards), ...(this.#identities?.accounts() ?? [])],
      publicKeys: { ...this.#keys.publicKeys, ...this.#identities?.publicKeys() },
      oldKeys: { ...this.#keys.oldKeys, ...this.#identities?.oldKeys() },
      syncInterval,
    });
    // Written aside first: the server may read the file at any moment.
    await writeFile(`${this.#configFile()}.new`, text, { mode: 0o600 });
    await rename(`${this.#configFile()}.new`, this.#configFile());
  }

  /** One after the other: each writes the whole configuration. */
  async #reload(): Promise<void> {
    const reload = this.#reloading.then(() => this.#reloadNow());
    // What one caller is told must not stop the next.
    this.#reloading = reload.catch(() => undefined);
    await reload;
  }

  async #reloadNow(): Promise<void> {
    await this.#writeConfig();
    const link = await this.#openAs("sys", "embedded/reload");
    try {
      await reloadServer(link);
    } finally {
      await link.close();
    }
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

  async #readPorts(file: string, deadlineMs: number): Promise<ServerPorts> {
    const gone = this.#process?.exited.then(() => true);
    while (this.#clock.monotonicMs() < deadlineMs && !this.#stopping.signal.aborted) {
      const ports = await readPorts(file);
      if (ports) return ports;
      if (await Promise.race([gone, this.#clock.sleep(POLL_MS)])) break;
    }
    throw new TroupeError("unavailable", `nats-server did not start:\n${await this.#lastLogLines()}`);
  }

  async #awaitJetStream(deadlineMs: number): Promise<void> {
    const link = await this.#openAs("supervisor", "embedded/start");
    try {
      while (!(await jetStreamAnswers(link))) {
        if (this.#clock.monotonicMs() > deadlineMs) {
          throw new TroupeError("unavailable", `JetStream does not answer:\n${await this.#lastLogLines()}`);
        }
        await this.#clock.sleep(POLL_MS);
      }
    } finally {
      await link.close();
    }
  }

  /** Starts the server again, on the same port and store, whenever it ends without being asked to. */
  async #keepUp(): Promise<void> {
    const { signal } = this.#stopping;
    let waitMs = 0;
    for (;;) {
      const status = await Promise.race([this.#process?.exited, aborted(signal)]);
      if (signal.aborted) return;
      this.#logger.error({ status, log: await this.#lastLogLines() }, "nats-server ended; starting it again");
      await this.#clock.sleep(waitMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      waitMs = Math.min(RESTART_MAX_MS, waitMs * 2 + 100);
      try {
        await this.#launch();
        waitMs = 0;
      } catch (error) {
        this.#logger.error({ reason: messageOf(error) }, "nats-server did not start again");
        await this.#process?.stop();
      }
    }
  }

  #keysFile(): string {
    return join(this.storeDir, KEYS_FILE);
  }
  #configFile(): string {
    return join(this.storeDir, "nats-server.conf");
  }
  #portsDir(): string {
    return join(this.storeDir, "ports");
  }
  #logFile(): string {
    return join(this.storeDir, "nats-server.log");
  }

  async #lastLogLines(): Promise<string> {
    const text = await readFile(this.#logFile(), "utf8").catch(() => "(no log)");
    return text.trimEnd().split("\n").slice(-5).join("\n");
  }
}

const portOf = (url: string): number => Number(new URL(url).port);
