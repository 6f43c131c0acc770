/** Credentials of the parts of a system, made by whoever has the signing keys: files that those parts are given. */
import { requireNodeName } from "../contracts/names.ts";
import { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import { systemAccounts } from "../nats/accounts.ts";
import type { SignedCredentials } from "../nats/credentials.ts";
import { newUserSeed, publicKeyOf } from "../nats/nkey.ts";
import { nodeInboxPrefix } from "../nats/node-permissions.ts";
import { PLACE_OF_USER } from "../nats/users.ts";
import type { IssuerStore } from "./issuer-store.ts";
import { Signer } from "./signer.ts";
import type { SigningKeys } from "./signing-keys.ts";
import type { VersionKeys } from "./version-keys.ts";

/** Parts that any number of processes may be, all with the same rights. */
export const SHARED_PARTS = ["supervisor", "operator", "gateway", "client", "tools"] as const;
export type SharedPart = (typeof SHARED_PARTS)[number];

const NODE_USER = "node/";
/** Name of a node's own user: `node/web-1`. */
export const nodeUserName = (node: string): string => `${NODE_USER}${node}`;
/** The node that a user's name belongs to; `undefined` for every other user. */
export const nodeOfUser = (user: string): string | undefined =>
  user.startsWith(NODE_USER) ? user.slice(NODE_USER.length) : undefined;

/** Makes credentials of a part, good until then (seconds since 1970). */
export async function sharedPartCredentials(
  keys: SigningKeys,
  part: SharedPart,
  expiresAtS: number,
): Promise<SignedCredentials> {
  const { account } = PLACE_OF_USER[part];
  const definition = systemAccounts(new Subjects(keys.system), keys.shards).find(({ name }) => name === account);
  const permissions = definition?.users.find(({ name }) => name === part)?.permissions;
  return signed((publicKey) =>
    new Signer(keys).systemUser(account, { name: part, publicKey, expiresAtS }, permissions),
  );
}

/** Makes a node's own identity, and notes it so that it can be taken away. Throws `invalid_id`. */
export async function nodeCredentials(
  keys: SigningKeys,
  store: IssuerStore,
  name: string,
  expiresAtS: number,
): Promise<SignedCredentials> {
  const node = requireNodeName(name);
  const signer = new Signer(keys);
  return signed(async (publicKey) => {
    await store.addNodeIdentity({ node, account: "NODE", publicKey, expiresAtS });
    const bearer = { name: nodeUserName(node), publicKey, expiresAtS };
    return signer.nodeUser(signer.publicKeyOf("NODE"), keys.nodes, node, bearer);
  });
}

/** Makes credentials of a role for a node; `version` is what the issuer keeps of it. Throws `unknown_role`. */
export async function roleCredentials(
  keys: SigningKeys,
  version: VersionKeys,
  role: string,
  node: string,
  expiresAtS: number,
): Promise<SignedCredentials & { readonly inboxPrefix: string }> {
  const key = version.roles[role];
  if (!key) throw new TroupeError("unknown_role", `${version.version} has no role ${role}`);
  const name = roleUserAt(version.version, role, node);
  const credentials = await signed((publicKey) =>
    new Signer(keys).nodeUser(key.account, key.signing, node, { name, publicKey, expiresAtS }),
  );
  return { ...credentials, inboxPrefix: nodeInboxPrefix(node) };
}

/** Name of a role's user on one node: `v7/developer@web-1`. */
export const roleUserAt = (version: string, role: string, node: string): string => `${version}/${role}@${node}`;

async function signed(sign: (publicKey: string) => Promise<string>): Promise<SignedCredentials> {
  const seed = newUserSeed();
  return { seed, jwt: await sign(publicKeyOf(seed)) };
}
