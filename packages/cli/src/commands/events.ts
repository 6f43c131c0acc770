import { StoredControlEvent, Subjects, streamService } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({
  json: z.boolean().default(false),
  follow: z.boolean().default(false),
  limit: z.coerce.number().int().min(0).max(1_000).default(50),
  after: z.coerce.number().int().min(0).optional(),
});

/** The supervisor says every 5 s that it is there. */
const SILENCE_MS = 15_000;

async function showEvents(scope: Scope, options: z.infer<typeof Options>): Promise<ExitCode> {
  const { follow, limit, after, json } = options;
  const { terminal, interrupted: signal } = scope;
  return reach(scope, options, "client", async ({ link, address }) => {
    const subject = new Subjects(address.system).supervisor("events");
    const body = { follow, ...(after === undefined ? { limit } : { after }) };
    try {
      for await (const message of streamService(link, subject, body, { silenceMs: SILENCE_MS, signal })) {
        const event = StoredControlEvent.safeParse(message);
        if (!event.success) continue; // a sign of life, or what a newer supervisor says
        if (json) terminal.print(JSON.stringify(event.data));
        else terminal.print(eventLine(event.data, terminal.paint));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return EXIT_CODES.interrupted;
    }
    return EXIT_CODES.ok;
  });
}

const eventLine = ({ at, name, about, reason }: StoredControlEvent, paint: Scope["terminal"]["paint"]): string =>
  `${paint("dim", at)}  ${paint("cyan", name)} ${about}: ${reason}`;

export function eventsCommand(cli: Cli): Command {
  const command = withAddress(newCommand("events"))
    .option("--follow", "go on with what happens from now on")
    .option("--limit <count>", "how many of the last ones (50)")
    .option("--after <sequence>", "only events after this one");
  return runs(cli, command, { options: Options, run: showEvents });
}
