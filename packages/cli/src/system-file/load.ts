import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { basename, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { messageOf, TroupeError } from "@troupe/runtime";
import { type Deployment, SystemManifest } from "@troupe/runtime/internal";
import { z } from "zod";

/** A system as the control plane takes it. */
export interface SystemFile {
  readonly manifest: SystemManifest;
  readonly source: Deployment["source"];
  /** What `source` names, where that is a bundle. */
  readonly code: Uint8Array | undefined;
  /** Absolute path of the file that it came from. */
  readonly path: string;
  /** Hashes of the files that it was made of, by absolute path; packages apart. */
  readonly files: ReadonlyMap<string, string>;
}

/** Names under which a project's system file is looked for. */
const CONVENTIONAL = ["system.ts", "system.js", "system.yaml", "system.yml"];
const LOAD_LIMIT_MS = 60_000;

/** The reference system that ships with Troupe. */
export const referenceSystemPath = (): string => fileURLToPath(import.meta.resolve("@troupe/agents/reference"));

/** The file that was named, else the folder's own system file, else the reference system. */
export async function chooseSystemFile(given: string | undefined, cwd: string): Promise<string> {
  if (given !== undefined) return resolve(cwd, given);
  for (const name of CONVENTIONAL) {
    const path = join(cwd, name);
    if (await isReadable(path)) return path;
  }
  return referenceSystemPath();
}

/**
 * Reads and checks a system file; one with code becomes a bundle, which is kept in `folder`. Throws `invalid_config` with every problem that
 * it has.
 */
export async function loadSystemFile(path: string, folder: string): Promise<SystemFile> {
  if (![".yaml", ".yml"].includes(extname(path))) return loadModule(path, folder);
  const bytes = await readSource(path);
  const text = bytes.toString("utf8");
  const { loadYamlSystem } = await import("@troupe/agents/loader");
  const { manifest } = await loadYamlSystem(text, path);
  const sha256 = hashOf(bytes);
  return { path, manifest, source: { type: "yaml", text, sha256 }, code: undefined, files: new Map([[path, sha256]]) };
}

/** The file as it is now, loaded again where it, or one that it imports, has changed since. Throws as {@link loadSystemFile} does. */
export async function upToDate(file: SystemFile, folder: string): Promise<SystemFile> {
  for (const [path, sha256] of file.files) {
    const isSame = await readSource(path).then(
      (bytes) => hashOf(bytes) === sha256,
      () => false,
    );
    if (!isSame) return loadSystemFile(file.path, folder);
  }
  return file;
}

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

async function readSource(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TroupeError("invalid_config", `system file ${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

const Answer = z.union([
  z.object({
    manifest: z.unknown(),
    sha256: z.string(),
    code: z.instanceof(Uint8Array),
    external: z.array(z.string()),
    files: z.array(z.string()),
  }),
  z.object({ error: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
]);

async function loadModule(path: string, folder: string): Promise<SystemFile> {
  // One that is not there is said to be so.
  await readSource(path);
  const answer = Answer.parse(await askWorker(path, folder));
  if ("error" in answer) {
    const message = answer.error.startsWith(path) ? answer.error : `${path}: ${answer.error}`;
    throw new TroupeError("invalid_config", message, { details: answer.details ?? {} });
  }
  const manifest = SystemManifest.safeParse(answer.manifest);
  if (!manifest.success) {
    throw new TroupeError("invalid_config", `${path} exports no valid system:\n${z.prettifyError(manifest.error)}`);
  }
  const { sha256, code, external } = answer;
  const files = await Promise.all(answer.files.map(async (file) => [file, hashOf(await readSource(file))] as const));
  const source = { type: "bundle", sha256, bytes: code.length, file: basename(path), external } as const;
  return { path, manifest: manifest.data, source, code, files: new Map(files) };
}

function askWorker(path: string, folder: string): Promise<unknown> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./module-worker.${extension}`, import.meta.url), {
    workerData: { path, folder },
    stdout: true,
    stderr: true,
  });
  const { promise, resolve: done, reject } = Promise.withResolvers<unknown>();
  const fail = (why: string) => reject(new TroupeError("invalid_config", `${path} ${why}`));
  const limit = setTimeout(() => fail(`did not finish loading within ${LOAD_LIMIT_MS / 1_000} s`), LOAD_LIMIT_MS);
  worker.once("message", done);
  worker.once("error", (error) => fail(`does not load: ${messageOf(error)}`));
  worker.once("exit", () => fail("ended the process while it was loaded"));
  return promise.finally(() => {
    clearTimeout(limit);
    void worker.terminate();
  });
}

async function isReadable(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
