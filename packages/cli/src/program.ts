import { Command, CommanderError } from "commander";
import type { Cli } from "./cli.ts";
import { approvalsCommand } from "./commands/approvals.ts";
import { auditCommand } from "./commands/audit.ts";
import { authCommand } from "./commands/auth.ts";
import { budgetsCommand } from "./commands/budgets.ts";
import { cacheCommand } from "./commands/cache.ts";
import { chatCommand } from "./commands/chat.ts";
import { deadCommand } from "./commands/dead.ts";
import { deployCommand } from "./commands/deploy.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { encryptionCommand } from "./commands/encryption.ts";
import { eventsCommand } from "./commands/events.ts";
import { gatewayCommand } from "./commands/gateway.ts";
import { graphCommand } from "./commands/graph.ts";
import { initCommand } from "./commands/init.ts";
import { issuerCommand } from "./commands/issuer.ts";
import { actorsCommand, nodesCommand, operationCommand, placementCommand, queuesCommand } from "./commands/listings.ts";
import { nodeCommand } from "./commands/node.ts";
import {
  drainCommand,
  migrateCommand,
  pauseCommand,
  restartCommand,
  resumeCommand,
  scaleCommand,
  stopCommand,
} from "./commands/operations.ts";
import { runbookCommand } from "./commands/runbook.ts";
import { sloCommand } from "./commands/slo.ts";
import { startCommand } from "./commands/start.ts";
import { statusCommand } from "./commands/status.ts";
import { supervisorCommand } from "./commands/supervisor.ts";
import { taskCommand, tasksCommand } from "./commands/task.ts";
import { tokenCommand } from "./commands/token.ts";
import { usageCommand } from "./commands/usage.ts";
import { EXIT_CODES } from "./exit-code.ts";
import { VERSION } from "./version.ts";

/** In the order in which the help lists them. */
const COMMANDS: readonly ((cli: Cli) => Command)[] = [
  startCommand,
  initCommand,
  taskCommand,
  chatCommand,
  tasksCommand,
  statusCommand,
  nodesCommand,
  actorsCommand,
  queuesCommand,
  placementCommand,
  eventsCommand,
  graphCommand,
  deployCommand,
  migrateCommand,
  pauseCommand,
  resumeCommand,
  scaleCommand,
  restartCommand,
  stopCommand,
  drainCommand,
  operationCommand,
  approvalsCommand,
  deadCommand,
  tokenCommand,
  auditCommand,
  usageCommand,
  sloCommand,
  runbookCommand,
  budgetsCommand,
  cacheCommand,
  doctorCommand,
  nodeCommand,
  supervisorCommand,
  gatewayCommand,
  issuerCommand,
  authCommand,
  encryptionCommand,
];

/** The whole command tree. */
export function buildProgram(cli: Cli): Command {
  const program = new Command("troupe")
    .description("A distributed actor system for AI agents over NATS.")
    .version(VERSION)
    // What stands behind a subcommand is the subcommand's, although its parent has an option of the same name.
    .enablePositionalOptions()
    .showHelpAfterError("(run with --help to see what is allowed)")
    .configureHelp({ sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void cli.stdout.write(text),
      writeErr: (text) => void cli.stderr.write(text),
    });
  for (const build of COMMANDS) program.addCommand(build(cli));
  inherit(program);
  return program;
}

/** Runs the command that the arguments name. Ends through `cli.exit`, also for usage errors and help. */
export async function runProgram(cli: Cli, args: readonly string[]): Promise<void> {
  try {
    await buildProgram(cli).parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    cli.exit(error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage);
  }
}

/** Commander hands settings down only to commands that it makes itself. */
function inherit(parent: Command): void {
  parent.exitOverride();
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inherit(child);
  }
}
