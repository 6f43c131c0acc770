/** `.troupe/run.json`: how a second terminal finds what `troupe start` runs in this folder. */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TlsSettings } from "@troupe/runtime/internal";
import { z } from "zod";

const RunFile = z.strictObject({
  v: z.literal(1),
  pid: z.int().min(1),
  system: z.string().min(1).max(64),
  nats_url: z.string().min(1).max(512),
  http_url: z.string().min(1).max(512),
  /** File or folder of the keys; absent when NATS was not started by us. */
  keys_file: z.string().max(4_096).optional(),
  /** TLS towards NATS, where it was not started by us. */
  tls: TlsSettings.optional(),
  /** The first role that clients may address. */
  door: z.string().min(1).max(64),
  model: z.enum(["offline", "live"]),
  /** Where the offline model answers, for nodes that join. */
  offline_url: z.string().max(512).optional(),
  started_at: z.string(),
});
export type RunFile = z.infer<typeof RunFile>;

/** Name of the state folder inside the working directory. */
export const STATE_FOLDER = ".troupe";

const pathOf = (folder: string) => join(folder, "run.json");

/** Writes the file so that a reader sees the old or the new one, never half of it. Mode 0600. */
export async function writeRunFile(folder: string, run: RunFile): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${pathOf(folder)}.${run.pid}`;
  await writeFile(draft, `${JSON.stringify(run, undefined, 2)}\n`, { mode: 0o600 });
  await rename(draft, pathOf(folder));
}

/** The file of a system that is still running, or `undefined`: a file left behind by a killed process counts as none. */
export async function readRunFile(folder: string, isAlive = isProcessAlive): Promise<RunFile | undefined> {
  let text: string;
  try {
    text = await readFile(pathOf(folder), "utf8");
  } catch {
    return undefined;
  }
  const parsed = RunFile.safeParse(jsonOf(text));
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined;
}

/** Removes the file, if it is still the one of this process. */
export async function removeRunFile(folder: string, pid: number): Promise<void> {
  const present = await readRunFile(folder, () => true);
  if (present?.pid === pid) await rm(pathOf(folder), { force: true });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether a process of this id runs, whoever it belongs to. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
