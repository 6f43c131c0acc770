import { Readable } from "node:stream";
import { systemClock, systemRandom } from "@troupe/runtime";
import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { COMMANDS } from "../command-list.ts";
import { loadEnvironment } from "../config/load.ts";
import { buildProgram } from "../program.ts";
import { cliPage } from "./cli-page.ts";
import { errorsPage } from "./errors-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { permissionsPage } from "./permissions-page.ts";
import { subjectsPage } from "./subjects-page.ts";

/** Every generated page of the documentation, by its path in the repository. */
export async function generatedPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ["docs/cli.md", cliPage(await wholeProgram())],
    ["docs/errors.md", errorsPage()],
    ["docs/metrics.md", metricsPage()],
    ["docs/permissions.md", permissionsPage()],
    ["docs/subjects.md", subjectsPage()],
  ]);
}

/** Every command with all of its options, to be looked at and not to be run. */
export async function wholeProgram(): Promise<Command> {
  const silent = { write: () => undefined };
  const cli: Cli = {
    stdin: Readable.from([]),
    stdout: silent,
    stderr: silent,
    environment: loadEnvironment({}),
    cwd: "/",
    pid: 1,
    clock: systemClock,
    random: systemRandom,
    interrupted: new AbortController().signal,
    exit: () => undefined,
  };
  const everything = COMMANDS.map(({ name }) => name);
  return buildProgram({ ...cli, open: () => Promise.resolve(cli) }, everything);
}
