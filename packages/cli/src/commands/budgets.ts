import { readBudgets } from "@troupe/agents/internal";
import { createLogger, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });

async function showBudgets(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const { terminal, clock } = scope;
  const accounts = await reach(scope, options, "operator", ({ link, address }) =>
    readBudgets({
      link,
      subjects: new Subjects(address.system),
      logger: createLogger({ name: "cli", level: "silent" }),
      clock,
    }),
  );
  if (options.json) terminal.print(JSON.stringify({ accounts }));
  else if (accounts.length === 0) terminal.print("Nothing was spent from any budget.");
  else {
    for (const { account, total, reserved, minute } of accounts) {
      const inAll = `${total.calls} calls, ${total.tokens} tokens, $${(total.costMicros / 1_000_000).toFixed(4)}`;
      const now = `${minute.calls} calls this minute, ${reserved.calls} reserved`;
      terminal.print(`${account}: ${inAll}; ${now}`);
    }
  }
  return EXIT_CODES.ok;
}

export function budgetsCommand(cli: Cli): Command {
  const command = withAddress(newCommand("budgets"));
  return runs(cli, command, { options: Options, run: showBudgets });
}
