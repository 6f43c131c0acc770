import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { messageOf, TroupeError } from "@troupe/runtime";
import { type Deployment, SystemManifest } from "@troupe/runtime/internal";
import { z } from "zod";

/** A system as the control plane takes it. */
export interface SystemFile {
  readonly manifest: SystemManifest;
  readonly source: Deployment["source"];
  /** Absolute path of the file that it came from. */
  readonly path: string;
}

/** Names under which a project's system file is looked for. */
const CONVENTIONAL = ["system.ts", "system.js", "system.yaml", "system.yml"];
const LOAD_LIMIT_MS = 30_000;

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

/** Reads and checks a system file. Throws `invalid_config` with every problem that it has. */
export async function loadSystemFile(path: string): Promise<SystemFile> {
  const bytes = await readSource(path);
  const sha256 = hashOf(bytes);
  if ([".yaml", ".yml"].includes(extname(path))) {
    const text = bytes.toString("utf8");
    const { loadYamlSystem } = await import("@troupe/agents/loader");
    const { manifest } = await loadYamlSystem(text, path);
    return { path, manifest, source: { type: "yaml", text, sha256 } };
  }
  return { path, manifest: await moduleManifest(path), source: { type: "module", path, sha256 } };
}

/** The file as it is now, loaded again where it has changed since; nodes take no other. Throws as {@link loadSystemFile} does. */
export async function upToDate(file: SystemFile): Promise<SystemFile> {
  return hashOf(await readSource(file.path)) === file.source.sha256 ? file : loadSystemFile(file.path);
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
  z.object({ manifest: z.unknown() }),
  z.object({ error: z.string(), details: z.record(z.string(), z.unknown()).optional() }),
]);

async function moduleManifest(path: string): Promise<SystemManifest> {
  const answer = Answer.parse(await askWorker(path));
  if ("error" in answer) {
    throw new TroupeError("invalid_config", `${path}: ${answer.error}`, { details: answer.details ?? {} });
  }
  const manifest = SystemManifest.safeParse(answer.manifest);
  if (manifest.success) return manifest.data;
  throw new TroupeError("invalid_config", `${path} exports no valid system:\n${z.prettifyError(manifest.error)}`);
}

function askWorker(path: string): Promise<unknown> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./module-worker.${extension}`, import.meta.url), {
    workerData: { url: pathToFileURL(path).href },
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
