import { Command, CommanderError } from "commander";
import type { Cli } from "./cli.ts";
import { COMMANDS } from "./command-list.ts";
import { EXIT_CODES } from "./exit-code.ts";
import { VERSION } from "./version.ts";

/** What a program needs before it is clear that a command runs, and how the rest is had then. */
export interface ProgramPorts extends Pick<Cli, "stdout" | "stderr" | "exit"> {
  open(): Promise<Cli>;
}

/** The command tree: whole are the commands whose names are wanted, of the others there is what the help says. */
export async function buildProgram(ports: ProgramPorts, wanted: readonly string[]): Promise<Command> {
  const program = new Command("troupe")
    .description("A distributed actor system for AI agents over NATS.")
    .version(VERSION)
    // What stands behind a subcommand is the subcommand's, although its parent has an option of the same name.
    .enablePositionalOptions()
    .showHelpAfterError("(run with --help to see what is allowed)")
    .configureHelp({ sortSubcommands: false })
    .configureOutput({
      writeOut: (text) => void ports.stdout.write(text),
      writeErr: (text) => void ports.stderr.write(text),
    });
  for (const { name, description, load } of COMMANDS) {
    const command = wanted.includes(name) ? (await load())(await ports.open()) : new Command(name);
    program.addCommand(command.description(description));
  }
  inherit(program);
  return program;
}

/** Runs the command that the arguments name, and loads the code of no other. Ends through `exit`, also for usage errors and help. */
export async function runProgram(ports: ProgramPorts, args: readonly string[]): Promise<void> {
  try {
    const program = await buildProgram(ports, commandIn(args));
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    ports.exit(error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage);
  }
}

/** The command that is to run, or that help is wanted for: none of the program's own options takes a value. */
function commandIn(args: readonly string[]): readonly string[] {
  const [first = "", second = ""] = args.filter((arg) => !arg.startsWith("-"));
  return [first === "help" ? second : first];
}

/** Commander hands settings down only to commands that it makes itself. */
function inherit(parent: Command): void {
  parent.exitOverride();
  for (const child of parent.commands) {
    child.copyInheritedSettings(parent);
    inherit(child);
  }
}
