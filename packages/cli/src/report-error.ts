import { ERRORS, type ErrorBody, type ErrorCode, errorBodyOf } from "@troupe/runtime";
import { EXIT_CODES, type ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";

const UNREACHABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unavailable", "no_system", "lease_lost"]);

/** Says what went wrong (code, message, every listed problem, what to do next) and returns the exit code. */
export function reportError(terminal: Terminal, thrown: unknown): ExitCode {
  const error = errorBodyOf(thrown, "invariant_violated");
  if (terminal.isJson) terminal.print(JSON.stringify({ error }));
  for (const line of errorLines(error)) terminal.complain(line);
  return exitCodeOf(error.code);
}

/** The exit code that an error ends a command with: a bad request is the caller's to mend, an unreachable part is not. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (UNREACHABLE.has(code)) return EXIT_CODES.unreachable;
  return ERRORS[code].http === 400 ? EXIT_CODES.usage : EXIT_CODES.failed;
}

/** An error as people read it. */
export function errorLines(error: ErrorBody): readonly string[] {
  // Where the message lists the problems itself, they are not told twice.
  const problems = error.message.includes("\n") ? [] : problemsOf(error.details?.["problems"]);
  return [`troupe: ${error.message}`, ...problems, `  code: ${error.code}`, `  next: ${ERRORS[error.code].remedy}`];
}

function problemsOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.map((problem: unknown) => `  - ${problemLine(problem)}`);
}

function problemLine(problem: unknown): string {
  if (typeof problem !== "object" || problem === null) return String(problem);
  const { path, reason, value } = problem as { path?: unknown; reason?: unknown; value?: unknown };
  const got = value === undefined ? "" : ` (got ${JSON.stringify(value)})`;
  return `${String(path)}: ${String(reason)}${got}`;
}
