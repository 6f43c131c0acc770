/** What happens to the machine: no processor to be had, no room on the disk. */
import { execFile } from "node:child_process";
import { appendFile, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as timer } from "node:timers/promises";
import { promisify } from "node:util";
import { BusyLoops } from "../../support/busy-loops.ts";
import type { Fault, Strike } from "./fault.ts";

const run = promisify(execFile);
const BUSY_PER_CORE = 4;
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

/** The store's disk is full until it is healed. */
export const diskFull: Fault = {
  name: "disk-full",
  struck: "server",
  holdMs: [1_000, 5_000],
  needs: "small-disk",
  async strike({ store }): Promise<Strike> {
    const ballast = join(store.folder, "..", "ballast");
    await fill(ballast);
    return { target: "the store's disk", heal: () => rm(ballast, { force: true }) };
  },
};

/** The store's disk takes nothing for a while, again and again: half of the time whoever writes to it waits. */
export const diskSlow: Fault = {
  name: "disk-slow",
  struck: "server",
  holdMs: [3_000, 8_000],
  needs: "small-disk",
  async strike({ store }): Promise<Strike> {
    const folder = join(store.folder, "..");
    const healed = new AbortController();
    const slowed = slowDown(folder, healed.signal);
    return {
      target: "the store's disk",
      async heal() {
        healed.abort();
        await slowed;
      },
      unseen: async () => ((await slowed) >= STANDS_MS ? undefined : "nobody had to wait for the disk"),
    };
  },
};

/** How long the disk stands still at a time, and then does not. */
const STANDS_MS = 300;

/** Resolves when it is healed, with the longest time that somebody waited who wrote to it. */
async function slowDown(folder: string, healed: AbortSignal): Promise<number> {
  let longestMs = 0;
  while (!healed.aborted) {
    await run("fsfreeze", ["--freeze", folder]);
    const beganMs = performance.now();
    const written = writeFile(join(folder, "waiting"), "x");
    await timer(STANDS_MS);
    await run("fsfreeze", ["--unfreeze", folder]);
    await written;
    longestMs = Math.max(longestMs, performance.now() - beganMs);
    await timer(STANDS_MS);
  }
  return longestMs;
}

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
