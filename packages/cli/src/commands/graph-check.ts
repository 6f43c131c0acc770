import { TroupeError } from "@troupe/runtime";
import { openRoleKeys, type RoleKeys, requireCompiled } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import type { Address } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { ATTACK_GROUPS, type Attempt } from "../firewall/attack.ts";
import { checkFirewall } from "../firewall/check-firewall.ts";
import { drawMatrix } from "../firewall/matrix.ts";
import { findRoleKeys } from "../keys.ts";
import { reach } from "../reach.ts";
import type { Terminal } from "../terminal.ts";

const Options = AddressOptions.extend({
  version: z.string().optional(),
  all: z.boolean().default(false),
  json: z.boolean().default(false),
});

async function checkGraph(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const { terminal, clock, random } = scope;
  return reach(scope, options, "operator", async ({ link, address }) => {
    const keys = await keysOf(address, options.version);
    const { natsUrl: servers, system } = address;
    terminal.note(`Version ${keys.version} of ${keys.manifest.name}: who may write to whom.\n`);
    for (const line of drawMatrix(requireCompiled(keys.manifest), terminal.paint)) terminal.note(line);
    terminal.note("");
    const attempts = await checkFirewall({ servers, system, keys, core: link, clock, random });
    const hasSucceeded = attempts.some(({ isRefused }) => !isRefused);
    if (options.json) terminal.print(JSON.stringify({ version: keys.version, refused: !hasSucceeded, attempts }));
    else report(attempts, options.all, terminal);
    return hasSucceeded ? EXIT_CODES.failed : EXIT_CODES.ok;
  });
}

/** Keys of the asked version, else of the newest. Throws `unauthorized` with what it means that there are none. */
async function keysOf({ keysFile }: Address, wanted: string | undefined): Promise<RoleKeys> {
  const folder = await findRoleKeys(keysFile);
  const found = folder === undefined ? [] : await openRoleKeys(folder);
  const keys =
    wanted === undefined
      ? found.toSorted((a, b) => numberOf(b) - numberOf(a))[0]
      : found.find(({ version }) => version === wanted);
  if (keys) return keys;
  throw new TroupeError(
    "unauthorized",
    `${folder ?? "beside the keys"}: no keys of roles${wanted === undefined ? "" : ` of ${wanted}`}. Without them all roles share one NATS user, and the server checks no edge between them`,
  );
}

const numberOf = ({ version }: RoleKeys): number => Number(version.slice(1));

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
