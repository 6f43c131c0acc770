import { resolve } from "node:path";
import { startIssuer } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { DEFAULT_AUTH_FOLDER } from "../auth/auth-folder.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { unlessInterrupted } from "../interruption.ts";
import { openProcessLog } from "../log-file.ts";

const Options = AddressOptions.extend({
  folder: z.string().default(DEFAULT_AUTH_FOLDER),
  roleMinutes: z.coerce.number().min(0.05).max(10_080).default(60),
  json: z.boolean().default(false),
});

async function runIssuer(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const address = await findAddress(options, scope.environment, scope.cwd);
  const issuer = await startIssuer({
    folder: resolve(scope.cwd, options.folder),
    servers: address.natsUrl,
    tls: address.tls,
    roleLifetimeMs: Math.round(options.roleMinutes * 60_000),
    clock: scope.clock,
    random: scope.random,
    logger: openProcessLog(scope, "issuer", undefined).logger,
  });
  scope.terminal.note(`issuer of system ${issuer.system} at ${address.natsUrl}`);
  try {
    return await unlessInterrupted(Promise.withResolvers<ExitCode>().promise, scope.interrupted);
  } finally {
    await issuer.stop();
  }
}

export function issuerCommand(cli: Cli): Command {
  const command = withAddress(newCommand("issuer"))
    .option("--folder <folder>", `folder of the signing keys (${DEFAULT_AUTH_FOLDER})`)
    .option("--role-minutes <minutes>", "how long a role's credentials are good; renewed at half (60)");
  return runs(cli, command, { options: Options, run: runIssuer });
}
