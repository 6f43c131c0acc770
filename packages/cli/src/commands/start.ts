import { join } from "node:path";
import type { Command } from "commander";
import { type Cli, newCommand, runs, type Scope, withTls } from "../cli.ts";
import { withAllowWeak } from "../environment/require-strong.ts";
import type { ExitCode } from "../exit-code.ts";
import { readRunFile, STATE_FOLDER } from "../run-file.ts";
import { attach } from "../start/attach.ts";
import { StartOptions } from "../start/start-options.ts";

async function start(scope: Scope, options: StartOptions, args: readonly string[]): Promise<ExitCode> {
  const input = args.join(" ").trim() || undefined;
  const running = await readRunFile(join(scope.cwd, STATE_FOLDER));
  if (running) return attach(scope, running, { role: options.role, input });
  // Loaded only here: gateway, supervisor and models would slow down every other command.
  const { startAll } = await import("../start/start-all.ts");
  return startAll(scope, options, input);
}

export function startCommand(cli: Cli): Command {
  const command = newCommand("start")
    .argument("[task...]", "text of a task to run and to show")
    .option("--once", "end after the task; the exit code says whether it completed")
    .option("--live", "use the model endpoints of the environment, not the built-in offline model")
    .option("--memory", "throw the store away at the end")
    .option(
      "--file <system>",
      "system file, TypeScript or YAML; default: system.ts or system.yaml here, else the reference system",
    )
    .option("--role <name>", "role that gets the task; default: the first that clients may address")
    .option("--nodes <count>", "node processes (2)")
    .option("--port <port>", "HTTP port; default: any free one")
    .option("--nats-port <port>", "port of the NATS server that is started; default: any free one")
    .option("--nats <url>", "use this NATS server (also NATS_URL) and start none")
    .option(
      "--keys <file>",
      "with --nats: keys.json or a folder of .creds files; without, everything signs in anonymously",
    )
    .option("--system <name>", "name of the system, the first token of its subjects (troupe)");
  return runs(cli, withAllowWeak(withTls(command)), { options: StartOptions, run: start });
}
