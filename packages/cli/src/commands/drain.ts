import { callService, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });

async function drain(scope: Scope, options: z.infer<typeof Options>, args: readonly string[]): Promise<ExitCode> {
  const node = args[0] ?? "";
  const answer = await reach(scope, options, "operator", ({ link, address }) =>
    callService(link, new Subjects(address.system).supervisor("drain"), { node }),
  );
  if (options.json) scope.terminal.print(JSON.stringify(answer));
  else scope.terminal.print(`${node} takes no more work and leaves when what it runs has finished.`);
  return EXIT_CODES.ok;
}

export function drainCommand(cli: Cli): Command {
  const command = withAddress(newCommand("drain", "ask a node to finish what it runs and to leave")).argument("<node>");
  return runs(cli, command, { options: Options, run: drain });
}
