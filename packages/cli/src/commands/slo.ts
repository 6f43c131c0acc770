import { callService, type ObjectiveReport, SloReport, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { columns } from "../cluster/columns.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });

async function showSlos(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const answer = await reach(scope, options, "operator", ({ link, address }) =>
    callService(link, new Subjects(address.system).supervisor("slo"), undefined, { ifLost: "unavailable" }),
  );
  const report = SloReport.parse(answer);
  if (options.json) scope.terminal.print(JSON.stringify(report));
  else for (const line of reportLines(report, scope.terminal.columns)) scope.terminal.print(line);
  return EXIT_CODES.ok;
}

function reportLines({ objectives, since }: SloReport, width: number | undefined): readonly string[] {
  if (objectives.length === 0) return ["No objective is declared: all are switched off."];
  const header = ["objective", "status", "value", "target", "alert", "window", "tasks", "budget left", "burn 5m/1h/6h"];
  return [
    ...columns([header, ...objectives.map(cells)], width),
    since === null ? "Nothing was counted yet." : `Counted since ${since}.`,
  ];
}

function cells(objective: ObjectiveReport): readonly string[] {
  const { name, status, unit, value, target, alert, window_ms: windowMs, tasks, budget_left: left } = objective;
  const shown = AMOUNT[unit];
  return [
    name,
    status.replace("_", " "),
    value === null ? "-" : shown(value),
    shown(target),
    shown(alert),
    windowMs % DAY_MS === 0 ? `${windowMs / DAY_MS} d` : `${Math.round(windowMs / HOUR_MS)} h`,
    String(tasks),
    left === null ? "-" : `${(left * 100).toFixed(1)} %`,
    [5 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS].map((ms) => burnOf(objective, ms)).join("/"),
  ];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const burnOf = ({ burn }: ObjectiveReport, windowMs: number): string =>
  burn.find((one) => one.window_ms === windowMs)?.rate.toFixed(1) ?? "-";

const AMOUNT: Readonly<Record<ObjectiveReport["unit"], (value: number) => string>> = {
  share: (value) => `${(value * 100).toFixed(2)} %`,
  ms: (value) => `${(value / 1_000).toFixed(2)} s`,
  usd: (value) => `$${value.toFixed(4)}`,
};

export function sloCommand(cli: Cli): Command {
  const report = withAddress(
    newCommand("report", "value, target, what is left of the error budget, and how fast it is spent"),
  );
  const command = newCommand("slo");
  return command.addCommand(runs(cli, report, { options: Options, run: showSlos }), { isDefault: true });
}
