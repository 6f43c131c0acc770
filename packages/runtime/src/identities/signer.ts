/** Turns accounts and users into signed JWTs. What they say is decided in `claims.ts`. */
import { encodeAccount, encodeGeneric, encodeUser } from "@nats-io/jwt";
import { TroupeError } from "../errors.ts";
import type { Account, Permissions } from "../nats/account.ts";
import { nkeyOf, publicKeyOf } from "../nats/nkey.ts";
import type { AccountName } from "../nats/users.ts";
import { type AccountExtras, accountClaims, nodeTag, userClaims } from "./claims.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** An account as servers take it. */
export interface SignedAccount {
  readonly publicKey: string;
  readonly jwt: string;
}

/** For whom a JWT is. */
export interface Bearer {
  /** Shown by the server: `supervisor`, `node/web-1`, `v7/developer@web-1`. */
  readonly name: string;
  readonly publicKey: string;
  /** Seconds since 1970. */
  readonly expiresAtS: number;
}

export class Signer {
  readonly #keys: SigningKeys;
  readonly #publicKeys: ReadonlyMap<string, string>;

  constructor(keys: SigningKeys) {
    this.#keys = keys;
    this.#publicKeys = new Map(Object.entries(keys.accounts).map(([name, seed]) => [name, publicKeyOf(seed)]));
  }

  /** Public key of one of the system's own accounts. */
  publicKeyOf(account: string): string {
    const key = this.#publicKeys.get(account);
    if (key === undefined) throw new TroupeError("invariant_violated", `account ${account} has no key`);
    return key;
  }

  /** Signs an account of this public key. */
  async account(account: Account, publicKey: string, extras?: AccountExtras): Promise<SignedAccount> {
    const claims = accountClaims(account, (name) => this.publicKeyOf(name), extras);
    const jwt = await encodeAccount(account.name, publicKey, claims, { signer: nkeyOf(this.#keys.signing) });
    return { publicKey, jwt };
  }

  /** Signs a user of one of the system's own accounts; without permissions it may do what the account may. */
  systemUser(account: AccountName, bearer: Bearer, permissions?: Permissions): Promise<string> {
    const { name, publicKey, expiresAtS } = bearer;
    const key = nkeyOf(this.#keys.accounts[account]);
    return encodeUser(name, publicKey, key, userClaims(permissions), { exp: expiresAtS });
  }

  /** Signs a user for a node, with the permissions of the account's scoped key; `scopedSeed` is that key. */
  nodeUser(account: string, scopedSeed: string, node: string, bearer: Bearer): Promise<string> {
    const { name, publicKey, expiresAtS } = bearer;
    const options = { exp: expiresAtS, signer: nkeyOf(scopedSeed), scopedUser: true };
    return encodeUser(name, publicKey, account, { tags: [nodeTag(node)] }, options);
  }

  /** What tells servers to forget accounts. */
  deletion(accounts: readonly string[]): Promise<string> {
    return encodeGeneric("delete accounts", nkeyOf(this.#keys.signing), "generic", { accounts: [...accounts] });
  }
}
