import { access } from "node:fs/promises";
import { z } from "zod";
import { messageOf, TroupeError } from "../errors.ts";
import { newUserSeed, publicKeyOf } from "../nats/nkey.ts";
import { readSecret, writeSecret } from "../nats/secret-file.ts";
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
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return createSeeds(file);
  const stored = readSecret(file);
  try {
    const seeds = Seeds.parse(JSON.parse(stored));
    return seeds.tools === undefined
      ? await storeServerSeeds(file, { ...seeds, tools: newUserSeed() })
      : { ...seeds, tools: seeds.tools };
  } catch (error) {
    throw new TroupeError("invalid_config", `${file} does not hold the server's keys: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function createSeeds(file: string): Promise<ServerSeeds> {
  return storeServerSeeds(file, {
    supervisor: newUserSeed(),
    operator: newUserSeed(),
    host: newUserSeed(),
    node: newUserSeed(),
    gateway: newUserSeed(),
    client: newUserSeed(),
    tools: newUserSeed(),
    sys: newUserSeed(),
  });
}

/** Writes them whole. */
export async function storeServerSeeds(file: string, seeds: ServerSeeds): Promise<ServerSeeds> {
  await writeSecret(file, `${JSON.stringify(seeds, undefined, 2)}\n`);
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
