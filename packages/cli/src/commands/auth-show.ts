import { resolve } from "node:path";
import { TroupeError } from "@troupe/runtime";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { credsFolderIn, DEFAULT_AUTH_FOLDER } from "../auth/auth-folder.ts";
import { type ShownKey, shownKeys } from "../auth/shown-key.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";

const Options = AddressOptions.extend({
  folder: z.string().optional(),
  seed: z.string().optional(),
  json: z.boolean().default(false),
});

async function show(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const place = await placeOf(scope, options);
  const keys = await shownKeys(place, options.seed);
  if (options.seed !== undefined && !keys.some(({ seed }) => seed !== undefined)) {
    throw new TroupeError("unauthorized", `${place} holds no key of ${options.seed}`);
  }
  const { terminal } = scope;
  if (options.json) terminal.print(JSON.stringify({ keys }));
  else for (const key of keys) terminal.print(lineOf(key));
  return EXIT_CODES.ok;
}

async function placeOf(scope: Scope, options: z.infer<typeof Options>): Promise<string> {
  if (options.folder !== undefined) return credsFolderIn(resolve(scope.cwd, options.folder));
  const address = await findAddress(options, scope.environment, scope.cwd).catch(() => undefined);
  return address?.keysFile ?? options.keys ?? credsFolderIn(resolve(scope.cwd, DEFAULT_AUTH_FOLDER));
}

const lineOf = ({ name, publicKey, expiresAt, file, seed }: ShownKey): string =>
  `${name.padEnd(20)} ${publicKey}  ${expiresAt === undefined ? "no end" : `until ${expiresAt}`}  ${seed ?? file}`;

export function authShowCommand(cli: Cli): Command {
  const command = withAddress(
    newCommand("show", "whose keys are here, and until when they are good; never a seed unasked"),
  )
    .option("--folder <folder>", `folder of the keys; default: the running system's, else ${DEFAULT_AUTH_FOLDER}`)
    .option("--seed <name>", "show the seed of this one: a secret");
  return runs(cli, command, { options: Options, run: show });
}
