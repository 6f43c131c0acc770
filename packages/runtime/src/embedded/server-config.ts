/** The configuration of an embedded server, as text. Pure: what is written is exactly what the golden test shows. */
import { TroupeError } from "../errors.ts";
import type { Account, AccountUser, Export, Import, Permissions } from "../nats/account.ts";
import { SIGN_IN_LIMIT_S } from "../nats/sign-in-pace.ts";
import type { RoleUserName, UserName } from "../nats/users.ts";

export interface ServerConfig {
  readonly serverName: string;
  /** Address to listen on; anonymous clients are allowed on loopback only. */
  readonly host: string;
  /** -1 = any free port. */
  readonly port: number;
  /** Port of the monitoring pages; absent = none. -1 = any free port. */
  readonly monitorPort?: number | undefined;
  readonly storeDir: string;
  /** Where the server writes the ports that it got. */
  readonly portsDir: string;
  readonly logFile: string;
  readonly accounts: readonly Account[];
  /** Public nkeys. */
  readonly publicKeys: Readonly<Record<UserName, string> & Partial<Record<RoleUserName, string>>>;
  /** Keys that were replaced and are good for a moment more, by user. */
  readonly oldKeys?: Readonly<Record<string, string>> | undefined;
  /** `always` = every acknowledged record is on disk; the server's default is every 2 minutes. */
  readonly syncInterval?: "always" | undefined;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** Anonymous clients share one inbox namespace and have no password, so nobody from outside the machine may be one. */
const allowsAnonymous = (config: ServerConfig): boolean => LOOPBACK.has(config.host);

/** Writes the configuration. */
export function serverConfigText(config: ServerConfig): string {
  const monitor = config.monitorPort === undefined ? [] : [`http: ${quoted(`${config.host}:${config.monitorPort}`)}`];
  return `${[
    `server_name: ${quoted(config.serverName)}`,
    `listen: ${quoted(`${config.host}:${config.port}`)}`,
    ...monitor,
    `ports_file_dir: ${quoted(config.portsDir)}`,
    `log_file: ${quoted(config.logFile)}`,
    "log_size_limit: 10MB",
    "logfile_max_num: 3",
    'ping_interval: "1s"',
    "ping_max: 2",
    `authorization { timeout: ${SIGN_IN_LIMIT_S} }`,
    "jetstream {",
    `  store_dir: ${quoted(config.storeDir)}`,
    ...(config.syncInterval ? [`  sync_interval: ${config.syncInterval}`] : []),
    '  limits { batch { max_inflight_per_stream: 200, max_inflight_total: 1000, timeout: "1s" } }',
    "}",
    "accounts {",
    ...config.accounts.flatMap((account) => accountLines(account, config)),
    "}",
    "system_account: SYS",
    ...(allowsAnonymous(config) ? [`no_auth_user: ${config.publicKeys.client}`] : []),
  ].join("\n")}\n`;
}

function accountLines(account: Account, config: ServerConfig): string[] {
  return [
    `  ${account.name} {`,
    ...(account.hasJetStream ? ["    jetstream: enabled"] : []),
    "    users: [",
    ...account.users.flatMap((user) => userLines(user, config).map((line) => `      ${line}`)),
    "    ]",
    "    exports: [",
    ...account.exports.map((line) => `      ${exportLine(line)}`),
    "    ]",
    "    imports: [",
    ...account.imports.map((line) => `      ${importLine(line)}`),
    "    ]",
    "  }",
  ];
}

function userLines({ name, permissions }: AccountUser, { publicKeys, oldKeys }: ServerConfig): string[] {
  const publicKey = publicKeys[name];
  if (publicKey === undefined) throw new TroupeError("invariant_violated", `user ${name} has no key`);
  const old = oldKeys?.[name];
  return [publicKey, ...(old === undefined ? [] : [old])].map((key) => userLine(key, permissions));
}

function userLine(publicKey: string, permissions: Permissions | undefined): string {
  const key = `nkey: ${publicKey}`;
  if (!permissions) return `{ ${key} }`;
  const { publish, subscribe } = permissions;
  return `{ ${key}, permissions: { publish: ${allowList(publish)}, subscribe: ${allowList(subscribe)} } }`;
}

const allowList = (subjects: readonly string[]): string => `{ allow: [${subjects.map(quoted).join(", ")}] }`;

function exportLine({ kind, subject, response }: Export): string {
  const answer = response ? `, response: stream, threshold: ${quoted(response.threshold)}` : "";
  return `{ ${kind}: ${quoted(subject)}${answer} }`;
}

function importLine({ kind, from, subject, to, tellsWho }: Import): string {
  const renamed = to === undefined ? "" : `, to: ${quoted(to)}`;
  const shared = tellsWho === undefined ? "" : ", share: true";
  return `{ ${kind}: { account: ${from}, subject: ${quoted(subject)} }${renamed}${shared} }`;
}

/** A JSON string is one of the configuration format too. */
const quoted = (text: string): string => JSON.stringify(text);
