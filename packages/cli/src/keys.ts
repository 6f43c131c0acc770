import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, TroupeError } from "@troupe/runtime";
import { PLACE_OF_USER, roleKeysFolderOf, USERS, type UserName } from "@troupe/runtime/internal";
import { z } from "zod";

/** nkey seeds by user, as a file holds them: all users on the machine that made them, fewer where fewer are needed. */
const KeysFile = z.partialRecord(z.enum(USERS), z.string().regex(/^SU[A-Z2-7]{56}$/, "an nkey user seed"));

/** How a link signs in, and what its account sees. */
export interface SignIn {
  readonly seed?: string;
  readonly apiPrefix?: string;
  readonly inboxPrefix?: string;
}

/** Gives each user its way to sign in. */
export type SignInOf = (user: UserName) => SignIn;

/**
 * Reads a file of keys. Without a file every user signs in anonymously, which suits a NATS server that has one account for all, and a
 * client anywhere. Throws `unauthorized` for a file that cannot be read, and for a user whose key it does not hold.
 */
export async function loadKeys(file: string | undefined): Promise<SignInOf> {
  if (file === undefined) return () => ({});
  const keys = await readKeys(file);
  return (user) => {
    const seed = keys[user];
    if (seed === undefined) throw new TroupeError("unauthorized", `${file} holds no key of user ${user}`);
    const { apiPrefix, inboxPrefix } = PLACE_OF_USER[user];
    return { seed, apiPrefix, inboxPrefix };
  };
}

/** The file that `--keys` means: itself, or `keys.json` in the folder that it names. */
export async function keysFileAt(path: string): Promise<string> {
  return (await isFolder(path)) ? join(path, "keys.json") : path;
}

/**
 * Folder with the keys of the roles, beside the file of the other keys; `undefined` when there is none: then all roles sign in as the one
 * user `host`, and the server does not check the graph.
 */
export async function findRoleKeys(keysFile: string | undefined): Promise<string | undefined> {
  if (keysFile === undefined) return undefined;
  const folder = roleKeysFolderOf(keysFile);
  return (await isFolder(folder)) ? folder : undefined;
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function readKeys(file: string): Promise<z.infer<typeof KeysFile>> {
  try {
    return KeysFile.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new TroupeError("unauthorized", `the keys in ${file} cannot be read: ${why}`, { cause });
  }
}
