import { z } from "zod";
import { RevokedEdge, SystemManifest } from "../contracts/system.ts";
import { requireCompiled } from "../graph/compile.ts";
import { roleAccounts, type VersionedSystem } from "../graph/role-accounts.ts";
import { isVersion, type Version } from "../ids.ts";
import type { Account } from "../nats/account.ts";
import { publicKeyOf } from "../nats/nkey.ts";
import { nodeInboxPrefix } from "../nats/node-permissions.ts";
import { NODE_TAG, type ScopedKey } from "./claims.ts";
import { newAccountSeed } from "./signing-keys.ts";

const RoleKey = z.strictObject({
  /** Of the role's account. Nothing is signed with its own key: the operator signs the account, `signing` its users. */
  account: z.string().regex(/^A[A-Z2-7]{55}$/),
  signing: z.string().regex(/^SA[A-Z2-7]{56}$/),
});

/** What an issuer keeps of a version: what its accounts are compiled from, and the keys that sign their users. A secret. */
export const VersionKeys = z.strictObject({
  v: z.literal(1),
  version: z.string().refine(isVersion, "a version: v and a number"),
  manifest: SystemManifest,
  /** Edges that an operator has cut. */
  revoked: z.array(RevokedEdge).optional(),
  roles: z.record(z.string(), RoleKey),
});
export type VersionKeys = z.infer<typeof VersionKeys>;
export type RoleKey = z.infer<typeof RoleKey>;

/** New keys for a version's roles. */
export function newVersionKeys(version: Version, manifest: SystemManifest): VersionKeys {
  const roles = Object.keys(manifest.roles).map((role): [string, RoleKey] => [
    role,
    { account: publicKeyOf(newAccountSeed()), signing: newAccountSeed() },
  ]);
  return { v: 1, version, manifest, roles: Object.fromEntries(roles) };
}

/** An account of a role with its keys. */
export interface RoleAccount {
  readonly role: string;
  readonly key: RoleKey;
  readonly account: Account;
  /** Users of one role share its account, not their inboxes. */
  readonly scopedKey: ScopedKey;
}

/** The accounts of a version's roles, compiled as for any server. Throws `invalid_config`. */
export function roleAccountsOf(
  { version, manifest, revoked, roles }: VersionKeys,
  { subjects, shards }: Pick<VersionedSystem, "subjects" | "shards">,
): readonly RoleAccount[] {
  const system = requireCompiled(manifest);
  const accounts = roleAccounts({ subjects, shards, version, system, revoked });
  return [...system.roles.keys()].flatMap((role, index) => {
    const [account, key] = [accounts[index], roles[role]];
    if (!account || !key) return [];
    const publish = account.users[0]?.permissions?.publish ?? [];
    const permissions = { publish, subscribe: [`${nodeInboxPrefix(NODE_TAG)}.>`] };
    return [{ role, key, account, scopedKey: { publicKey: publicKeyOf(key.signing), permissions } }];
  });
}
