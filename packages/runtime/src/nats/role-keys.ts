/**
 * The folder of the roles' keys: one file a version, `<version>.json`, that only its owner may read. Whoever administers the server writes
 * it; nodes read it and give each host the seeds of the roles that it plays, and no others.
 */
import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { RevokedEdge, SystemManifest } from "../contracts/system.ts";
import { messageOf, TroupeError } from "../errors.ts";
import { isVersion, type Version } from "../ids.ts";
import { readSecret, writeSecret } from "./secret-file.ts";

/** Name of the folder, beside the file with the keys of the other users. */
const FOLDER = "role-keys";

/** Keys of one version's roles: secrets. The manifest says which rights belong to them. */
export const RoleKeys = z.strictObject({
  v: z.literal(1),
  version: z.string().refine(isVersion, "a version: v and a number"),
  manifest: SystemManifest,
  /** Edges that an operator has cut. */
  revoked: z.array(RevokedEdge).optional(),
  /** nkey seeds by role. */
  seeds: z.record(z.string(), z.string().regex(/^SU[A-Z2-7]{56}$/, "an nkey user seed")),
});
export type RoleKeys = z.infer<typeof RoleKeys>;

/** Where the roles' keys are, given the file with the keys of the other users. */
export const roleKeysFolderOf = (keysFile: string): string => join(dirname(keysFile), FOLDER);

/** Makes the folder, which is what tells nodes that roles have keys here, and reads what it holds. Throws `invalid_config`. */
export async function openRoleKeys(folder: string): Promise<readonly RoleKeys[]> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(names.map((name) => parseFile(join(folder, name))));
}

/** Keys of a version. Throws `unauthorized` when there are none (yet), `invalid_config` when the file holds something else. */
export async function readRoleKeys(folder: string, version: Version): Promise<RoleKeys> {
  const file = fileOf(folder, version);
  const keys = await parseFile(file);
  if (keys.version === version) return keys;
  throw new TroupeError("invalid_config", `${file} holds the keys of ${keys.version}`);
}

/** Stores keys whole: a crash leaves no half file behind. */
export async function writeRoleKeys(folder: string, keys: RoleKeys): Promise<void> {
  const file = fileOf(folder, keys.version);
  await writeSecret(file, `${JSON.stringify(keys, undefined, 2)}\n`);
}

export async function removeRoleKeys(folder: string, version: Version): Promise<void> {
  await rm(fileOf(folder, version), { force: true });
}

const fileOf = (folder: string, version: Version): string => join(folder, `${version}.json`);

async function parseFile(file: string): Promise<RoleKeys> {
  const text = readSecret(file);
  try {
    return RoleKeys.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new TroupeError("invalid_config", `${file} does not hold keys of roles: ${why}`, { cause });
  }
}
