import { readFile, rename, writeFile } from "node:fs/promises";
import { nkeys } from "@nats-io/transport-node";
import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";
import type { UserName } from "../nats/users.ts";

const Seed = z.string().regex(/^SU[A-Z2-7]{56}$/);
const Seeds = z.strictObject({
  supervisor: Seed,
  operator: Seed,
  host: Seed,
  node: Seed,
  gateway: Seed,
  client: Seed,
  // Absent in stores that are older than the account.
  tools: Seed.optional(),
  sys: Seed,
});
/** nkey seeds by user: secrets. */
export type ServerSeeds = Readonly<Record<UserName, string>>;

/**
 * The seeds kept in a file that only its owner may read; made on first use, so that clients who know them survive a restart.
 * Throws `invalid_config` when the file holds something else.
 */
export async function loadServerSeeds(file: string): Promise<ServerSeeds> {
  const stored = await readFile(file, "utf8").catch(() => undefined);
  if (stored === undefined) return createSeeds(file);
  try {
    const seeds = Seeds.parse(JSON.parse(stored));
    return seeds.tools === undefined
      ? await writeSeeds(file, { ...seeds, tools: newSeed() })
      : { ...seeds, tools: seeds.tools };
  } catch (error) {
    throw new TroupeError("invalid_config", `${file} does not hold the server's keys: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A new nkey seed of a user: a secret. */
export const newSeed = (): string => new TextDecoder().decode(nkeys.createUser().getSeed());

async function createSeeds(file: string): Promise<ServerSeeds> {
  return writeSeeds(file, {
    supervisor: newSeed(),
    operator: newSeed(),
    host: newSeed(),
    node: newSeed(),
    gateway: newSeed(),
    client: newSeed(),
    tools: newSeed(),
    sys: newSeed(),
  });
}

async function writeSeeds(file: string, seeds: ServerSeeds): Promise<ServerSeeds> {
  // Written aside first: a crash must not leave half a file behind.
  await writeFile(`${file}.new`, `${JSON.stringify(seeds, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return seeds;
}

/** Public keys of the users: what the server's configuration holds. */
export function publicKeysOf(seeds: ServerSeeds): Record<UserName, string> {
  const { supervisor, operator, host, node, gateway, client, tools, sys } = seeds;
  return {
    supervisor: publicKeyOf(supervisor),
    operator: publicKeyOf(operator),
    host: publicKeyOf(host),
    node: publicKeyOf(node),
    gateway: publicKeyOf(gateway),
    client: publicKeyOf(client),
    tools: publicKeyOf(tools),
    sys: publicKeyOf(sys),
  };
}

/** Public key of a seed. */
export const publicKeyOf = (seed: string): string => nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey();
