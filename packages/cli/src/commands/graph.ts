import type { SystemManifest } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { approvalRuleLines, approvalRules } from "../graph/approval-rules.ts";
import { drawGraph, mermaidGraph } from "../graph/draw.ts";
import { type RunningGraph, readRunningGraph } from "../graph/running-graph.ts";
import { reach } from "../reach.ts";
import { chooseSystemFile, loadSystemFile } from "../system-file/load.ts";
import { graphCheckCommand } from "./graph-check.ts";
import { graphRevokeCommand } from "./graph-revoke.ts";

const Options = AddressOptions.extend({
  mermaid: z.boolean().default(false),
  running: z.boolean().default(false),
  json: z.boolean().default(false),
});

async function showGraph(scope: Scope, options: z.infer<typeof Options>, args: readonly string[]): Promise<ExitCode> {
  const { manifest, version, revoked } = await graphOf(scope, options, args[0]);
  const { terminal } = scope;
  const { name, graph, roles } = manifest;
  if (options.json)
    terminal.print(JSON.stringify({ name, version, graph, roles, revoked, approvals: approvalRules(manifest) }));
  else if (options.mermaid) terminal.print(mermaidGraph(manifest));
  else
    for (const line of [...drawGraph(manifest, terminal.paint, revoked), ...approvalLinesOf(manifest)])
      terminal.print(line);
  return EXIT_CODES.ok;
}

const approvalLinesOf = (manifest: SystemManifest): readonly string[] => {
  const lines = approvalRuleLines(manifest);
  return lines.length === 0 ? [] : ["", ...lines.map((line) => `  ${line}`)];
};

/** Of a file, or of what runs. */
async function graphOf(
  scope: Scope,
  options: z.infer<typeof Options>,
  file: string | undefined,
): Promise<Pick<RunningGraph, "manifest" | "revoked"> & Partial<RunningGraph>> {
  if (options.running) return reach(scope, options, "operator", (reached) => readRunningGraph(reached, scope.clock));
  const { manifest } = await loadSystemFile(await chooseSystemFile(file, scope.cwd), scope.environment.bundlesFolder);
  return { manifest, revoked: [] };
}

export function graphCommand(cli: Cli): Command {
  const command = withAddress(newCommand("graph"))
    .argument("[file]", "system file; default: system.ts or system.yaml here, else the reference system")
    .option("--running", "the version that runs, with the edges that were revoked")
    .option("--mermaid", "print a Mermaid flowchart");
  return runs(cli, command, { options: Options, run: showGraph })
    .addCommand(graphCheckCommand(cli))
    .addCommand(graphRevokeCommand(cli));
}
