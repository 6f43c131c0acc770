import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { getuid } from "node:process";
import { isExposed } from "@troupe/runtime/internal";
import { type Check, type Finding, failed, ok, skipped } from "./check.ts";

/** A file whose text is nobody else's business. */
export interface SecretFile {
  readonly path: string;
  readonly mode: number;
  readonly isOwn: boolean;
}

/** Judges who may read them. Pure. */
export function judgeModes(files: readonly SecretFile[]): Finding {
  if (files.length === 0) return skipped("no files of keys on this machine");
  const exposed = files.filter(({ mode, isOwn }) => isExposed(mode, isOwn));
  if (exposed.length === 0) return ok(`${files.length} files of keys and logs, for their owner only`);
  const shown = exposed.map(({ path, mode }) => `${path} (${(mode & 0o777).toString(8).padStart(4, "0")})`);
  return failed(`others can read ${shown.join(", ")}`, {
    why: "whoever reads a key signs in with its rights; logs of the server name subjects and users",
    remedy: `chmod 600 ${exposed.map(({ path }) => path).join(" ")}; if others had access, troupe auth rotate as well`,
  });
}

/** What is secret by its kind, or tells of what others do. */
const SECRET = /(?:\.(?:json|creds|seed|key|pem|log)|\.conf)$/;
const DEPTH = 3;
/** The server's own data; who may enter the folder above it is what counts there. */
const STREAMS = "streams";

async function filesUnder(folder: string, depth: number): Promise<readonly SecretFile[]> {
  const found: SecretFile[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 1 && entry.name !== STREAMS) found.push(...(await filesUnder(path, depth - 1)));
    else if (entry.isFile() && SECRET.test(entry.name)) found.push(await secretFile(path));
  }
  return found;
}

async function secretFile(path: string): Promise<SecretFile> {
  const { mode, uid } = await stat(path);
  return { path, mode, isOwn: uid === getuid?.() };
}

/** Modes of the files of keys, and of what lies beside them where they lie in a store or a folder of keys. */
export function modesCheck(keysFile: string | undefined): Check {
  return {
    name: "key files",
    run: async () => {
      if (keysFile === undefined) return judgeModes([]);
      const isFolder = (await stat(keysFile)).isDirectory();
      if (!isFolder && !keysFile.endsWith("/keys.json")) return judgeModes([await secretFile(keysFile)]);
      return judgeModes(await filesUnder(isFolder ? keysFile : dirname(keysFile), DEPTH));
    },
  };
}
