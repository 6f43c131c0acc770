/** `troupe dead list|show|retry|edit|answer|drop`: the dead-letter desk. */
import {
  callService,
  DEAD_LETTER_STATES,
  DeadLetterList,
  DeadLetterView,
  type DeskAct,
  DeskAnswer,
  Subjects,
} from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { askedByHeader } from "../asked-by.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { deadLetterLine, deadLetterLines } from "../dead/dead-letter-lines.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";
import { readJsonOrText } from "../task/read-input.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });
const ListOptions = Options.extend({
  state: z.enum(DEAD_LETTER_STATES).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).optional(),
});
const DecideOptions = Options.extend({
  reason: z.string().min(1).max(512).optional(),
  model: z.string().optional(),
});
type Options = z.infer<typeof Options>;

/** The supervisor stores the entry of the audit, then the decision. */
const DECIDE_MS = 10_000;

const ask = (scope: Scope, options: Options, verb: string, body: object): Promise<unknown> =>
  reach(scope, options, "operator", ({ link, address }) =>
    callService(link, new Subjects(address.system).supervisor(verb), body, {
      timeoutMs: DECIDE_MS,
      headers: askedByHeader(),
    }),
  );

async function list(scope: Scope, options: z.infer<typeof ListOptions>): Promise<ExitCode> {
  const { terminal } = scope;
  const { state, limit } = options;
  const query = { ...(state === undefined ? {} : { state }), ...(limit === undefined ? {} : { limit }) };
  const answer = DeadLetterList.parse(await ask(scope, options, "dead_letters", query));
  for (const one of answer.dead_letters) {
    terminal.print(options.json ? JSON.stringify(one) : deadLetterLine(one, terminal.paint));
  }
  if (answer.dead_letters.length === 0) terminal.note("There are no dead letters.");
  if (answer.more) terminal.note("There are more; these are the newest.");
  return EXIT_CODES.ok;
}

async function show(scope: Scope, options: Options, [id = ""]: readonly string[]): Promise<ExitCode> {
  const { terminal } = scope;
  const view = DeadLetterView.parse(await ask(scope, options, "dead_letter", { dead_letter_id: id }));
  if (options.json) terminal.print(JSON.stringify(view));
  else for (const line of deadLetterLines(view, terminal.paint)) terminal.print(line);
  return EXIT_CODES.ok;
}

/** What is sent with a decision, from what stands behind the id. */
type ContentOf = (text: string) => object;

const decide =
  (act: DeskAct, contentOf: ContentOf) =>
  async (
    scope: Scope,
    options: z.infer<typeof DecideOptions>,
    [id = "", ...words]: readonly string[],
  ): Promise<ExitCode> => {
    const { terminal } = scope;
    const { reason, model, json } = options;
    const chosen = { ...(reason === undefined ? {} : { reason }), ...(model === undefined ? {} : { model }) };
    const body = { dead_letter_id: id, ...contentOf(words.join(" ")), ...chosen };
    const answer = DeskAnswer.parse(await ask(scope, options, `dead_letter_${act}`, body));
    terminal.print(json ? JSON.stringify(answer) : `${answer.outcome}: ${answer.task_id}`);
    return EXIT_CODES.ok;
  };

const nothing: ContentOf = () => ({});
const message: ContentOf = (text) => ({ message: readJsonOrText(text) });
const result: ContentOf = (text) => ({ result: readJsonOrText(text) });

const ofLetter = (name: string, description: string): Command =>
  withAddress(newCommand(name, description)).argument("<id>", "id of a dead letter, or of the task that has one");

const deciding = (name: string, description: string): Command =>
  ofLetter(name, description).option("--reason <text>", "why; it is in the audit");

const withModel = (command: Command): Command =>
  command.option("--model <alias>", "the model that its role uses this time");

const listing = (): Command =>
  withAddress(newCommand("list", "hops that were parked, newest first"))
    .option("--state <state>", `only these: ${DEAD_LETTER_STATES.join(", ")}; default: all that nobody has`)
    .option("--limit <count>", "at most so many (100)");

export function deadCommand(cli: Cli): Command {
  const retry = withModel(deciding("retry", "give its message to its role again; of an ended task, to a new one"));
  const edit = withModel(deciding("edit", "give its role another message in its place")).argument(
    "<message...>",
    "text, or JSON that begins with { or [",
  );
  const answer = deciding("answer", "do the role's work: the task is completed with this").argument(
    "<result...>",
    "text, or JSON that begins with { or [",
  );
  const drop = deciding("drop", "end its task as failed");
  return newCommand("dead")
    .addCommand(runs(cli, listing(), { options: ListOptions, run: list }))
    .addCommand(runs(cli, ofLetter("show", "reason, message, path, what it had done"), { options: Options, run: show }))
    .addCommand(runs(cli, retry, { options: DecideOptions, run: decide("retry", nothing) }))
    .addCommand(runs(cli, edit, { options: DecideOptions, run: decide("retry", message) }))
    .addCommand(runs(cli, answer, { options: DecideOptions, run: decide("answer", result) }))
    .addCommand(runs(cli, drop, { options: DecideOptions, run: decide("drop", nothing) }));
}
