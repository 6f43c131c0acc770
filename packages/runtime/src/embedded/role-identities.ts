/**
 * Accounts and keys of the roles of every version that runs: kept in the folder of role keys, written into the server's configuration,
 * and taken over by the running server without a restart.
 */
import type { Subjects } from "../contracts/subjects.ts";
import type { RevokedEdge, SystemManifest } from "../contracts/system.ts";
import { TroupeError } from "../errors.ts";
import { requireCompiled } from "../graph/compile.ts";
import { isSameCut } from "../graph/revoked.ts";
import { roleAccounts } from "../graph/role-accounts.ts";
import type { IdentityAdministrator } from "../identities/administrator.ts";
import type { Version } from "../ids.ts";
import type { Account } from "../nats/account.ts";
import type { Link } from "../nats/connection.ts";
import { directGetLast } from "../nats/direct-get.ts";
import { newUserSeed, publicKeyOf } from "../nats/nkey.ts";
import { openRoleKeys, type RoleKeys, removeRoleKeys, writeRoleKeys } from "../nats/role-keys.ts";
import { type RoleUserName, roleUserName } from "../nats/users.ts";

export interface RoleIdentitiesOptions {
  readonly folder: string;
  readonly subjects: Subjects;
  readonly shards: number;
  /** Writes the configuration anew and has the running server take it. */
  readonly reload: () => Promise<void>;
  /** Signs in as a role. */
  readonly signIn: (name: RoleUserName, seed: string) => Promise<Link>;
}

/** A reload makes new accounts known, but in nats-server 2.15.1 their imports work only after the next one. */
const RELOADS_OF_NEW_ACCOUNTS = 2;
const TRIES = 3;

export class RoleIdentities implements IdentityAdministrator {
  /** Keys of roles lie in a folder that nodes read: none is of one node only. */
  readonly nodes: readonly string[] = [];
  readonly #options: RoleIdentitiesOptions;
  readonly #keys = new Map<Version, RoleKeys>();
  /** Kept, since deriving one takes milliseconds. */
  readonly #publicKeys = new Map<Version, Readonly<Record<RoleUserName, string>>>();
  readonly #old = new Map<string, string>();
  /** Versions that the running server knows. */
  readonly #effective = new Set<Version>();
  /** One change after the other: each writes the whole configuration. */
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(options: RoleIdentitiesOptions, stored: readonly RoleKeys[]) {
    this.#options = options;
    for (const keys of stored) this.#add(keys);
    // The server is started with them.
    for (const version of this.#keys.keys()) this.#effective.add(version);
  }

  /** Reads what an earlier process has issued. Throws `invalid_config`. */
  static async open(options: RoleIdentitiesOptions): Promise<RoleIdentities> {
    return new RoleIdentities(options, await openRoleKeys(options.folder));
  }

  /** Versions whose roles can sign in. */
  get versions(): readonly Version[] {
    return [...this.#effective];
  }

  /** Edges that are cut, by version. */
  get revoked(): Readonly<Record<string, readonly RevokedEdge[]>> {
    return Object.fromEntries([...this.#keys].map(([version, { revoked = [] }]) => [version, revoked]));
  }

  /** For the configuration. */
  accounts(): readonly Account[] {
    return [...this.#keys.values()].flatMap((keys) => this.#accountsOf(keys));
  }
  publicKeys(): Record<RoleUserName, string> {
    return Object.fromEntries([...this.#publicKeys.values()].flatMap((named) => Object.entries(named)));
  }

  /**
   * Makes accounts and keys for a version's roles, and resolves when each of them has been seen to work. Repeating it changes nothing.
   * The log streams must exist. Throws `unavailable` when the server does not take them; then it may be tried again.
   */
  async issue(version: Version, manifest: SystemManifest, revoked: readonly RevokedEdge[] = []): Promise<void> {
    await this.#inTurn(async () => {
      const known = this.#keys.get(version);
      if (known && this.#effective.has(version) && isSameCut(known.revoked, revoked)) return;
      const keys = { ...(known ?? newKeys(version, manifest)), revoked: [...revoked] };
      this.#effective.delete(version);
      await writeRoleKeys(this.#options.folder, keys);
      this.#add(keys);
      await this.#takeEffect(keys);
      this.#effective.add(version);
    });
  }

  /** Replaced keys that are still good. */
  oldKeys(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#old);
  }

  /**
   * Makes new keys for every role of every version; resolves when they have been seen to work. The old ones are good until `forget`, which
   * it returns. Throws `unavailable`.
   */
  async rotate(): Promise<() => Promise<void>> {
    const before = new Map<string, string>(Object.entries(this.publicKeys()));
    await this.#inTurn(async () => {
      for (const [name, key] of before) this.#old.set(name, key);
      for (const keys of this.#keys.values()) {
        const renewed = { ...newKeys(keys.version, keys.manifest), revoked: keys.revoked };
        this.#add(renewed);
        await this.#takeEffect(renewed);
        await writeRoleKeys(this.#options.folder, renewed);
      }
    });
    return () =>
      this.#inTurn(async () => {
        for (const [name, key] of this.#old) if (before.get(name) === key) this.#old.delete(name);
        await this.#options.reload();
      });
  }

  /** Takes accounts and keys of a version away. Repeating it changes nothing. Throws `unavailable`. */
  async revoke(version: Version): Promise<void> {
    await this.#inTurn(async () => {
      if (!this.#keys.has(version)) return;
      await removeRoleKeys(this.#options.folder, version);
      this.#keys.delete(version);
      this.#publicKeys.delete(version);
      await this.#options.reload();
      this.#effective.delete(version);
    });
  }

  async retire(node: string): Promise<void> {
    throw new TroupeError("conflict", `node ${node} has no identity of its own: on this server all nodes share a key`);
  }

  #add(keys: RoleKeys): void {
    const { version, seeds } = keys;
    const named = Object.entries(seeds).map(
      ([role, seed]) => [roleUserName(version, role), publicKeyOf(seed)] as const,
    );
    this.#keys.set(version, keys);
    this.#publicKeys.set(version, Object.fromEntries(named));
  }

  #accountsOf({ version, manifest, revoked }: RoleKeys): readonly Account[] {
    const { subjects, shards } = this.#options;
    return roleAccounts({ subjects, shards, version, system: requireCompiled(manifest), revoked });
  }

  async #takeEffect(keys: RoleKeys): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      for (let reload = 0; reload < RELOADS_OF_NEW_ACCOUNTS; reload++) await this.#options.reload();
      try {
        // The outcome is tried, not believed.
        await Promise.all(Object.entries(keys.seeds).map(([role, seed]) => this.#tryRole(keys.version, role, seed)));
        return;
      } catch (error) {
        if (attempt === TRIES) throw error;
      }
    }
  }

  /** Signs in and reads something that every role may read. Throws `unauthorized` or `unavailable`. */
  async #tryRole(version: Version, role: string, seed: string): Promise<void> {
    const { subjects, signIn } = this.#options;
    const link = await signIn(roleUserName(version, role), seed);
    try {
      await directGetLast(
        link,
        subjects.logStream(0),
        `${subjects.system}.log.0.${version}.none.end.end.t.done.client`,
      );
    } finally {
      await link.close();
    }
  }

  async #inTurn(change: () => Promise<void>): Promise<void> {
    const turn = this.#changing.then(change);
    // What one caller is told must not stop the next.
    this.#changing = turn.catch(() => undefined);
    await turn;
  }
}

function newKeys(version: Version, manifest: SystemManifest): RoleKeys {
  const seeds = Object.fromEntries(Object.keys(manifest.roles).map((role) => [role, newUserSeed()]));
  return { v: 1, version, manifest, seeds };
}
