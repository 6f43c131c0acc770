import type { RevokedEdge } from "@troupe/runtime/internal";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { deploySystem } from "../deploy/deploy.ts";
import { differenceLines } from "../deploy/difference.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { chooseSystemFile, loadSystemFile, type SystemFile } from "../system-file/load.ts";

const Options = AddressOptions.extend({
  dryRun: z.boolean().default(false),
  restore: z.array(z.strictObject({ from: z.string().min(1), to: z.string().min(1) })).default([]),
  json: z.boolean().default(false),
});

async function deploy(scope: Scope, options: z.infer<typeof Options>, args: readonly string[]): Promise<ExitCode> {
  const { terminal } = scope;
  const file = await loadSystemFile(await chooseSystemFile(args[0], scope.cwd), scope.environment.bundlesFolder);
  const target = await findAddress(options, scope.environment, scope.cwd);
  const outcome = await deploySystem(scope, target, file, {
    isDryRun: options.dryRun,
    restore: options.restore,
  });
  if (options.json) terminal.print(JSON.stringify({ ...outcome, external: externalOf(file) }));
  for (const line of differenceLines(outcome.difference, terminal.paint)) terminal.note(line);
  const external = externalOf(file);
  if (external.length > 0)
    terminal.note(`Not in the bundle, looked for on each node that runs it: ${external.join(", ")}.`);
  if (options.dryRun) terminal.note("Nothing was changed.");
  else if (outcome.isNew)
    terminal.note(`${file.manifest.name} is ${outcome.version} now; running tasks finish on their version.`);
  else terminal.note(`${outcome.version} runs already: nothing to do.`);
  return EXIT_CODES.ok;
}

const externalOf = ({ source }: SystemFile): readonly string[] => (source.type === "bundle" ? source.external : []);

function collectEdge(text: string, before: readonly RevokedEdge[] = []): readonly RevokedEdge[] {
  const [from = "", to = "", rest] = text.split(":");
  if (from === "" || to === "" || rest !== undefined) throw new InvalidArgumentError("an edge is FROM:TO");
  return [...before, { from, to }];
}

export function deployCommand(cli: Cli): Command {
  const command = withAddress(newCommand("deploy"))
    .argument("<file>", "system file, TypeScript or YAML")
    .option("--dry-run", "only show what would change")
    .option("--restore <from:to>", "an edge that was revoked and is wanted back; may be repeated", collectEdge);
  return runs(cli, command, { options: Options, run: deploy });
}
