import { TroupeError } from "@troupe/runtime";
import { purgeRows, type RowPattern, rowKeys, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { type Reached, reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });
type Options = z.infer<typeof Options>;

const TOKEN = /^(?:\*|[A-Za-z0-9_-]+)$/;
const ALL = ["*", "*", "*"] as const;

/** `tenant.role.model`, each a name or `*`; what is left out at the end is `*`. */
function patternOf(text: string): readonly string[] {
  const tokens = text.split(".");
  if (tokens.length <= ALL.length && tokens.every((token) => TOKEN.test(token)))
    return ALL.map((all, index) => tokens[index] ?? all);
  throw new TroupeError(
    "invalid_request",
    `${JSON.stringify(text)} is no pattern: TENANT.ROLE.MODEL, each a name or *`,
  );
}

const rowsOf = ({ address, link }: Reached, pattern: readonly string[]): RowPattern => ({
  link,
  subjects: new Subjects(address.system),
  bucket: "cache",
  keys: `${pattern.join(".")}.*`,
});

async function list(scope: Scope, options: Options, [text = "*"]: readonly string[]): Promise<ExitCode> {
  const pattern = patternOf(text);
  const keys = await reach(scope, options, "operator", (reached) => rowKeys(rowsOf(reached, pattern)));
  const found = new Map<string, number>();
  for (const key of keys) {
    const place = key.slice(0, key.lastIndexOf("."));
    found.set(place, (found.get(place) ?? 0) + 1);
  }
  const counts = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([place, answers]) => ({ place, answers }));
  if (options.json) scope.terminal.print(JSON.stringify({ cache: counts }));
  else if (counts.length === 0) scope.terminal.print("No answers are kept.");
  else for (const { place, answers } of counts) scope.terminal.print(`${String(answers).padStart(7)}  ${place}`);
  return EXIT_CODES.ok;
}

async function clear(scope: Scope, options: Options, [text = ""]: readonly string[]): Promise<ExitCode> {
  const pattern = patternOf(text);
  const cleared = await reach(scope, options, "operator", (reached) => purgeRows(rowsOf(reached, pattern)));
  if (options.json) scope.terminal.print(JSON.stringify({ pattern: pattern.join("."), cleared }));
  else
    scope.terminal.print(`${cleared} answers are forgotten; nodes use what they have in memory for up to 30 s more.`);
  return EXIT_CODES.ok;
}

export function cacheCommand(cli: Cli): Command {
  const listing = withAddress(newCommand("list", "how many answers are kept, by TENANT.ROLE.MODEL")).argument(
    "[pattern]",
    "acme.writer.*, each a name or *; default: all",
  );
  const clearing = withAddress(newCommand("clear", "forget kept answers")).argument(
    "<pattern>",
    "acme.writer.*, each a name or *; what is left out at the end is *",
  );
  return newCommand("cache")
    .addCommand(runs(cli, listing, { options: Options, run: list }))
    .addCommand(runs(cli, clearing, { options: Options, run: clear }));
}
