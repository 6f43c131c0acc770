/** The folder of `troupe auth`: signing keys, what an issuer keeps, and under `creds` the files that the parts are given. */
import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Clock, TroupeError } from "@troupe/runtime";
import {
  formatCreds,
  IssuerStore,
  nodeCredentials,
  parseCreds,
  readSecret,
  readUserJwt,
  type SharedPart,
  type SignedCredentials,
  type SigningKeys,
  sharedPartCredentials,
  writeSecret,
} from "@troupe/runtime/internal";
import { credsName } from "../keys.ts";

export const DEFAULT_AUTH_FOLDER = "auth";
const CREDS = "creds";
export const credsFolderIn = (folder: string): string => join(folder, CREDS);

/** Whom credentials are for. */
export type Bearer = { readonly part: SharedPart } | { readonly node: string };
export const bearerName = (bearer: Bearer): string => ("node" in bearer ? `node ${bearer.node}` : bearer.part);

/** Where a bearer's file is. */
export const credsFileOf = (folder: string, bearer: Bearer): string =>
  join(credsFolderIn(folder), "node" in bearer ? credsName("node", bearer.node) : credsName(bearer.part));

export interface MadeCredentials {
  readonly name: string;
  readonly file: string;
  readonly publicKey: string;
  readonly expiresAt: string;
}

/** Makes credentials and writes their file. Throws `conflict` when there is one and it may not be replaced. */
export async function makeCredentials(
  { folder, keys, clock }: { readonly folder: string; readonly keys: SigningKeys; readonly clock: Clock },
  bearer: Bearer,
  { days, mayReplace }: { readonly days: number; readonly mayReplace: boolean },
): Promise<MadeCredentials> {
  const file = credsFileOf(folder, bearer);
  if (!mayReplace && (await isThere(file))) {
    throw new TroupeError("conflict", `${file} is there already: \`troupe auth rotate\` replaces it`);
  }
  const expiresAtS = Math.floor(clock.nowMs() / 1_000) + days * 86_400;
  const made = await sign(folder, keys, bearer, expiresAtS);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeSecret(file, formatCreds(made));
  const { publicKey } = readUserJwt(made.jwt);
  return { name: bearerName(bearer), file, publicKey, expiresAt: new Date(expiresAtS * 1_000).toISOString() };
}

function sign(folder: string, keys: SigningKeys, bearer: Bearer, expiresAtS: number): Promise<SignedCredentials> {
  if ("part" in bearer) return sharedPartCredentials(keys, bearer.part, expiresAtS);
  return nodeCredentials(keys, new IssuerStore(folder), bearer.node, expiresAtS);
}

/** What a file of credentials says of its bearer, and its seed. */
export function readCredentials(file: string) {
  const { seed, jwt } = parseCreds(readSecret(file));
  return { seed, ...readUserJwt(jwt) };
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );
