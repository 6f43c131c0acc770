/** `troupe nodes|actors|queues|placement|tasks|operation`: what the supervisor knows, a verb each. */
import { callService, Operation, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { actorLines, nodeLines, placementLines, queueLines } from "../cluster/listings.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });
type Options = z.infer<typeof Options>;

/** An answer for people, on a screen of this width. */
type Lines = (answer: unknown, width: number | undefined) => readonly string[];

async function show(scope: Scope, options: Options, verb: string, body: unknown, lines: Lines): Promise<ExitCode> {
  const answer = await reach(scope, options, "client", ({ link, address }) =>
    callService(link, new Subjects(address.system).supervisor(verb), body, { ifLost: "unavailable" }),
  );
  if (options.json) scope.terminal.print(JSON.stringify(answer));
  else for (const line of lines(answer, scope.terminal.columns)) scope.terminal.print(line);
  return EXIT_CODES.ok;
}

const listing = (name: string, lines: Lines) => (cli: Cli) =>
  runs(cli, withAddress(newCommand(name)), {
    options: Options,
    run: (scope, options) => show(scope, options, name, undefined, lines),
  });

export const nodesCommand = listing("nodes", nodeLines);
export const actorsCommand = listing("actors", actorLines);
export const queuesCommand = listing("queues", queueLines);
export const placementCommand = listing("placement", placementLines);

export const operationCommand = (cli: Cli): Command =>
  runs(cli, withAddress(newCommand("operation")).argument("<id>", "as it was answered"), {
    options: Options,
    run: (scope, options, [id = ""]) =>
      show(scope, options, "operation", { id }, (answer) => {
        const { about, state, text } = Operation.parse(answer);
        return [`${about}: ${state}, ${text}`];
      }),
  });
