import type { Command } from "commander";
import { z } from "zod";
import { type Cli, newCommand, runs, type Scope } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { drawGraph, mermaidGraph } from "../graph/draw.ts";
import { chooseSystemFile, loadSystemFile } from "../system-file/load.ts";
import { graphCheckCommand } from "./graph-check.ts";

const Options = z.object({ mermaid: z.boolean().default(false), json: z.boolean().default(false) });

async function showGraph(scope: Scope, options: z.infer<typeof Options>, args: readonly string[]): Promise<ExitCode> {
  const { manifest } = await loadSystemFile(await chooseSystemFile(args[0], scope.cwd));
  const { terminal } = scope;
  if (options.json)
    terminal.print(JSON.stringify({ name: manifest.name, graph: manifest.graph, roles: manifest.roles }));
  else if (options.mermaid) terminal.print(mermaidGraph(manifest));
  else for (const line of drawGraph(manifest, terminal.paint)) terminal.print(line);
  return EXIT_CODES.ok;
}

export function graphCommand(cli: Cli): Command {
  const command = newCommand("graph", "draw the role graph of a system file")
    .argument("[file]", "system file; default: system.ts or system.yaml here, else the reference system")
    .option("--mermaid", "print a Mermaid flowchart");
  return runs(cli, command, { options: Options, run: showGraph }).addCommand(graphCheckCommand(cli));
}
