import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { signIn } from "../reach.ts";
import { type Destination, runTask } from "../task/run-task.ts";

const Options = AddressOptions.extend({
  session: z.string().min(1).max(256).optional(),
  json: z.boolean().default(false),
});

/** Each line is a task of one session, so that the roles remember what was said before. Ends with the input. */
async function chat(scope: Scope, options: z.infer<typeof Options>, args: readonly string[]): Promise<ExitCode> {
  const address = await findAddress(options, scope.environment, scope.cwd);
  const destination: Destination = { ...address, signIn: await signIn(address, "client") };
  const session = options.session ?? `chat-${Buffer.from(scope.random.bytes(8)).toString("hex")}`;
  const role = args[0] ?? "";
  const { terminal } = scope;
  terminal.note(terminal.paint("dim", `session ${session}; an empty line or Ctrl-D ends`));
  const lines = createInterface({ input: scope.stdin, terminal: false });
  const prompt = () => {
    // Input that was piped in may have ended while its last line was worked on.
    if (terminal.isInteractive) terminal.write("> ");
  };
  try {
    prompt();
    for await (const line of lines) {
      if (line.trim() === "") break;
      const task = await runTask(scope, destination, { role, input: line, session });
      if (terminal.isJson) terminal.print(JSON.stringify(task));
      prompt();
    }
    return EXIT_CODES.ok;
  } finally {
    lines.close();
  }
}

export function chatCommand(cli: Cli): Command {
  const command = withAddress(newCommand("chat"))
    .argument("<role>", "role that clients may address")
    .option("--session <name>", "go on with this session; default: a new one");
  return runs(cli, command, { options: Options, run: chat });
}
