/** What `troupe auth show` says of the keys in a place: never a seed, unless somebody asks for it by its name. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isCreds, publicKeyOf, readSecret } from "@troupe/runtime/internal";
import { z } from "zod";
import { readCredentials } from "./auth-folder.ts";

export interface ShownKey {
  readonly name: string;
  readonly publicKey: string;
  readonly file: string;
  /** RFC 3339; absent = it does not end. */
  readonly expiresAt?: string;
  readonly seed?: string;
}

const Keys = z.record(z.string(), z.string());

/** All keys in a `keys.json`, a `.creds` file, or a folder of those. `named` = whose seed is shown too. Throws as {@link readSecret}. */
export async function shownKeys(place: string, named: string | undefined): Promise<readonly ShownKey[]> {
  const files = (await filesIn(place)) ?? [place];
  return files.flatMap((file) => keysIn(file, named));
}

function keysIn(file: string, named: string | undefined): ShownKey[] {
  const text = readSecret(file);
  if (isCreds(text)) {
    const { seed, name, publicKey, expiresAtS } = readCredentials(file);
    const end = expiresAtS === undefined ? {} : { expiresAt: new Date(expiresAtS * 1_000).toISOString() };
    return [{ name, publicKey, file, ...end, ...(name === named && { seed }) }];
  }
  return Object.entries(Keys.parse(JSON.parse(text))).map(([name, seed]) => ({
    name,
    publicKey: publicKeyOf(seed),
    file,
    ...(name === named && { seed }),
  }));
}

/** `undefined` when it is no folder. */
async function filesIn(place: string): Promise<readonly string[] | undefined> {
  const names = await readdir(place, { recursive: true }).catch(() => undefined);
  return names
    ?.filter((name) => name.endsWith(".creds"))
    .toSorted()
    .map((name) => join(place, name));
}
