import { join, resolve } from "node:path";
import { createSigningKeys, readSigningKeys, requireSystemName, SHARED_PARTS } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { DEFAULT_SYSTEM } from "../address.ts";
import { credsFolderIn, DEFAULT_AUTH_FOLDER, type MadeCredentials, makeCredentials } from "../auth/auth-folder.ts";
import { parseBearer } from "../auth/bearer.ts";
import { type Cli, newCommand, runs, type Scope } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";

const Options = z.object({
  folder: z.string().default(DEFAULT_AUTH_FOLDER),
  system: z.string().optional(),
  shards: z.coerce.number().int().min(1).max(1_024).default(1),
  days: z.coerce.number().int().min(1).max(3_650).default(30),
  json: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

async function create(scope: Scope, options: Options, args: readonly string[]): Promise<ExitCode> {
  const folder = resolve(scope.cwd, options.folder);
  const made =
    args.length === 0 ? await createAll(scope, options, folder) : [await createOne(scope, options, folder, args)];
  const { terminal } = scope;
  if (options.json) terminal.print(JSON.stringify({ folder, credentials: made }));
  else for (const { name, file, expiresAt } of made) terminal.print(`${name.padEnd(12)} ${file}  until ${expiresAt}`);
  if (args.length === 0) {
    terminal.note(
      `\nKeys of the issuer: ${join(folder, "issuer.json")}. Put ${join(folder, "operator.seed")} into a safe.`,
    );
    terminal.note("Next: troupe auth export, troupe issuer, and a node's own identity: troupe auth create node NAME.");
  }
  return EXIT_CODES.ok;
}

async function createAll(scope: Scope, { system, shards, days }: Options, folder: string): Promise<MadeCredentials[]> {
  const name = requireSystemName(system ?? scope.environment.system ?? DEFAULT_SYSTEM);
  const keys = await createSigningKeys(folder, { system: name, shards });
  const made: MadeCredentials[] = [];
  for (const part of SHARED_PARTS) {
    made.push(await makeCredentials({ folder, keys, clock: scope.clock }, { part }, { days, mayReplace: false }));
  }
  scope.terminal.note(`Keys of system ${name}; the parts' credentials are in ${credsFolderIn(folder)}:\n`);
  return made;
}

async function createOne(
  { clock }: Scope,
  { days }: Options,
  folder: string,
  args: readonly string[],
): Promise<MadeCredentials> {
  const bearer = parseBearer(args);
  return makeCredentials({ folder, keys: await readSigningKeys(folder), clock }, bearer, { days, mayReplace: false });
}

export function authCreateCommand(cli: Cli): Command {
  const command = newCommand("create", "make all signing keys and the parts' credentials, or credentials of one bearer")
    .argument("[who]", "supervisor, operator, gateway, client or node; default: new signing keys, and all parts")
    .argument("[name]", "of the node")
    .option("--folder <folder>", `folder of the keys (${DEFAULT_AUTH_FOLDER})`)
    .option("--system <name>", "name of the system; default: TROUPE_SYSTEM, troupe")
    .option("--shards <count>", "shards of its task log (1)")
    .option("--days <count>", "how long the credentials are good (30)");
  return runs(cli, command, { options: Options, run: create });
}
