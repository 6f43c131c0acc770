import { budgetPage, readBudgets } from "@troupe/agents/internal";
import { createLogger, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({
  json: z.boolean().default(false),
  limit: z.coerce.number().int().min(1).max(10_000).default(100),
  after: z.string().optional(),
});
type Options = z.infer<typeof Options>;

async function showBudgets(scope: Scope, options: Options, [prefix]: readonly string[]): Promise<ExitCode> {
  const { terminal, clock } = scope;
  const { limit, after } = options;
  const all = await reach(scope, options, "operator", ({ link, address }) =>
    readBudgets({
      link,
      subjects: new Subjects(address.system),
      logger: createLogger({ name: "cli", level: "silent" }),
      clock,
    }),
  );
  const page = budgetPage(all, { prefix, after, limit });
  if (options.json) terminal.print(JSON.stringify(page));
  else if (page.accounts.length === 0) terminal.print("Nothing was spent from any such budget.");
  else {
    for (const { account, total, reserved, minute } of page.accounts) {
      const inAll = `${total.calls} calls, ${total.tokens} tokens, $${(total.costMicros / 1_000_000).toFixed(4)}`;
      const now = `${minute.calls} calls this minute, ${reserved.calls} reserved`;
      terminal.print(`${account}: ${inAll}; ${now}`);
    }
    const { total: count, cursor } = page;
    if (cursor !== undefined) terminal.print(`${count} accounts in all; more with --after ${cursor}`);
  }
  return EXIT_CODES.ok;
}

export function budgetsCommand(cli: Cli): Command {
  const command = withAddress(newCommand("budgets"))
    .argument("[account]", "its name, or the beginning of names: role., tenant.acme; default: all")
    .option("--limit <count>", "at most so many (100)")
    .option("--after <account>", "only those behind this one");
  return runs(cli, command, { options: Options, run: showBudgets });
}
