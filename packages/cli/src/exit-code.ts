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
