/** How a part of the system, or a command, signs in to NATS: with keys of a JSON file, with `.creds` files, or as nobody. */
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf, TroupeError } from "@troupe/runtime";
import {
  type Credentials,
  isCreds,
  type LinkOptions,
  nodeInboxPrefix,
  nodeOfUser,
  PLACE_OF_USER,
  parseCreds,
  readSecret,
  readUserJwt,
  roleKeysFolderOf,
  type TlsSettings,
  USERS,
  type UserName,
} from "@troupe/runtime/internal";
import { z } from "zod";

/** nkey seeds by user, as a file holds them: all users on the machine that made them, fewer where fewer are needed. */
const KeysFile = z.partialRecord(z.enum(USERS), z.string().regex(/^SU[A-Z2-7]{56}$/, "an nkey user seed"));

/** How a link signs in, what its account sees, and how it gets there. */
export type SignIn = Pick<LinkOptions, "credentials" | "seed" | "apiPrefix" | "inboxPrefix" | "tls">;

/** Gives each user its way to sign in; `node` is the name of the node, for the user `node`. */
export type SignInOf = (user: UserName, node?: string) => SignIn;

/** Where keys are, and what the way to NATS asks for. */
export interface KeysPlace {
  /** `keys.json`, a `.creds` file, or a folder of `.creds` files; absent = nobody has keys. */
  readonly keysFile: string | undefined;
  readonly tls?: TlsSettings | undefined;
}

/**
 * Reads keys. Without any every user signs in anonymously, which suits a NATS server that has one account for all, and a client anywhere.
 * Files are read again at every connect, so that keys may be replaced. Throws `unauthorized` for a file that cannot be read, and for a user
 * whose key is not there; `invalid_config` for a file that others can read.
 */
export async function loadKeys({ keysFile, tls }: KeysPlace): Promise<SignInOf> {
  const transport = tls === undefined ? {} : { tls };
  if (keysFile === undefined) return () => transport;
  const isOfFolder = await isFolder(keysFile);
  return (user, node) => {
    const file = isOfFolder ? join(keysFile, credsName(user, node)) : keysFile;
    const credentials = () => credentialsIn(file, user);
    return { ...transport, ...placeOf(user, credentials(), file), credentials };
  };
}

/** The file that `--keys` means: itself, or `keys.json` in the folder that it names, where there is one. */
export async function keysFileAt(path: string): Promise<string> {
  const inFolder = join(path, "keys.json");
  return (await isFile(inFolder)) ? inFolder : path;
}

/**
 * Where a node has the keys of its roles: in the folder beside the file of the other keys, or from an issuer, where it signs in with
 * credentials of its own. `undefined`: all roles sign in as the one user `host`, and the server does not check the graph.
 */
export async function findRoleKeys(
  keysFile: string | undefined,
): Promise<{ readonly folder: string } | "issued" | undefined> {
  if (keysFile === undefined) return undefined;
  if ((await isFolder(keysFile)) || isCreds(readSecret(keysFile))) return "issued";
  const folder = roleKeysFolderOf(keysFile);
  return (await isFolder(folder)) ? { folder } : undefined;
}

/** The node that a `.creds` file belongs to; `undefined` when the keys are of another kind. */
export async function nodeNameIn(keysFile: string | undefined): Promise<string | undefined> {
  if (keysFile === undefined || (await isFolder(keysFile))) return undefined;
  const text = readSecret(keysFile);
  if (!isCreds(text)) return undefined;
  return nodeOfUser(readUserJwt(parseCreds(text).jwt).name);
}

const NODES = "nodes";
/** Name of a user's file in a folder of credentials: `gateway.creds`, `nodes/web-1.creds`. */
export const credsName = (user: string, node?: string): string =>
  node === undefined ? `${user}.creds` : join(NODES, `${node}.creds`);

function credentialsIn(file: string, user: UserName): Credentials {
  const text = readSecret(file);
  if (isCreds(text)) return parseCreds(text);
  const seed = parsedKeys(text, file)[user];
  if (seed === undefined) throw new TroupeError("unauthorized", `${file} holds no key of user ${user}`);
  return { seed };
}

/** What the user's account sees. A JWT says whose it is; the server checks it, here it only keeps files from being mixed up. */
function placeOf(user: UserName, { jwt }: Credentials, file: string): Pick<SignIn, "apiPrefix" | "inboxPrefix"> {
  const { apiPrefix, inboxPrefix } = PLACE_OF_USER[user];
  if (jwt === undefined) return { apiPrefix, inboxPrefix };
  const { name } = readUserJwt(jwt);
  const node = nodeOfUser(name);
  if ((node === undefined ? name : "node") !== user) {
    throw new TroupeError("unauthorized", `${basename(file)} holds the credentials of ${name}, not of ${user}`);
  }
  return { apiPrefix, inboxPrefix: node === undefined ? inboxPrefix : nodeInboxPrefix(node) };
}

function parsedKeys(text: string, file: string): z.infer<typeof KeysFile> {
  try {
    return KeysFile.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw new TroupeError("unauthorized", `the keys in ${file} cannot be read: ${why}`, { cause });
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
