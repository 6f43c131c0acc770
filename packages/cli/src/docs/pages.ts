import { Readable } from "node:stream";
import { systemClock, systemRandom } from "@troupe/runtime";
import { loadEnvironment } from "../config/load.ts";
import { buildProgram } from "../program.ts";
import { cliPage } from "./cli-page.ts";
import { errorsPage } from "./errors-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { permissionsPage } from "./permissions-page.ts";
import { subjectsPage } from "./subjects-page.ts";

/** Every generated page of the documentation, by its path in the repository. */
export function generatedPages(): ReadonlyMap<string, string> {
  const silent = { write: () => undefined };
  const program = buildProgram({
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
  });
  return new Map([
    ["docs/cli.md", cliPage(program)],
    ["docs/errors.md", errorsPage()],
    ["docs/metrics.md", metricsPage()],
    ["docs/permissions.md", permissionsPage()],
    ["docs/subjects.md", subjectsPage()],
  ]);
}
