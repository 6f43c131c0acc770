import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { TroupeError } from "@troupe/runtime";
import { exportConfig, readSigningKeys, type ServerTls } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { DEFAULT_AUTH_FOLDER } from "../auth/auth-folder.ts";
import { type Cli, newCommand, runs, type Scope } from "../cli.ts";
import { collect } from "../collect.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";

const Options = z.object({
  folder: z.string().default(DEFAULT_AUTH_FOLDER),
  out: z.string().optional(),
  name: z.string().min(1).max(128).default("nats-1"),
  listen: z.string().default("0.0.0.0:4222"),
  store: z.string().default("/data/jetstream"),
  accounts: z.string().default("/data/accounts"),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  tlsCa: z.string().optional(),
  mtls: z.boolean().default(false),
  tlsFirst: z.boolean().default(false),
  plaintext: z.boolean().default(false),
  cluster: z.string().optional(),
  clusterListen: z.string().default("0.0.0.0:6222"),
  route: z.array(z.string()).default([]),
  syncAlways: z.boolean().default(false),
  json: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

async function exportServer(scope: Scope, options: Options): Promise<ExitCode> {
  const keys = await readSigningKeys(resolve(scope.cwd, options.folder));
  const { name, listen, store, accounts, cluster, clusterListen, route } = options;
  const config = await exportConfig(keys, {
    serverName: name,
    listen,
    storeDir: store,
    resolverDir: accounts,
    tls: tlsOfServer(options),
    ...(cluster === undefined ? {} : { cluster: { name: cluster, listen: clusterListen, routes: route } }),
    ...(options.syncAlways ? { syncInterval: "always" as const } : {}),
  });
  const { terminal } = scope;
  if (options.out === undefined) terminal.print(options.json ? JSON.stringify({ config }) : config.trimEnd());
  else {
    const file = resolve(scope.cwd, options.out);
    await writeFile(file, config);
    if (options.json) terminal.print(JSON.stringify({ file }));
    else terminal.note(`${file}: start it with nats-server -c ${file}. It holds no secrets.`);
  }
  return EXIT_CODES.ok;
}

/** Throws `invalid_config` when files are missing, or when nobody said that it is to be without TLS. */
function tlsOfServer({ tlsCert, tlsKey, tlsCa, mtls, tlsFirst, plaintext }: Options): ServerTls | undefined {
  if (tlsCert !== undefined && tlsKey !== undefined) {
    if (mtls && tlsCa === undefined)
      throw new TroupeError("invalid_config", "--mtls needs --tls-ca: whose certificates are accepted");
    return { certFile: tlsCert, keyFile: tlsKey, caFile: tlsCa, isMutual: mtls, isFirst: tlsFirst };
  }
  if (plaintext && tlsCert === undefined && tlsKey === undefined) return undefined;
  throw new TroupeError(
    "invalid_config",
    "give --tls-cert and --tls-key, the paths of the server's certificate as the server sees them, or --plaintext if something else encrypts",
  );
}

export function authExportCommand(cli: Cli): Command {
  const command = newCommand("export", "the configuration of a NATS server that trusts these keys; no secrets")
    .option("--folder <folder>", `folder of the keys (${DEFAULT_AUTH_FOLDER})`)
    .option("--out <file>", "file to write; default: standard output")
    .option("--name <name>", "name of the server, unique in its cluster (nats-1)")
    .option("--listen <address>", "where clients connect (0.0.0.0:4222)")
    .option("--store <folder>", "the server's folder for streams (/data/jetstream)")
    .option("--accounts <folder>", "the server's folder for accounts that it is told of later (/data/accounts)")
    .option("--tls-cert <file>", "the server's certificate, as the server sees the file")
    .option("--tls-key <file>", "its key")
    .option("--tls-ca <file>", "authority of clients' certificates")
    .option("--mtls", "clients must show a certificate")
    .option("--tls-first", "TLS before the server's first word (handshake_first)")
    .option("--plaintext", "no TLS: something else encrypts")
    .option("--cluster <name>", "name of the cluster; default: one server")
    .option("--cluster-listen <address>", "where other servers connect (0.0.0.0:6222)")
    .option("--route <url>", "another server of the cluster; may be repeated", collect)
    .option("--sync-always", "acknowledged means on disk");
  return runs(cli, command, { options: Options, run: exportServer });
}
