/**
 * Administers the accounts of NATS servers that an operator runs: signs the accounts of each version's roles and tells the servers of
 * them, and gives each node short-lived credentials of exactly the roles that are placed on it. Servers check the signatures by
 * themselves: without an issuer everything that runs goes on until its credentials expire.
 */
import { equivalent } from "@nats-io/jwt";
import type { AuditNotes } from "../audit/audit-notes.ts";
import type { Clock } from "../clock.ts";
import type { AskCredentials, IssuedCredentials } from "../contracts/identities.ts";
import { Subjects } from "../contracts/subjects.ts";
import type { RevokedEdge, SystemManifest } from "../contracts/system.ts";
import { TroupeError } from "../errors.ts";
import { isSameCut } from "../graph/revoked.ts";
import type { Version } from "../ids.ts";
import { publicKeyOf } from "../nats/nkey.ts";
import { ACCOUNTS, type AccountName } from "../nats/users.ts";
import type { Logger } from "../telemetry/logger.ts";
import { Turns } from "../turns.ts";
import type { AccountResolver } from "./account-resolver.ts";
import type { IdentityAdministrator } from "./administrator.ts";
import type { IssuerStore } from "./issuer-store.ts";
import {
  holders,
  type Issued,
  type Ledger,
  revocationsOf,
  type SignedUser,
  withIssued,
  withoutAccounts,
  withVoided,
} from "./ledger.ts";
import { roleUserAt } from "./part-credentials.ts";
import { type SignedAccount, Signer } from "./signer.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { signSystemAccount } from "./system-jwts.ts";
import { newVersionKeys, type RoleAccount, roleAccountsOf, type VersionKeys } from "./version-keys.ts";

export interface IssuerOptions {
  readonly keys: SigningKeys;
  readonly store: IssuerStore;
  readonly resolver: AccountResolver;
  /** Roles that are placed on a node now, as `<version>/<role>`. Throws when it cannot be read. */
  readonly placedOn: (node: string) => Promise<ReadonlySet<string>>;
  /** How long credentials of a role are good, ms. */
  readonly roleLifetimeMs: number;
  readonly audit: Pick<AuditNotes, "note">;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Known {
  readonly keys: VersionKeys;
  readonly roles: ReadonlyMap<string, RoleAccount>;
}

export class Issuer implements IdentityAdministrator {
  readonly #options: IssuerOptions;
  readonly #signer: Signer;
  readonly #versions = new Map<Version, Known>();
  #ledger: Ledger;
  /** One change after the other: each writes the ledger, and signs accounts from it. */
  readonly #changes = new Turns();

  private constructor(options: IssuerOptions, versions: readonly VersionKeys[], ledger: Ledger) {
    this.#options = options;
    this.#signer = new Signer(options.keys);
    this.#ledger = ledger;
    for (const keys of versions) this.#add(keys);
  }

  /** Reads what an earlier process has issued, and tells the servers of it again. Throws `invalid_config`, `unavailable`. */
  static async open(options: IssuerOptions): Promise<Issuer> {
    const { versions, ledger } = await options.store.open();
    const issuer = new Issuer(options, versions, ledger);
    await issuer.#publishAll();
    return issuer;
  }

  get versions(): readonly Version[] {
    return [...this.#versions.keys()];
  }
  get nodes(): readonly string[] {
    return holders(this.#ledger);
  }

  get revoked(): Readonly<Record<string, readonly RevokedEdge[]>> {
    return Object.fromEntries([...this.#versions.values()].map(({ keys }) => [keys.version, keys.revoked ?? []]));
  }

  async issue(version: Version, manifest: SystemManifest, revoked: readonly RevokedEdge[]): Promise<void> {
    await this.#changes.take(async () => {
      const known = this.#versions.get(version)?.keys;
      if (known && isSameCut(known.revoked, revoked)) return;
      const keys = { ...(known ?? newVersionKeys(version, manifest)), revoked: [...revoked] };
      await this.#options.store.writeVersion(keys);
      const { roles } = this.#add(keys);
      try {
        await Promise.all([...roles.values()].map((role) => this.#publishRole(role)));
      } catch (error) {
        // The keys stay on disk; the next attempt makes new ones, or goes on with those that the servers know.
        if (known) this.#add(known);
        else this.#versions.delete(version);
        throw error;
      }
    });
  }

  async revoke(version: Version): Promise<void> {
    await this.#changes.take(async () => {
      const known = this.#versions.get(version);
      if (!known) return;
      const accounts = [...known.roles.values()];
      await this.#options.resolver.remove(await this.#signer.deletion(accounts.map(({ key }) => key.account)));
      const names = new Set<string>(accounts.map(({ account }) => account.name));
      await this.#keep(withoutAccounts(this.#ledger, names));
      await this.#options.store.removeVersion(version);
      this.#versions.delete(version);
    });
  }

  async retire(node: string, isRemoved: boolean): Promise<void> {
    await this.#changes.take(async () => {
      const { store, audit, logger } = this.#options;
      const own = isRemoved ? await store.nodeIdentities(node) : [];
      const gone = [...this.#ledger.issued.filter((one) => one.node === node), ...own];
      if (gone.length === 0) return;
      await this.#makeVoid(gone);
      if (isRemoved) await store.forgetNode(node);
      const whose = `node ${node}`;
      const reason = isRemoved ? "the node was removed" : "the node is gone";
      audit.note({ event: "credentials_revoked", who: { node }, whose, reason });
      logger.info({ node, credentials: gone.length, isRemoved }, "credentials of a node are void");
    });
  }

  /** Makes the credentials of one key void: there are newer ones, or somebody has got hold of it. Throws `unavailable`. */
  async makeVoid(user: SignedUser): Promise<void> {
    await this.#changes.take(() => this.#makeVoid([user]));
    const { account, publicKey } = user;
    const reason = "there are newer ones, or they are not to be trusted";
    this.#options.audit.note({
      event: "credentials_revoked",
      who: { account, user: publicKey },
      whose: publicKey,
      reason,
    });
    this.#options.logger.info({ account: user.account, publicKey: user.publicKey }, "credentials are void");
  }

  async #makeVoid(gone: readonly SignedUser[]): Promise<void> {
    // First on disk: whatever happens next, no account is signed any more that lets them in.
    await this.#keep(withVoided(this.#ledger, gone, this.#nowS()));
    const touched = new Set(gone.map(({ account }) => account));
    for (const name of ACCOUNTS) if (touched.has(name)) await this.#publishSystem(name);
    const roles = this.#roles().filter(({ account }) => touched.has(account.name));
    await Promise.all(roles.map((role) => this.#publishRole(role)));
  }

  /** Signs credentials for a node. Throws `forbidden` for a role that is not placed on it, `unavailable` for one without accounts. */
  async credentialsFor(node: string, asked: AskCredentials): Promise<IssuedCredentials> {
    const placed = await this.#options.placedOn(node);
    const expiresAtS = this.#nowS() + Math.ceil(this.#options.roleLifetimeMs / 1_000);
    const users = asked.roles.map(({ version, role, publicKey }) => {
      const known = this.#versions.get(version)?.roles.get(role);
      if (!placed.has(`${version}/${role}`)) {
        throw new TroupeError("forbidden", `${version}/${role} is not placed on node ${node}`);
      }
      if (!known) throw new TroupeError("unavailable", `role ${role} of ${version} has no account yet`);
      const issued: Issued = { node, account: known.account.name, publicKey, expiresAtS };
      return { known, issued, name: roleUserAt(version, role, node) };
    });
    const added = users.map(({ issued }) => issued);
    await this.#changes.take(() => this.#keep(withIssued(this.#ledger, added, this.#nowS())));
    const jwts = await Promise.all(
      users.map(({ known: { key }, issued: { publicKey }, name }) =>
        this.#signer.nodeUser(key.account, key.signing, node, { name, publicKey, expiresAtS }),
      ),
    );
    for (const { name, issued } of users) {
      this.#options.audit.note({ event: "credentials_issued", who: { node, user: issued.publicKey }, whose: name });
    }
    return { v: 1, expiresInMs: this.#options.roleLifetimeMs, jwts };
  }

  #add(keys: VersionKeys): Known {
    const { system, shards } = this.#options.keys;
    const roles = roleAccountsOf(keys, { subjects: new Subjects(system), shards });
    const known = { keys, roles: new Map(roles.map((role) => [role.role, role])) };
    this.#versions.set(keys.version, known);
    return known;
  }

  #roles(): readonly RoleAccount[] {
    return [...this.#versions.values()].flatMap((known) => [...known.roles.values()]);
  }

  async #publishAll(): Promise<void> {
    // Another release may compile them otherwise, or know one more: that one first, since others import from it.
    const { keys, resolver } = this.#options;
    const known = await Promise.all(ACCOUNTS.map((name) => resolver.current(publicKeyOf(keys.accounts[name]))));
    for (const name of ACCOUNTS.filter((_, index) => known[index] === undefined)) await this.#publishSystem(name);
    for (const name of ACCOUNTS) await this.#publishSystem(name);
    for (const role of this.#roles()) await this.#publishRole(role);
  }

  async #publishSystem(name: AccountName): Promise<void> {
    await this.#publish(await signSystemAccount(this.#options.keys, this.#signer, name, this.#ledger));
  }

  async #publishRole({ account, key, scopedKey }: RoleAccount): Promise<void> {
    const revocations = revocationsOf(this.#ledger, account.name);
    await this.#publish(await this.#signer.account(account, key.account, { scopedKey, revocations }));
  }

  /** What the servers know already is not told again: they would go through every import. */
  async #publish({ publicKey, jwt }: SignedAccount): Promise<void> {
    const { resolver } = this.#options;
    const current = await resolver.current(publicKey);
    if (current === undefined || !(await equivalent(current, jwt))) await resolver.update(jwt);
  }

  async #keep(ledger: Ledger): Promise<void> {
    await this.#options.store.writeLedger(ledger);
    this.#ledger = ledger;
  }

  #nowS(): number {
    return Math.floor(this.#options.clock.nowMs() / 1_000);
  }
}
