import { readFile } from "node:fs/promises";
import { messageOf, TroupeError } from "@troupe/runtime";
import { createLogger, type Link, openLink } from "@troupe/runtime/internal";
import { type Address, type AddressFlags, findAddress } from "./address.ts";
import type { Scope } from "./cli.ts";
import { loadKeys, type SignIn } from "./keys.ts";

/** A connection to the running system, and where it is. */
export interface Reached {
  readonly link: Link;
  readonly address: Address;
}

/** As whom a command talks to the system: what changes it needs the operator's key. */
export type Caller = "client" | "operator";

/** Finds the system, connects, runs `use`, and closes the connection whatever happens. */
export async function reach<T>(
  scope: Scope,
  flags: AddressFlags,
  caller: Caller,
  use: (reached: Reached) => Promise<T>,
): Promise<T> {
  const address = await findAddress(flags, scope.environment, scope.cwd);
  const link = await openLink({
    servers: address.natsUrl,
    name: `cli/${scope.pid}`,
    ...(await signIn(address, caller)),
    firstConnectMs: 3_000,
    logger: createLogger({ name: "cli", level: "silent" }),
  });
  try {
    return await use({ link, address });
  } finally {
    await link.close();
  }
}

/** A client is anonymous unless its keys or its NATS context say otherwise; the keys of a local system are the operator's. */
export async function signIn(address: Address, caller: Caller): Promise<SignIn> {
  if (address.contextSeedFile !== undefined)
    return { seed: await readSeed(address.contextSeedFile), ...(address.tls && { tls: address.tls }) };
  return (await loadKeys(address))(caller);
}

async function readSeed(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (cause) {
    throw new TroupeError("unauthorized", `the seed file ${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}
