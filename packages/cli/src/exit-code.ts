import { ERRORS, type ErrorCode } from "@troupe/runtime";

/** Exit codes of every command; `docs/cli.md` lists them. */
export const EXIT_CODES = {
  ok: 0,
  /** The task did not complete, or the command failed. */
  failed: 1,
  /** Wrong arguments, options, or a file that does not parse. */
  usage: 2,
  /** NATS, the supervisor or a gateway did not answer, or no address is known. */
  unreachable: 3,
  /** Ended by Ctrl-C or SIGTERM. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

const UNREACHABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["unavailable", "no_system", "lease_lost"]);

/** The exit code that an error ends a command with: a bad request is the caller's to mend, an unreachable part is not. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (UNREACHABLE.has(code)) return EXIT_CODES.unreachable;
  return ERRORS[code].http === 400 ? EXIT_CODES.usage : EXIT_CODES.failed;
}
