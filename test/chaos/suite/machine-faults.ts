/** What happens to the machine: no processor to be had, no room on the disk. */
import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, rm, statfs, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "@troupe/runtime";
import { BusyLoops } from "../../support/busy-loops.ts";
import type { Fault, Strike } from "./fault.ts";

const run = promisify(execFile);
const BUSY_PER_CORE = 4;
/** Room of the store: what its streams reserve, and as much again. The file that it lies in has holes. */
const STORE_BYTES = 4 * 1_024 ** 3;

const CHUNK_BYTES = 1_024 * 1_024;

/** Four processes for each core do nothing but take it. */
export const cpuStarved: Fault = {
  name: "cpu-starved",
  struck: "machine",
  holdMs: [2_000, 8_000],
  async strike(): Promise<Strike> {
    const busy = new BusyLoops(BUSY_PER_CORE);
    return { target: `${busy.count} busy processes`, heal: () => busy[Symbol.asyncDispose]() };
  },
};

export interface SmallDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Unmounts and removes it. */
  remove(): Promise<void>;
}

/** A file system of its own for the store, so that its disk can be full without the machine's being so; or why there is none. */
export async function smallDisk(): Promise<SmallDisk | { readonly reason: string }> {
  const place = await mkdtemp(join(tmpdir(), "troupe-disk-"));
  const [image, folder] = [join(place, "image"), join(place, "disk")];
  try {
    await mkdir(folder);
    await writeFile(image, "");
    await truncate(image, STORE_BYTES);
    await run("mkfs.ext4", ["-q", "-m", "0", image]);
    await run("mount", ["-o", "loop", image, folder]);
  } catch (error) {
    await rm(place, { recursive: true, force: true });
    return { reason: `a small file system cannot be mounted here (${messageOf(error).trim().split("\n").at(-1)})` };
  }
  const remove = async () => {
    await run("umount", [folder]);
    await rm(place, { recursive: true, force: true });
  };
  return { folder, remove };
}

/** The store's disk is full until it is healed. */
export const diskFull: Fault = {
  name: "disk-full",
  struck: "server",
  holdMs: [1_000, 5_000],
  async strike({ server }): Promise<Strike> {
    const ballast = join(server.storeDir, "..", "ballast");
    await fill(ballast);
    return { target: "the store's disk", heal: () => rm(ballast, { force: true }) };
  },
};

/** Takes all the room that there is: nearly all without writing it, the rest by writing until there is none. */
async function fill(file: string): Promise<void> {
  const { bavail, bsize } = await statfs(join(file, ".."));
  const most = Math.floor(bavail * bsize * 0.98);
  if (most > 0) await run("fallocate", ["-l", String(most), file]);
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    for (;;) await appendFile(file, chunk);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
