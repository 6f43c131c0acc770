/**
 * Exclusive lock on a store directory. nats-server has none: two of them on one directory both run and both write (measured.md 3.6).
 *
 * The lock is a chain of files that are created complete and only once (by a hard link). The first is `lock`; when its holder has died,
 * whoever creates `lock.<nonce of the dead>` first is the next holder, and so on. Nothing that a rival may have seen is ever replaced, so
 * two processes that take over the same stale lock cannot both succeed.
 */
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pid } from "node:process";
import { z } from "zod";
import { TroupeError } from "../errors.ts";
import type { Random } from "../random.ts";
import { processStart } from "./process-identity.ts";

const Holder = z.object({
  pid: z.int().min(1),
  start: z.string(),
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
  url: z.string().optional(),
});
/** Who holds a store, and where its server answers once it does. */
export type StoreHolder = z.infer<typeof Holder>;

export interface StoreLock {
  /** Tells others where the server answers. */
  announce(url: string): Promise<void>;
  release(): Promise<void>;
}

interface LinkOfChain {
  readonly file: string;
  /** `undefined` = the file does not parse, so it is nobody's. */
  readonly holder: StoreHolder | undefined;
}

const ATTEMPTS = 20;

/** Takes the lock of a directory that exists. Throws `store_in_use` with the holder when another process has it. */
export async function lockStore(storeDir: string, random: Random): Promise<StoreLock> {
  const start = await processStart(pid);
  if (start === undefined) throw new TroupeError("invariant_violated", "cannot tell when this process started");
  const self: StoreHolder = { pid, start, nonce: Buffer.from(random.bytes(8)).toString("hex") };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const chain = await readChain(storeDir);
    const last = chain.at(-1);
    if (last?.holder && (await isAlive(last.holder))) throw inUse(storeDir, last.holder);
    const file = last ? successorOf(storeDir, last) : firstFile(storeDir);
    if (!(await createWhole(file, self))) continue;
    if (await leadsTo(storeDir, file)) return heldLock([...chain.map((one) => one.file), file], self);
    // The chain was released while we read it; another one begins.
    await rm(file, { force: true });
  }
  throw new TroupeError("store_in_use", `${storeDir}: several processes are taking the store at this moment`);
}

/** Who holds a store now; `undefined` when nobody does. */
export async function storeHolder(storeDir: string): Promise<StoreHolder | undefined> {
  const holder = (await readChain(storeDir)).at(-1)?.holder;
  return holder && (await isAlive(holder)) ? holder : undefined;
}

const firstFile = (storeDir: string): string => join(storeDir, "lock");
const successorOf = (storeDir: string, dead: LinkOfChain): string =>
  join(storeDir, `lock.${dead.holder?.nonce ?? "unreadable"}`);

/** The files from `lock` to the last one, which is the only one whose holder may be alive. */
async function readChain(storeDir: string): Promise<LinkOfChain[]> {
  const chain: LinkOfChain[] = [];
  let file = firstFile(storeDir);
  while (!chain.some((one) => one.file === file)) {
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      if (isCode(error, "ENOENT")) return undefined;
      throw error;
    });
    if (text === undefined) return chain;
    const one = { file, holder: parseHolder(text) };
    chain.push(one);
    if (one.holder && (await isAlive(one.holder))) return chain;
    file = successorOf(storeDir, one);
  }
  return chain;
}

async function leadsTo(storeDir: string, file: string): Promise<boolean> {
  return (await readChain(storeDir)).at(-1)?.file === file;
}

function heldLock(chain: readonly string[], self: StoreHolder): StoreLock {
  const own = chain.at(-1) ?? "";
  return {
    announce: async (url) => {
      const whole = `${own}.${self.nonce}.new`;
      await writeFile(whole, JSON.stringify({ ...self, url }), { mode: 0o600 });
      await rename(whole, own);
    },
    release: async () => {
      // From the first on: whoever still follows the old chain finds that it no longer begins anywhere.
      for (const file of chain) await rm(file, { force: true });
    },
  };
}

/** Creates a file with its content at once; false when it exists. */
async function createWhole(file: string, holder: StoreHolder): Promise<boolean> {
  const whole = `${file}.${holder.nonce}.new`;
  await writeFile(whole, JSON.stringify(holder), { mode: 0o600 });
  try {
    await link(whole, file);
    return true;
  } catch (error) {
    if (isCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(whole, { force: true });
  }
}

const isAlive = async (holder: StoreHolder): Promise<boolean> => (await processStart(holder.pid)) === holder.start;

function parseHolder(text: string): StoreHolder | undefined {
  try {
    return Holder.parse(JSON.parse(text));
  } catch {
    return undefined; // whatever stands there, nobody of ours wrote it
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
