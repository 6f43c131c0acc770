/** The configuration of a NATS server that an operator runs, as text. Pure; it holds no secrets. */
import { SIGN_IN_LIMIT_S } from "../nats/sign-in-pace.ts";
import type { SignedAccount } from "./signer.ts";

/** Files of the server's certificate; TLS is for clients, routes have their own. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Authority that clients' certificates must come from. */
  readonly caFile?: string | undefined;
  /** Clients must show a certificate (mTLS). */
  readonly isMutual: boolean;
  /** TLS begins before the server says anything. */
  readonly isFirst: boolean;
}

/** One server of a cluster. */
export interface OperatorConfig {
  readonly serverName: string;
  /** `host:port`. */
  readonly listen: string;
  readonly storeDir: string;
  /** Folder in which the server keeps the accounts that it is told of later. */
  readonly resolverDir: string;
  readonly operatorJwt: string;
  readonly systemAccount: string;
  /** Accounts that a new server knows before anybody tells it. */
  readonly accounts: readonly (SignedAccount & { readonly name: string })[];
  readonly tls?: ServerTls | undefined;
  readonly cluster?: { readonly name: string; readonly listen: string; readonly routes: readonly string[] } | undefined;
  readonly syncInterval?: "always" | undefined;
}

/** Writes the configuration. */
export function operatorConfigText(config: OperatorConfig): string {
  return `${[
    `server_name: ${quoted(config.serverName)}`,
    `listen: ${quoted(config.listen)}`,
    'ping_interval: "1s"',
    "ping_max: 2",
    `authorization { timeout: ${SIGN_IN_LIMIT_S} }`,
    "jetstream {",
    `  store_dir: ${quoted(config.storeDir)}`,
    ...(config.syncInterval ? [`  sync_interval: ${config.syncInterval}`] : []),
    '  limits { batch { max_inflight_per_stream: 200, max_inflight_total: 1000, timeout: "1s" } }',
    "}",
    ...tlsLines(config.tls),
    ...clusterLines(config.cluster),
    `operator: ${config.operatorJwt}`,
    `system_account: ${config.systemAccount}`,
    // Accounts of roles go when their version has drained.
    `resolver { type: full, dir: ${quoted(config.resolverDir)}, allow_delete: true, interval: "2m", timeout: "1.9s" }`,
    "resolver_preload {",
    ...config.accounts.flatMap(({ name, publicKey, jwt }) => [`  # ${name}`, `  ${publicKey}: ${jwt}`]),
    "}",
  ].join("\n")}\n`;
}

function tlsLines(tls: ServerTls | undefined): string[] {
  if (!tls) return [];
  return [
    "tls {",
    `  cert_file: ${quoted(tls.certFile)}`,
    `  key_file: ${quoted(tls.keyFile)}`,
    ...(tls.caFile === undefined ? [] : [`  ca_file: ${quoted(tls.caFile)}`]),
    ...(tls.isMutual ? ["  verify: true"] : []),
    ...(tls.isFirst ? ["  handshake_first: true"] : []),
    `  timeout: ${SIGN_IN_LIMIT_S}`,
    "}",
  ];
}

function clusterLines(cluster: OperatorConfig["cluster"]): string[] {
  if (!cluster) return [];
  const routes = cluster.routes.map(quoted).join(", ");
  return [
    "cluster {",
    `  name: ${quoted(cluster.name)}`,
    `  listen: ${quoted(cluster.listen)}`,
    `  routes: [${routes}]`,
    "}",
  ];
}

/** A JSON string is one of the configuration format too. */
const quoted = (text: string): string => JSON.stringify(text);
