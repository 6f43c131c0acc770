/** Everything that `troupe start` runs on one machine: NATS, offline model, supervisor, gateway, nodes. Made in order, ended in reverse. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startOfflineModel } from "@troupe/agents";
import { loadGuardSettings, loadRequiredParts } from "@troupe/gateway/internal";
import { type Clock, messageOf, type Random } from "@troupe/runtime";
import { keyRingFileOf, type Logger, startEmbeddedServer, type TlsSettings, traceDoor } from "@troupe/runtime/internal";
import type { Supervisor } from "@troupe/supervisor";
import { loadEnvironment } from "../config/load.ts";
import { ensureKeyRing, keyRingPlace } from "../encryption/key-ring-place.ts";
import { findRoleKeys, loadKeys } from "../keys.ts";
import { fileLogger } from "../log-file.ts";
import { startGateway, startSupervisor } from "../parts.ts";
import { type NodeCrew, startNodeCrew } from "./node-crew.ts";

export interface LocalSystemOptions {
  readonly system: string;
  /** Folder for logs and, without `isInMemory`, the store. */
  readonly folder: string;
  /** Use this server and start none. */
  readonly natsUrl: string | undefined;
  readonly keysFile: string | undefined;
  /** With `natsUrl`: TLS towards it. */
  readonly tls: TlsSettings | undefined;
  /** Throw the store away at the end. */
  readonly isInMemory: boolean;
  /** Each record is on the disk of the server that is started before it is acknowledged; slower. */
  readonly isSynced: boolean;
  /** Weak settings that are meant; its nodes judge theirs by themselves. */
  readonly allowedWeak: readonly string[];
  readonly natsPort: number | undefined;
  readonly httpPort: number;
  readonly nodes: number;
  readonly model: "offline" | "live";
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly random: Random;
  /** Something that a person should know: a fetch, a node that died. */
  readonly remark: (text: string) => void;
}

export interface LocalSystem {
  readonly natsUrl: string;
  readonly httpUrl: string;
  readonly keysFile: string | undefined;
  readonly tls: TlsSettings | undefined;
  /** Of the offline model, where it is used. */
  readonly offlineUrl: string | undefined;
  readonly crew: NodeCrew;
  /** Ends when a part that it cannot do without has ended by itself; resolves with the reason. */
  readonly broken: Promise<string>;
}

const NODE_STOP_MS = 5_000;
/** Slow enough to see the words come, fast enough not to wait for them. */
const READABLE_PACE = { firstTokenMs: 60, tokenMs: 8 };

/** Starts the system. Each part is put on `stack`, which ends them in reverse order, also when a later one does not start. */
export async function startLocalSystem(options: LocalSystemOptions, stack: AsyncDisposableStack): Promise<LocalSystem> {
  await mkdir(join(options.folder, "logs"), { recursive: true, mode: 0o700 });
  const logger = fileLogger("start", join(options.folder, "logs", "troupe.log"), options.env);
  const env = await modelEnvironment(options, logger, stack);
  const { natsUrl, keysFile } = await natsServer(options, logger, stack);
  if ((await findRoleKeys(keysFile)) === undefined)
    options.remark(
      "No keys of roles: all roles share one NATS user, and the server does not check the graph between them.",
    );
  const settings = {
    servers: natsUrl,
    system: options.system,
    signInOf: await loadKeys({ keysFile, tls: options.tls }),
    keysFile,
    clock: options.clock,
    random: options.random,
    logger,
  };
  const supervisor = await startSupervisor(settings);
  stack.defer(() => supervisor.stop());
  const tracing = await traceDoor(env, options.system, logger);
  if (tracing) stack.defer(() => tracing.close());
  const gateway = await startGateway({
    ...settings,
    encryptionKeysFile: await encryptionKeys(options, env, keysFile),
    tracer: tracing?.tracer,
    httpPort: options.httpPort,
    guard: await loadGuardSettings(env),
    requiredParts: loadRequiredParts(env),
  });
  stack.defer(() => gateway.stop());
  const crew = startNodes(options, env, nodeArguments(natsUrl, keysFile, options));
  stack.defer(() => crew.stop(NODE_STOP_MS));
  return {
    natsUrl,
    httpUrl: gateway.url,
    keysFile,
    tls: options.tls,
    offlineUrl: env["TROUPE_OFFLINE_URL"],
    crew,
    broken: endOf(supervisor),
  };
}

const endOf = ({ done }: Supervisor): Promise<string> =>
  done.then(
    () => "the supervisor has ended",
    (error: unknown) => `the supervisor could not go on: ${messageOf(error)}`,
  );

/** What the nodes' environment says about models; starts the offline model where that is wanted. */
async function modelEnvironment(
  options: LocalSystemOptions,
  logger: Logger,
  stack: AsyncDisposableStack,
): Promise<NodeJS.ProcessEnv> {
  if (options.model === "live") return { ...options.env, TROUPE_MODEL_MODE: "live", TROUPE_OFFLINE_URL: undefined };
  const offline = await startOfflineModel({ logger, clock: options.clock, pace: READABLE_PACE });
  stack.defer(() => offline.close());
  return { ...options.env, TROUPE_MODEL_MODE: "offline", TROUPE_OFFLINE_URL: offline.url };
}

async function natsServer(
  options: LocalSystemOptions,
  logger: Logger,
  stack: AsyncDisposableStack,
): Promise<{ readonly natsUrl: string; readonly keysFile: string | undefined }> {
  if (options.natsUrl !== undefined) return { natsUrl: options.natsUrl, keysFile: options.keysFile };
  const server = await startEmbeddedServer({
    system: options.system,
    storeDir: options.isInMemory ? undefined : join(options.folder, "nats"),
    ...(options.natsPort === undefined ? {} : { port: options.natsPort }),
    ...(options.isSynced ? { syncInterval: "always" } : {}),
    env: options.env,
    progress: options.remark,
    logger,
    clock: options.clock,
    random: options.random,
  });
  stack.defer(() => server.stop());
  return { natsUrl: server.url, keysFile: join(server.storeDir, "keys.json") };
}

/** The same for the nodes, whatever their environment says. */
function tlsArguments({ ca, cert, key, isFirst }: TlsSettings = {}): readonly string[] {
  const files = [
    ["--tls-ca", ca],
    ["--tls-cert", cert],
    ["--tls-key", key],
  ] as const;
  return [
    ...files.flatMap(([flag, file]) => (file === undefined ? [] : [flag, file])),
    ...(isFirst ? ["--tls-first"] : []),
  ];
}

function nodeArguments(
  natsUrl: string,
  keysFile: string | undefined,
  { system, tls, allowedWeak }: LocalSystemOptions,
): readonly string[] {
  const keys = keysFile === undefined ? [] : ["--keys", keysFile];
  const weak = allowedWeak.flatMap((name) => ["--allow-weak", name]);
  return ["--nats", natsUrl, "--system", system, ...keys, ...tlsArguments(tls), ...weak];
}

/** A ring that somebody named has to be there; beside the keys of a server of our own it is our own as well. */
async function encryptionKeys(
  options: LocalSystemOptions,
  env: NodeJS.ProcessEnv,
  keysFile: string | undefined,
): Promise<string | undefined> {
  if (keysFile !== undefined && options.natsUrl === undefined) await ensureKeyRing(keyRingFileOf(keysFile), options);
  return keyRingPlace(loadEnvironment(env), keysFile);
}

function startNodes(options: LocalSystemOptions, env: NodeJS.ProcessEnv, args: readonly string[]): NodeCrew {
  return startNodeCrew({
    names: Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`),
    clock: options.clock,
    settingsOf: (name) => ({
      args,
      // Two nodes cannot serve figures at one address, or write one file.
      env: { ...env, TROUPE_METRICS: undefined, TROUPE_LOG_FILE: undefined },
      logFile: join(options.folder, "logs", `${name}.log`),
    }),
    remark: options.remark,
  });
}
