/** The system's own accounts and users as JWTs, and who of them may do what. */
import { Subjects } from "../contracts/subjects.ts";
import { TroupeError } from "../errors.ts";
import type { Account, Permissions } from "../nats/account.ts";
import { systemAccounts } from "../nats/accounts.ts";
import { CORE_API_PREFIX } from "../nats/api-prefix.ts";
import { publicKeyOf } from "../nats/nkey.ts";
import { nodePermissions } from "../nats/node-permissions.ts";
import type { AccountName } from "../nats/users.ts";
import { type AccountExtras, NODE_TAG } from "./claims.ts";
import { EMPTY_LEDGER, type Ledger, revocationsOf } from "./ledger.ts";
import type { SignedAccount, Signer } from "./signer.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** Signs one of the system's own accounts. */
export function signSystemAccount(
  keys: SigningKeys,
  signer: Signer,
  name: AccountName,
  ledger: Ledger = EMPTY_LEDGER,
): Promise<SignedAccount> {
  const subjects = new Subjects(keys.system);
  const account = systemAccounts(subjects, keys.shards).find((one) => one.name === name);
  if (!account) throw new TroupeError("invariant_violated", `no account ${name}`);
  const extras = { revocations: revocationsOf(ledger, name), ...scopeOf(keys, subjects, account) };
  return signer.account(account, signer.publicKeyOf(name), extras);
}

/** Nodes are signed with a key that can sign nothing but a node. */
function scopeOf(keys: SigningKeys, subjects: Subjects, account: Account): AccountExtras {
  if (account.name !== "NODE") return {};
  const permissions = nodePermissions(subjects, account, NODE_TAG);
  return { scopedKey: { publicKey: publicKeyOf(keys.nodes), permissions } };
}

/** What the issuer itself may do in `CORE`: answer who asks it, read what is placed where, and tell the audit. */
export const ISSUER_INBOX_PREFIX = "_INBOX_issuer";
export function issuerPermissions(subjects: Subjects): Permissions {
  const rows = subjects.bucketStream("placement");
  return {
    publish: [`${CORE_API_PREFIX}.DIRECT.GET.${rows}.${subjects.row("placement", "*")}`, subjects.auditEntry("issuer")],
    subscribe: [
      `${ISSUER_INBOX_PREFIX}.>`,
      ...(["issue", "revoke", "retire", "void", "list"] as const).map((verb) => subjects.identities(verb)),
      subjects.credentials("*"),
      "$SRV.>",
    ],
    responses: { count: 1, withinMs: 60_000 },
  };
}

/** What it may do in the system account: tell servers of accounts. */
export const ACCOUNTS_PERMISSIONS: Permissions = {
  publish: ["$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.CLAIMS.DELETE", "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP"],
  subscribe: ["_INBOX.>"],
};
