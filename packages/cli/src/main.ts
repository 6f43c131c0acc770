/** The process behind `troupe`: the only place that touches standard streams, signals and the exit code. */
import type { Cli } from "./cli.ts";
import { EXIT_CODES, type ExitCode } from "./exit-code.ts";
import { whenNpmIsGone } from "./npm-parent.ts";
import { runProgram } from "./program.ts";
import { createTerminal } from "./terminal.ts";

const interruption = new AbortController();
const exit = (code: ExitCode): never => process.exit(code);
/** A reader of a pipe may be slower than we are: what was printed goes out first. */
const exitWhenSaid = (code: ExitCode): void => {
  process.stdout.write("", () => process.stderr.write("", () => exit(code)));
};

/** One Ctrl-C may arrive twice, through the terminal and through the process that started this one. */
const SAME_INTERRUPTION_MS = 300;
let interruptedAtMs: number | undefined;

function interrupt(): void {
  const nowMs = performance.now();
  interruptedAtMs ??= nowMs;
  if (nowMs - interruptedAtMs > SAME_INTERRUPTION_MS) exit(EXIT_CODES.interrupted);
  interruption.abort();
}

process.on("SIGINT", interrupt);
process.on("SIGTERM", interrupt);
process.on("SIGHUP", interrupt);
// A node of `troupe start` has a channel to its parent and ends with it, however the parent ended.
process.on("disconnect", () => exit(EXIT_CODES.interrupted));
whenNpmIsGone(interrupt);
// `troupe task log ID | head`: the reader has gone, there is nobody left to tell.
process.stdout.on("error", () => exit(EXIT_CODES.ok));

/** What a command needs. For the version and the list of commands none of it is loaded. */
async function open(): Promise<Cli> {
  const [{ systemClock, systemRandom }, { loadEnvironment }, { layered, readSettingsFile }] = await Promise.all([
    import("@troupe/runtime"),
    import("./config/load.ts"),
    import("./environment/settings-file.ts"),
  ]);
  // Into the process's own environment: nodes and hosts that are started get it too.
  Object.assign(process.env, layered(process.env, await readSettingsFile(process.cwd())));
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: loadEnvironment(process.env),
    cwd: process.cwd(),
    pid: process.pid,
    clock: systemClock,
    random: systemRandom,
    interrupted: interruption.signal,
    exit: exitWhenSaid,
  };
}

const { stdout, stderr } = process;
try {
  await runProgram({ stdout, stderr, exit: exitWhenSaid, open }, process.argv.slice(2));
} catch (error) {
  const { reportError } = await import("./report-error.ts");
  exit(reportError(createTerminal({ stdout, stderr, isJson: false, wantsColour: false }), error));
}
