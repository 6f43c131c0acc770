/** The process behind `troupe`: the only place that touches standard streams, signals and the exit code. */
import { systemClock, systemRandom } from "@troupe/runtime";
import { loadEnvironment } from "./config/load.ts";
import { layered, readSettingsFile } from "./environment/settings-file.ts";
import { EXIT_CODES, type ExitCode } from "./exit-code.ts";
import { whenNpmIsGone } from "./npm-parent.ts";
import { runProgram } from "./program.ts";
import { reportError } from "./report-error.ts";
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
  const nowMs = systemClock.monotonicMs();
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

// Into the process's own environment: nodes and hosts that are started get it too.
try {
  Object.assign(process.env, layered(process.env, await readSettingsFile(process.cwd())));
} catch (error) {
  const { stdout, stderr } = process;
  exit(reportError(createTerminal({ stdout, stderr, isJson: false, wantsColour: false }), error));
}

await runProgram(
  {
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
  },
  process.argv.slice(2),
);
