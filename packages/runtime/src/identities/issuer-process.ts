/** An issuer as a part of a system: its connections, its questions and answers, from start to end. */
import { AuditNotes } from "../audit/audit-notes.ts";
import { AuditWriter } from "../audit/audit-writer.ts";
import type { Clock } from "../clock.ts";
import { NodePlacement } from "../contracts/control.ts";
import { Subjects } from "../contracts/subjects.ts";
import { lockStore } from "../embedded/store-lock.ts";
import { messageOf } from "../errors.ts";
import type { Permissions } from "../nats/account.ts";
import { type Link, type LinkOptions, openLink } from "../nats/connection.ts";
import type { Credentials } from "../nats/credentials.ts";
import { directGetLast } from "../nats/direct-get.ts";
import { newUserSeed, publicKeyOf } from "../nats/nkey.ts";
import { type AccountName, PLACE_OF_USER } from "../nats/users.ts";
import type { Random } from "../random.ts";
import type { Logger } from "../telemetry/logger.ts";
import { accountResolver } from "./account-resolver.ts";
import { serveIdentities } from "./identity-service.ts";
import { Issuer } from "./issuer.ts";
import { IssuerStore } from "./issuer-store.ts";
import { Signer } from "./signer.ts";
import { readSigningKeys } from "./signing-keys.ts";
import { ACCOUNTS_PERMISSIONS, ISSUER_INBOX_PREFIX, issuerPermissions } from "./system-jwts.ts";

export interface IssuerProcessOptions {
  /** Folder with the signing keys, and with what it keeps. */
  readonly folder: string;
  readonly servers: LinkOptions["servers"];
  readonly tls?: LinkOptions["tls"];
  /** How long credentials of a role are good; default an hour, ms. */
  readonly roleLifetimeMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface RunningIssuer {
  /** Name of the system that it issues for. */
  readonly system: string;
  /** Answers no more, and lets go of the folder. */
  stop(): Promise<void>;
}

const ROLE_LIFETIME_MS = 3_600_000;
/** How long the end waits for entries of the audit. */
const LAST_WORDS_MS = 1_000;
/** Of its own users; the servers' clocks may differ by some minutes. */
const OWN_LIFETIME_S = 3_600;

/**
 * Starts an issuer; resolves when the servers know every account and it answers. Throws `store_in_use` when another one has the folder,
 * `unauthorized` without keys, `unavailable` without a server.
 */
export async function startIssuer(options: IssuerProcessOptions): Promise<RunningIssuer> {
  const keys = await readSigningKeys(options.folder);
  await using started = new AsyncDisposableStack();
  const lock = await lockStore(options.folder, options.random);
  started.defer(() => lock.release());
  const subjects = new Subjects(keys.system);
  const signer = new Signer(keys);
  const open = async (account: AccountName, permissions: Permissions, inboxPrefix: string): Promise<Link> => {
    const own = await ownUser(signer, account, permissions, options, started);
    const { servers, tls, logger, clock } = options;
    const { apiPrefix } = PLACE_OF_USER[account === "SYS" ? "sys" : "supervisor"];
    const link = await openLink({
      servers,
      tls,
      name: "issuer",
      credentials: own,
      apiPrefix,
      inboxPrefix,
      logger,
      clock,
    });
    started.defer(() => link.close());
    return link;
  };
  const accounts = await open("SYS", ACCOUNTS_PERMISSIONS, PLACE_OF_USER.sys.inboxPrefix);
  const core = await open("CORE", issuerPermissions(subjects), ISSUER_INBOX_PREFIX);
  const { clock, random, logger } = options;
  const writer = new AuditWriter({ link: core, subjects, source: "issuer", clock, random });
  const audit = new AuditNotes({ writer, clock, logger });
  started.defer(async () => {
    await Promise.race([audit.flush(), clock.sleep(LAST_WORDS_MS)]);
    audit.close();
    writer.close();
  });
  const issuer = await Issuer.open({
    keys,
    store: new IssuerStore(options.folder),
    resolver: accountResolver(accounts),
    placedOn: (node) => placedOn(core, subjects, node),
    roleLifetimeMs: options.roleLifetimeMs ?? ROLE_LIFETIME_MS,
    audit,
    clock,
    logger,
  });
  const service = serveIdentities(core, { subjects, administrator: issuer, issuer, logger });
  started.defer(() => service.stop());
  await core.nc.flush();
  const running = started.move();
  return { system: keys.system, stop: () => running.disposeAsync() };
}

/** A user that it signs for itself, anew before it expires. */
async function ownUser(
  signer: Signer,
  account: AccountName,
  permissions: Permissions,
  { clock, logger }: IssuerProcessOptions,
  stack: AsyncDisposableStack,
): Promise<() => Credentials> {
  const seed = newUserSeed();
  const publicKey = publicKeyOf(seed);
  const sign = async (): Promise<Credentials> => {
    const expiresAtS = Math.floor(clock.nowMs() / 1_000) + OWN_LIFETIME_S;
    const bearer = { name: "issuer", publicKey, expiresAtS };
    return { seed, jwt: await signer.systemUser(account, bearer, permissions) };
  };
  let current = await sign();
  const ended = new AbortController();
  stack.defer(() => ended.abort());
  void (async () => {
    while (!ended.signal.aborted) {
      await clock.sleep((OWN_LIFETIME_S * 1_000) / 2, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      try {
        current = await sign();
      } catch (error) {
        logger.error({ reason: messageOf(error) }, "the issuer could not sign for itself");
      }
    }
  })();
  return () => current;
}

async function placedOn(link: Link, subjects: Subjects, node: string): Promise<ReadonlySet<string>> {
  const row = await directGetLast(link, subjects.bucketStream("placement"), subjects.row("placement", node));
  if (!row) return new Set();
  const { replicas } = NodePlacement.parse(JSON.parse(new TextDecoder().decode(row.body)));
  return new Set(replicas.map(({ version, role }) => `${version}/${role}`));
}
