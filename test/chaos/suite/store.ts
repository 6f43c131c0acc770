/** Where the system under fault keeps what it knows: one nats-server as `troupe start` brings it, or three as operators run them. */
import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Credentials } from "@troupe/runtime";
import { createLogger, type LinkOptions, PLACE_OF_USER, startEmbeddedServer } from "@troupe/runtime/internal";

/** One nats-server. When it dies it is started again on its own part of the store. */
export interface StoreServer {
  readonly name: string;
  /** 0 while it is not running. */
  readonly pid: number;
}

/** How a supervisor is started. */
interface SupervisorProcess {
  /** The module to run; absent = the CLI. */
  readonly main?: string;
  readonly args: readonly string[];
}

/** The parts that sign in with a file, besides nodes, which are named. */
export type Bearer = "gateway" | "operator" | { readonly node: string };

export interface Store extends AsyncDisposable {
  readonly servers: readonly StoreServer[];
  /** Addresses of all servers, past every proxy. */
  readonly urls: readonly string[];
  /** Where the next connection of a part goes. */
  target(): URL;
  /** Arguments of a command, or of a part, by which it signs in. */
  keysOf(bearer: Bearer): readonly string[];
  supervisor(id: string): SupervisorProcess;
  /** How a link of the suite signs in, all rights or those of a user. */
  signIn(user: "supervisor" | "client"): Omit<LinkOptions, "servers" | "name" | "logger">;
  /** What a client signs in with; absent = nothing. */
  readonly clientCredentials: (() => Credentials) | undefined;
  /** Folder of it all. */
  readonly folder: string;
  /** Resolves when every server has everything. */
  isWhole(limitMs: number): Promise<void>;
  log(): string;
}

const SUPERVISOR_MAIN = fileURLToPath(import.meta.resolve("@troupe/supervisor/main"));
export const storeLogger = createLogger({ name: "chaos", level: "error" });

/** One server with keys of its own, in this folder, or in one that is removed at the end. */
export async function embeddedStore(system: string, storeDir: string | undefined): Promise<Store> {
  const server = await startEmbeddedServer({ system, storeDir, env: process.env, logger: storeLogger });
  const keys = ["--keys", join(server.storeDir, "keys.json")];
  const seed = server.seedOf("supervisor");
  return {
    servers: [
      {
        name: "nats-server",
        get pid() {
          return server.pid;
        },
      },
    ],
    urls: [server.url],
    target: () => new URL(server.url),
    keysOf: () => keys,
    supervisor: (id) => ({ main: SUPERVISOR_MAIN, args: ["--seed", seed, "--id", id] }),
    signIn: (user) => ({ ...PLACE_OF_USER[user], ...(user === "supervisor" && { seed }) }),
    clientCredentials: undefined,
    folder: server.storeDir,
    isWhole: () => Promise.resolve(),
    log: () => readFileSync(join(server.storeDir, "nats-server.log"), "utf8"),
    async [Symbol.asyncDispose]() {
      await server.stop();
      if (storeDir !== undefined) await rm(storeDir, { recursive: true, force: true });
    },
  };
}
