import {
  callService,
  Subjects,
  USAGE_KEYS,
  UsageAnswer,
  type UsageKey,
  type UsageLine,
} from "@troupe/runtime/internal";
import { type Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({
  json: z.boolean().default(false),
  csv: z.boolean().default(false),
  by: z.array(z.enum(USAGE_KEYS)).default(["day", "model"]),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  tenant: z.string().min(1).max(128).optional(),
});
type Options = z.infer<typeof Options>;

/** The supervisor reads the whole log for it. */
const ANSWER_MS = 60_000;
const SUMS = ["calls", "cached_calls", "input_tokens", "output_tokens", "cost_usd", "saved_usd"] as const;
const MICROS_A_DOLLAR = 1_000_000;

async function showUsage(scope: Scope, { by, from, to, tenant, json, csv, ...address }: Options): Promise<ExitCode> {
  const { terminal } = scope;
  const question = { by, ...(from && { from }), ...(to && { to }), ...(tenant && { tenant }) };
  const answer = await reach(scope, address, "operator", (reached) => {
    const subject = new Subjects(reached.address.system).supervisor("usage");
    return callService(reached.link, subject, question, { timeoutMs: ANSWER_MS });
  });
  const { lines, is_complete: isComplete } = UsageAnswer.parse(answer);
  const keys = USAGE_KEYS.filter((key) => by.includes(key));
  if (json) for (const line of lines) terminal.print(JSON.stringify(line));
  else for (const line of csv ? csvOf(keys, lines) : tableOf(keys, lines)) terminal.print(line);
  if (!isComplete) terminal.complain("There are more lines than one answer holds: ask for fewer days, or by less.");
  return EXIT_CODES.ok;
}

const dollars = (micros: number): string => (micros / MICROS_A_DOLLAR).toFixed(6);

function cells(keys: readonly UsageKey[], line: UsageLine): readonly string[] {
  const { calls, cached_calls: cached, input_tokens: input, output_tokens: output } = line;
  const sums = [calls, cached, input, output].map(String);
  return [...keys.map((key) => line[key] ?? ""), ...sums, dollars(line.cost_micros), dollars(line.saved_micros)];
}

const csvOf = (keys: readonly UsageKey[], lines: readonly UsageLine[]): readonly string[] =>
  [[...keys, ...SUMS], ...lines.map((line) => cells(keys, line))].map((row) => row.map(csvCell).join(","));

/** Quoted where RFC 4180 wants it; what a spreadsheet would take for a formula is told to be text. */
function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-[^\d]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tableOf(keys: readonly UsageKey[], lines: readonly UsageLine[]): readonly string[] {
  if (lines.length === 0) return ["No model calls in these days."];
  const rows = [[...keys, ...SUMS], ...lines.map((line) => cells(keys, line).map((cell) => cell || "-"))];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const aligned = (cell: string, column: number) =>
    column < keys.length ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(aligned).join("  ").trimEnd());
}

function keysIn(text: string): readonly string[] {
  const keys = text.split(",");
  const unknown = keys.find((key) => !USAGE_KEYS.some((known) => known === key));
  if (unknown === undefined) return keys;
  throw new InvalidArgumentError(`not ${JSON.stringify(unknown)}: any of ${USAGE_KEYS.join(", ")}, with commas`);
}

export function usageCommand(cli: Cli): Command {
  const command = withAddress(newCommand("usage"))
    .option("--by <keys>", `any of ${USAGE_KEYS.join(", ")}, with commas (day,model)`, keysIn)
    .option("--from <day>", "first day, 2026-01-31 (UTC)")
    .option("--to <day>", "last day")
    .option("--tenant <name>", "of this tenant only")
    .option("--csv", "comma-separated values with a header; --json prints one JSON object a line");
  return runs(cli, command, { options: Options, run: showUsage });
}
