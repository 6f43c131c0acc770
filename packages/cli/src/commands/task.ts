import type { TroupeClient } from "@troupe/runtime";
import { ListRequest } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { collect } from "../collect.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { unlessInterrupted } from "../interruption.ts";
import { signIn } from "../reach.ts";
import { listLine, logLine, TaskList } from "../task/lines.ts";
import { readJsonOrText } from "../task/read-input.ts";
import { runTask, withClient } from "../task/run-task.ts";
import { finish, showLive } from "../task/show.ts";
import { summaryLines } from "../task/summary.ts";

const Common = AddressOptions.extend({ json: z.boolean().default(false) });
type Common = z.infer<typeof Common>;
type Use = (client: TroupeClient) => Promise<ExitCode>;

async function asClient(scope: Scope, options: Common, use: Use): Promise<ExitCode> {
  const address = await findAddress(options, scope.environment, scope.cwd);
  return withClient({ ...address, signIn: await signIn(address, "client") }, use);
}

/** Of `--max-load` without a number. */
const USUAL_MAX_LOAD = 0.8;

const NewTaskOptions = Common.extend({
  session: z.string().min(1).max(256).optional(),
  deadline: z.coerce.number().positive().optional(),
  key: z.string().min(1).max(256).optional(),
  require: z.array(z.string()).optional(),
  maxLoad: z.union([z.literal(true).transform(() => USUAL_MAX_LOAD), z.coerce.number().min(0).max(1)]).optional(),
});
type NewTaskOptions = z.infer<typeof NewTaskOptions>;

const deadlineMsOf = ({ deadline }: NewTaskOptions): number | undefined =>
  deadline === undefined ? undefined : Math.round(deadline * 1_000);

async function run(scope: Scope, options: NewTaskOptions, [role = "", ...words]: readonly string[]): Promise<ExitCode> {
  const address = await findAddress(options, scope.environment, scope.cwd);
  const destination = { ...address, signIn: await signIn(address, "client") };
  const { session, key, require: requires, maxLoad } = options;
  const task = {
    role,
    input: readJsonOrText(words.join(" ")),
    session,
    idempotencyKey: key,
    deadlineMs: deadlineMsOf(options),
    requires,
    maxLoad,
  };
  return finish(await runTask(scope, destination, task), scope.terminal);
}

function submit(scope: Scope, options: NewTaskOptions, [role = "", ...words]: readonly string[]): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    const { session, key, require: requires, maxLoad } = options;
    const extra = { session, deadlineMs: deadlineMsOf(options), idempotencyKey: key, requires, maxLoad };
    const accepted = await client.submit(role, readJsonOrText(words.join(" ")), extra);
    scope.terminal.print(options.json ? JSON.stringify(accepted) : accepted.task_id);
    return EXIT_CODES.ok;
  });
}

function get(scope: Scope, options: Common, [id = ""]: readonly string[]): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    const task = await client.get(id);
    if (options.json) scope.terminal.print(JSON.stringify(task));
    else for (const line of summaryLines(task, scope.terminal.paint)) scope.terminal.print(line);
    return EXIT_CODES.ok;
  });
}

const ListOptions = Common.extend({
  status: ListRequest.shape.status,
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
});

function list(scope: Scope, options: z.infer<typeof ListOptions>): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    const { status, limit } = options;
    const page = await client.list({ status, limit });
    if (options.json) scope.terminal.print(JSON.stringify(page));
    else for (const task of TaskList.parse(page).tasks) scope.terminal.print(listLine(task, scope.terminal.paint));
    return EXIT_CODES.ok;
  });
}

const WatchOptions = Common.extend({ after: z.coerce.number().int().min(0).optional() });

function watch(scope: Scope, options: z.infer<typeof WatchOptions>, [id = ""]: readonly string[]): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    const { after } = options;
    const events = client.watch(id, after === undefined ? {} : { after });
    return finish(await unlessInterrupted(showLive(events, scope.terminal), scope.interrupted), scope.terminal);
  });
}

function cancel(scope: Scope, options: Common, [id = ""]: readonly string[]): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    const answer = await client.cancel(id);
    scope.terminal.print(options.json ? JSON.stringify(answer) : answer.status);
    return EXIT_CODES.ok;
  });
}

function retry(scope: Scope, options: Common, [id = ""]: readonly string[]): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    const accepted = await client.retry(id);
    scope.terminal.print(options.json ? JSON.stringify(accepted) : accepted.task_id);
    return EXIT_CODES.ok;
  });
}

function log(scope: Scope, options: Common, [id = ""]: readonly string[]): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    let after: number | undefined;
    do {
      const page = await client.log(id, after === undefined ? {} : { after });
      for (const entry of page.records) {
        scope.terminal.print(options.json ? JSON.stringify(entry) : logLine(entry, scope.terminal.paint));
      }
      after = page.next;
    } while (after !== undefined);
    return EXIT_CODES.ok;
  });
}

function signal(scope: Scope, options: Common, [id = "", name = "", ...words]: readonly string[]): Promise<ExitCode> {
  return asClient(scope, options, async (client) => {
    await client.signal(id, name, readJsonOrText(words.join(" ")));
    scope.terminal.print(options.json ? JSON.stringify({ task_id: id, name }) : `${name} was handed to the task`);
    return EXIT_CODES.ok;
  });
}

function newTask(name: string, description: string): Command {
  return withAddress(newCommand(name, description))
    .argument("<role>", "role that clients may address")
    .argument("<input...>", "text, or JSON that begins with { or [")
    .option("--session <name>", "tasks of one session run in order and share state")
    .option("--deadline <seconds>", "how long the task may take")
    .option("--key <text>", "idempotency key: the same key makes the same task")
    .option("--require <capability>", "what the node must be able to do; may be repeated", collect)
    .option("--max-load [share]", "begin only at an actor that is not busier, 0 to 1 (0.8)");
}

const ofTask = (name: string, description: string): Command =>
  withAddress(newCommand(name, description)).argument("<id>", "task id");

export function taskCommand(cli: Cli): Command {
  const inputs = newTask("run", "run a task and show it; the exit code says whether it completed");
  return newCommand("task")
    .addCommand(runs(cli, inputs, { options: NewTaskOptions, run }))
    .addCommand(runs(cli, newTask("submit", "store a task and print its id"), { options: NewTaskOptions, run: submit }))
    .addCommand(runs(cli, ofTask("get", "show a task as it is now"), { options: Common, run: get }))
    .addCommand(runs(cli, listing(newCommand("list", "open and recent tasks")), { options: ListOptions, run: list }))
    .addCommand(runs(cli, watchCommand(), { options: WatchOptions, run: watch }))
    .addCommand(runs(cli, ofTask("cancel", "end a task; the answer confirms it"), { options: Common, run: cancel }))
    .addCommand(
      runs(cli, ofTask("retry", "run a finished task's input again, as a new task, and print its id"), {
        options: Common,
        run: retry,
      }),
    )
    .addCommand(
      runs(cli, ofTask("log", "every record of a task: messages, steps, decisions"), { options: Common, run: log }),
    )
    .addCommand(runs(cli, signalCommand(), { options: Common, run: signal }));
}

/** The same as `task list`, for who looks around. */
export const tasksCommand = (cli: Cli): Command =>
  runs(cli, listing(newCommand("tasks")), { options: ListOptions, run: list });

const listing = (command: Command): Command =>
  withAddress(command).option("--status <status>", "only these").option("--limit <count>", "at most so many (50)");

const watchCommand = (): Command =>
  ofTask("watch", "show a task from its beginning until it ends").option("--after <id>", "only events after this one");

const signalCommand = (): Command =>
  ofTask("signal", "answer a role that waits for a signal")
    .argument("<name>", "name of the signal")
    .argument("<value...>", "text, or JSON that begins with { or [");
