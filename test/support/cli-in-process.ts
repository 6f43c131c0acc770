/** Runs a command of `troupe` in the test's own process: as fast as the command is, and against any server. */
import { PassThrough } from "node:stream";
import type { ExitCode } from "@troupe/cli";
import { type Cli, loadEnvironment, runProgram } from "@troupe/cli/internal";
import { type Clock, systemClock, systemRandom } from "@troupe/runtime";

export interface CommandEnded {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command's output and exit code, with nothing of this process's environment but the path. */
export async function runCommand(
  args: readonly string[],
  variables: NodeJS.ProcessEnv = {},
  cwd = import.meta.dirname,
  clock: Clock = systemClock,
): Promise<CommandEnded> {
  const said = { stdout: "", stderr: "" };
  const { promise, resolve } = Promise.withResolvers<ExitCode>();
  const into = (stream: keyof typeof said) => ({
    isTTY: false,
    write: (text: string) => ((said[stream] += text), true),
  });
  const environment = loadEnvironment({ PATH: process.env["PATH"], HOME: process.env["HOME"], ...variables });
  const cli: Cli = {
    stdin: new PassThrough().end(),
    stdout: into("stdout"),
    stderr: into("stderr"),
    environment,
    cwd,
    pid: process.pid,
    clock,
    random: systemRandom,
    interrupted: new AbortController().signal,
    exit: resolve,
  };
  await runProgram({ ...cli, open: () => Promise.resolve(cli) }, args);
  return { code: await promise, ...said };
}
