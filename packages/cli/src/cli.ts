import { type Clock, type Random, TroupeError } from "@troupe/runtime";
import { problemsOf } from "@troupe/runtime/internal";
import { Command } from "commander";
import { z } from "zod";
import type { Environment } from "./config/load.ts";
import { EXIT_CODES, type ExitCode } from "./exit-code.ts";
import { reportError } from "./report-error.ts";
import { createTerminal, type Terminal, type Writable } from "./terminal.ts";

/** What the process gives to every command. */
export interface Cli {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly environment: Environment;
  readonly cwd: string;
  readonly pid: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts at the first Ctrl-C or SIGTERM: the command ends in an orderly way. A second one ends the process at once. */
  readonly interrupted: AbortSignal;
  /** Called once with the code that the process should exit with. */
  exit(code: ExitCode): void;
}

/** What a running command is given. */
export interface Scope extends Cli {
  readonly terminal: Terminal;
}

/** A command whose options are parsed by a schema before it runs. */
export interface CommandSpec<Options> {
  readonly options: z.ZodType<Options>;
  run(scope: Scope, options: Options, args: readonly string[]): Promise<ExitCode>;
}

const JsonFlag = z.object({ json: z.boolean().default(false) });

/** Gives a commander command its action: every command understands `--json` and ends in one exit code, whatever it throws. */
export function runs<Options>(cli: Cli, command: Command, spec: CommandSpec<Options>): Command {
  return command
    .option("--json", "print JSON on standard output, everything else on standard error")
    .action(async () => {
      const raw: unknown = command.opts();
      const { json } = JsonFlag.parse(raw);
      const terminal = createTerminal({
        stdout: cli.stdout,
        stderr: cli.stderr,
        isJson: json,
        wantsColour: cli.environment.wantsColour,
      });
      cli.exit(
        await outcome({ ...cli, terminal }, () => spec.run({ ...cli, terminal }, parsed(spec, raw), command.args)),
      );
    });
}

async function outcome(scope: Scope, run: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await run();
  } catch (error) {
    if (scope.interrupted.aborted) return EXIT_CODES.interrupted;
    return reportError(scope.terminal, error);
  }
}

function parsed<Options>(spec: CommandSpec<Options>, raw: unknown): Options {
  const result = spec.options.safeParse(raw);
  if (result.success) return result.data;
  const problems = problemsOf(result.error, raw).map(({ path, value, reason }) => ({
    path: `--${path.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    value,
    reason: reason.replace(/, received NaN$/, ""),
  }));
  throw new TroupeError("invalid_request", "wrong options", { details: { problems } });
}

/** Flags of every command that talks to a running system. */
export const AddressOptions: z.ZodObject<{
  nats: z.ZodOptional<z.ZodString>;
  keys: z.ZodOptional<z.ZodString>;
  system: z.ZodOptional<z.ZodString>;
  tlsCa: z.ZodOptional<z.ZodString>;
  tlsCert: z.ZodOptional<z.ZodString>;
  tlsKey: z.ZodOptional<z.ZodString>;
  tlsFirst: z.ZodOptional<z.ZodBoolean>;
}> = z.object({
  nats: z.string().optional(),
  keys: z.string().optional(),
  system: z.string().optional(),
  tlsCa: z.string().optional(),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  tlsFirst: z.boolean().optional(),
});

export function withAddress(command: Command): Command {
  return withTls(
    command
      .option("--nats <url>", "NATS server; default: TROUPE_NATS_URL, .troupe/run.json, NATS_URL, NATS context")
      .option(
        "--keys <path>",
        "keys.json, a .creds file, or a folder of either; default: TROUPE_KEYS_FILE, .troupe/run.json",
      )
      .option("--system <name>", "name of the system; default: TROUPE_SYSTEM, .troupe/run.json, troupe"),
  );
}

/** Flags of TLS towards NATS. */
export function withTls(command: Command): Command {
  return command
    .option(
      "--tls-ca <file>",
      "authority of the NATS server's certificate; default: TROUPE_TLS_CA, those of the machine",
    )
    .option("--tls-cert <file>", "certificate to show to NATS (mTLS); default: TROUPE_TLS_CERT")
    .option("--tls-key <file>", "its key; default: TROUPE_TLS_KEY")
    .option("--tls-first", "TLS before the server's first word (handshake_first); default: TROUPE_TLS_FIRST");
}

/** A new command of the given name. What a command of `troupe` itself is for stands in the list of commands. */
export const newCommand = (name: string, description = ""): Command => new Command(name).description(description);
