/**
 * Exclusive lock on a store directory. nats-server has none: two of them on one directory both run and both write (measured.md 3.6).
 *
 * The lock is a file with the holder's process id and start. It is created complete (by a hard link), so nobody reads half of it. A
 * holder that no longer runs is stale and is taken over.
 */
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pid } from "node:process";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import type { Random } from "../random.ts";
import { processStart } from "./process-identity.ts";

const Holder = z.object({ pid: z.int().min(1), start: z.string(), url: z.string().optional() });
/** Who holds a store, and where its server answers once it does. */
export type StoreHolder = z.infer<typeof Holder>;

export interface StoreLock {
  /** Tells others where the server answers. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

const LOCK_FILE = "lock";
const ATTEMPTS = 5;

/** Takes the lock of a directory that exists. Throws `store_in_use` with the holder when another process has it. */
export async function lockStore(storeDir: string, random: Random): Promise<StoreLock> {
  const file = join(storeDir, LOCK_FILE);
  const start = await processStart(pid);
  if (start === undefined) throw new TroupeError("invariant_violated", "cannot tell when this process started");
  const scratch = () => `${file}.${pid}-${Buffer.from(random.bytes(6)).toString("hex")}`;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await createWhole(file, { pid, start }, scratch())) return heldLock(file, { pid, start }, scratch);
    const holder = await readHolder(file);
    if (holder && (await isAlive(holder))) throw inUse(storeDir, holder);
    await removeStale(file, scratch());
  }
  throw new TroupeError("store_in_use", `${storeDir}: several processes are taking the store at this moment`);
}

/** Who holds a store now; `undefined` when nobody does. */
export async function storeHolder(storeDir: string): Promise<StoreHolder | undefined> {
  const holder = await readHolder(join(storeDir, LOCK_FILE));
  return holder && (await isAlive(holder)) ? holder : undefined;
}

function heldLock(file: string, self: StoreHolder, scratch: () => string): StoreLock {
  return {
    announce: async (url) => {
      const whole = scratch();
      await writeFile(whole, JSON.stringify({ ...self, url }), { mode: 0o600 });
      await rename(whole, file);
    },
    release: async () => {
      const holder = await readHolder(file);
      if (holder?.pid === self.pid && holder.start === self.start) await rm(file, { force: true });
    },
  };
}

async function createWhole(file: string, holder: StoreHolder, scratch: string): Promise<boolean> {
  await writeFile(scratch, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(scratch, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(scratch, { force: true });
  }
}

/** Moves a stale lock away. Somebody faster may have put a fresh one there meanwhile: that one goes back. */
async function removeStale(file: string, aside: string): Promise<void> {
  try {
    await rename(file, aside);
  } catch (error) {
    if (isCode(error, "ENOENT")) return;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved && (await isAlive(moved))) {
    await link(aside, file).catch((error: unknown) => {
      if (!isCode(error, "EEXIST")) throw error;
    });
  }
  await rm(aside, { force: true });
}

const isAlive = async (holder: StoreHolder): Promise<boolean> => (await processStart(holder.pid)) === holder.start;

/** A file that does not parse belongs to nobody. */
async function readHolder(file: string): Promise<StoreHolder | undefined> {
  try {
    return Holder.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function inUse(storeDir: string, holder: StoreHolder): TroupeError {
  const where = holder.url === undefined ? "" : `, its server answers at ${holder.url}`;
  return new TroupeError("store_in_use", `${storeDir} is held by process ${holder.pid}${where}`, {
    details: { store: storeDir, ...holder },
  });
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
