import { mkdir, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { TroupeError } from "@troupe/runtime";
import type { Command } from "commander";
import { z } from "zod";
import { type Cli, newCommand, runs, type Scope } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { packageSources } from "../init/package-sources.ts";
import { projectFiles } from "../init/project.ts";

const Options = z.object({ json: z.boolean().default(false) });

async function init(scope: Scope, _options: z.infer<typeof Options>, args: readonly string[]): Promise<ExitCode> {
  const folder = resolve(scope.cwd, args[0] ?? ".");
  await requireEmpty(folder);
  const files = projectFiles({ name: projectName(folder), dependencies: await packageSources() });
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: "wx" });
  }
  if (scope.terminal.isJson) scope.terminal.print(JSON.stringify({ folder, files: [...files.keys()] }));
  for (const path of files.keys()) scope.terminal.note(`  ${path}`);
  scope.terminal.note(`\nNext:\n  cd ${args[0] ?? "."}\n  npm install\n  npm start -- "Say hello to the world"`);
  return EXIT_CODES.ok;
}

async function requireEmpty(folder: string): Promise<void> {
  const present = await readdir(folder).catch(() => []);
  const inTheWay = present.filter((name) => !name.startsWith("."));
  if (inTheWay.length === 0) return;
  throw new TroupeError("conflict", `${folder} is not empty (${inTheWay.slice(0, 3).join(", ")} …): name a new folder`);
}

/** The folder's name as a package and system name may be. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 32)
    .replace(/(?<!-)-+$/, "");
  return name === "" ? "my-system" : name;
}

export function initCommand(cli: Cli): Command {
  const command = newCommand("init").argument("[dir]", "folder; default: this one");
  return runs(cli, command, { options: Options, run: init });
}
