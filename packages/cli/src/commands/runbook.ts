/** `troupe runbook list|show|diagnose|apply`: what to do when objectives are missed, checked against the live system. */
import { TroupeError } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { columns } from "../cluster/columns.ts";
import { followOperation } from "../cluster/follow-operation.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";
import { readEvidence } from "../runbooks/evidence.ts";
import {
  diagnoseRunbook,
  type Remedy,
  RUNBOOK_NAMES,
  type Runbook,
  type RunbookDiagnosis,
} from "../runbooks/runbook.ts";
import { RUNBOOKS } from "../runbooks/runbooks.ts";

const JsonOption = z.object({ json: z.boolean().default(false) });
const Options = AddressOptions.extend({ json: z.boolean().default(false) });
const ApplyOptions = Options.extend({
  yes: z.boolean().default(false),
  remedy: z.coerce.number().int().min(1).optional(),
});

function runbookNamed(name: string | undefined): Runbook {
  const known = RUNBOOK_NAMES.find((one) => one === name?.replaceAll("-", "_"));
  if (known !== undefined) return RUNBOOKS[known];
  throw new TroupeError("invalid_request", `no runbook ${JSON.stringify(name)}: there are ${RUNBOOK_NAMES.join(", ")}`);
}

async function list({ terminal }: Scope, { json }: z.infer<typeof JsonOption>): Promise<ExitCode> {
  const rows = Object.values(RUNBOOKS).map(({ name, title, objective }) => ({ name, title, objective }));
  if (json) terminal.print(JSON.stringify({ runbooks: rows }));
  else
    for (const line of columns(
      rows.map(({ name, title }) => [name, title]),
      terminal.columns,
    ))
      terminal.print(line);
  return EXIT_CODES.ok;
}

async function show(
  { terminal }: Scope,
  { json }: z.infer<typeof JsonOption>,
  [name]: readonly string[],
): Promise<ExitCode> {
  const { checks, ...runbook } = runbookNamed(name);
  const diagnosis = checks.map(({ name: check, looksAt }) => `${check}: ${looksAt}`);
  if (json) terminal.print(JSON.stringify({ ...runbook, diagnosis }));
  else {
    const { title, symptoms, remedies, escalation, rollBack } = runbook;
    const parts = {
      Symptoms: symptoms,
      Diagnosis: diagnosis,
      Remedy: remedies,
      Escalation: escalation,
      "Roll-back": rollBack,
    };
    terminal.print(`${runbook.name}: ${title}`);
    for (const [part, lines] of Object.entries(parts)) {
      terminal.print(`\n${part}`);
      for (const line of lines) terminal.print(`  - ${line}`);
    }
    terminal.print(`\ntroupe runbook diagnose ${runbook.name} executes the diagnosis.`);
  }
  return EXIT_CODES.ok;
}

/** Exit code 0 when no cause was found, 1 when one was. */
async function diagnose(scope: Scope, options: z.infer<typeof Options>, [name]: readonly string[]): Promise<ExitCode> {
  const runbook = runbookNamed(name);
  const evidence = await reach(scope, options, "operator", (reached) => readEvidence(reached, scope.clock));
  const diagnosis = diagnoseRunbook(runbook, evidence);
  if (options.json) scope.terminal.print(JSON.stringify(diagnosis));
  else for (const line of diagnosisLines(diagnosis)) scope.terminal.print(line);
  return diagnosis.fault === null ? EXIT_CODES.ok : EXIT_CODES.failed;
}

function diagnosisLines({ runbook, fault, text, findings, remedies }: RunbookDiagnosis): readonly string[] {
  return [
    ...findings.map((finding) => `${finding.fault ? "!" : "·"} ${finding.check.padEnd(12)} ${finding.text}`),
    "",
    fault === null ? text : `${fault}: ${text}`,
    ...remedies.map((remedy, i) => `  ${i + 1}. ${remedy.text}${remedy.operation ? "" : " (by hand)"}`),
    ...(remedies.some(({ operation }) => operation !== undefined)
      ? [`troupe runbook apply ${runbook} carries out the first of them that a command can do; --remedy N another.`]
      : []),
  ];
}

/** Diagnoses anew, and carries out one remedy of what is found now. */
async function apply(
  scope: Scope,
  options: z.infer<typeof ApplyOptions>,
  [name]: readonly string[],
): Promise<ExitCode> {
  const runbook = runbookNamed(name);
  const { terminal } = scope;
  return reach(scope, options, "operator", async (reached) => {
    const diagnosis = diagnoseRunbook(runbook, await readEvidence(reached, scope.clock));
    const { fault, text, remedies } = diagnosis;
    const remedy = chosen(remedies, options.remedy);
    if (!remedy?.operation) {
      terminal.complain(fault === null ? text : `${fault}: ${text}; there is nothing that a command could do`);
      return EXIT_CODES.failed;
    }
    const { kind, body } = remedy.operation;
    if (!options.yes) {
      if (options.json) terminal.print(JSON.stringify({ applied: false, fault, remedy }));
      terminal.complain(`${fault}: ${text}\nwould ${kind}: ${remedy.text}\nNothing was changed: add --yes to do it.`);
      return EXIT_CODES.failed;
    }
    const reason = `runbook ${runbook.name}: ${fault}: ${text}`.slice(0, 500);
    const { link, address } = reached;
    const operation = await followOperation(
      scope,
      kind,
      { ...body, reason },
      { link, system: address.system, waitMs: 60_000 },
    );
    if (options.json) terminal.print(JSON.stringify({ applied: true, fault, remedy, operation }));
    if (remedy.rollBack !== undefined) terminal.note(`To take it back: ${remedy.rollBack}`);
    return operation.state === "confirmed" ? EXIT_CODES.ok : EXIT_CODES.failed;
  });
}

const chosen = (remedies: readonly Remedy[], number: number | undefined): Remedy | undefined =>
  number === undefined ? remedies.find(({ operation }) => operation !== undefined) : remedies[number - 1];

const named = (name: string, description: string) =>
  newCommand(name, description).argument("<name>", RUNBOOK_NAMES.join(", "));

export function runbookCommand(cli: Cli): Command {
  const applyCommand = withAddress(named("apply", "diagnose, and carry out a remedy of what is found"))
    .option("--yes", "do it; without it nothing is changed")
    .option("--remedy <number>", "which of the remedies of the diagnosis; default: the first that a command can do");
  return newCommand("runbook")
    .addCommand(runs(cli, newCommand("list", "all runbooks"), { options: JsonOption, run: list }))
    .addCommand(
      runs(cli, named("show", "symptoms, diagnosis, remedy, escalation, roll-back"), {
        options: JsonOption,
        run: show,
      }),
    )
    .addCommand(
      runs(cli, withAddress(named("diagnose", "look at the live system, and name the cause")), {
        options: Options,
        run: diagnose,
      }),
    )
    .addCommand(runs(cli, applyCommand, { options: ApplyOptions, run: apply }));
}
