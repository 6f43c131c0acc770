import { requireCompiled } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { tellAudit } from "../audit/tell-audit.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { ATTACK_GROUPS, type Attempt } from "../firewall/attack.ts";
import { checkFirewall } from "../firewall/check-firewall.ts";
import { checkEvent, newCheckMark } from "../firewall/check-mark.ts";
import { drawMatrix } from "../firewall/matrix.ts";
import { playableVersion } from "../firewall/role-keys-here.ts";
import { approvalRuleLines, approvalRules } from "../graph/approval-rules.ts";
import { reach } from "../reach.ts";
import type { Terminal } from "../terminal.ts";

const Options = AddressOptions.extend({
  version: z.string().optional(),
  all: z.boolean().default(false),
  json: z.boolean().default(false),
});

async function checkGraph(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const { terminal, clock, random } = scope;
  return reach(scope, options, "operator", async (reached) => {
    const { link, address } = reached;
    const playable = await playableVersion(address, options.version, clock);
    const { version, manifest } = playable;
    const { natsUrl: servers, system } = address;
    terminal.note(`Version ${version} of ${manifest.name}: who may write to whom.\n`);
    for (const line of drawMatrix(requireCompiled(manifest), terminal.paint)) terminal.note(line);
    for (const line of approvalRuleLines(manifest)) terminal.note(line);
    terminal.note("");
    const mark = newCheckMark(random);
    await tellAudit(scope, reached, checkEvent(mark, version, { outcome: "begun" }));
    const attempts = await checkFirewall({ servers, system, ...playable, mark, core: link, clock, random });
    const succeeded = attempts.filter(({ isRefused }) => !isRefused).length;
    const hasSucceeded = succeeded > 0;
    if (options.json)
      terminal.print(JSON.stringify({ version, refused: !hasSucceeded, approvals: approvalRules(manifest), attempts }));
    else report(attempts, options.all, terminal);
    await tellAudit(scope, reached, checkEvent(mark, version, { outcome: "done", succeeded }));
    return hasSucceeded ? EXIT_CODES.failed : EXIT_CODES.ok;
  });
}

function report(attempts: readonly Attempt[], isFull: boolean, terminal: Terminal): void {
  const { paint } = terminal;
  const print = (line: string) => terminal.print(line);
  for (const group of ATTACK_GROUPS) {
    const tried = attempts.filter(({ attack }) => attack.group === group);
    const [example] = tried;
    if (!example) continue;
    const open = tried.filter(({ isRefused }) => !isRefused);
    const mark = open.length === 0 ? paint("green", "✓") : paint("red", "✗");
    print(`${mark} ${group.padEnd(22)} ${tried.length - open.length} of ${tried.length} refused`);
    if (open.length === 0 && !isFull) print(paint("dim", `    ${lineOf(example)}`));
    for (const attempt of isFull ? tried : open)
      print(`    ${attempt.isRefused ? "" : "SUCCEEDED "}${lineOf(attempt)}`);
  }
  const refused = attempts.filter(({ isRefused }) => isRefused).length;
  print(`\n${attempts.length} attempts, ${refused} refused by the server, ${attempts.length - refused} succeeded`);
}

const lineOf = ({ role, attack, answer }: Attempt): string => `as ${role}: ${attack.name} → ${answer}`;

export function graphCheckCommand(cli: Cli): Command {
  const command = withAddress(
    newCommand("check", "try, as each role, everything that the graph forbids, on the running system"),
  )
    .option("--version <version>", "version to check; default: the newest that has keys")
    .option("--all", "print every attempt, not one of each kind");
  return runs(cli, command, { options: Options, run: checkGraph });
}
