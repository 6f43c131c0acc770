import { callService, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { askedByHeader } from "../asked-by.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({ json: z.boolean().default(false) });
const Answer = z.looseObject({
  edge: z.string(),
  versions: z.array(z.string()),
  server: z.enum(["refuses", "pending", "hosts_only", "gateways"]),
});

/** Accounts of every version that runs are written and tried. */
const ANSWER_MS = 30_000;

const SERVER: Readonly<Record<z.infer<typeof Answer>["server"], string>> = {
  refuses: "the server refuses it",
  pending: "hosts keep to it; the server could not be told yet and is told again",
  gateways: "gateways take no more tasks for it",
  hosts_only: "hosts keep to it; on this server nobody administers accounts, so the server does not",
};

async function revoke(
  scope: Scope,
  options: z.infer<typeof Options>,
  [from = "", to = ""]: readonly string[],
): Promise<ExitCode> {
  const answer = await reach(scope, options, "operator", ({ link, address }) =>
    callService(
      link,
      new Subjects(address.system).supervisor("revoke_edge"),
      { from, to },
      {
        timeoutMs: ANSWER_MS,
        headers: askedByHeader(),
      },
    ),
  );
  const { edge, versions, server } = Answer.parse(answer);
  if (options.json) scope.terminal.print(JSON.stringify(answer));
  else {
    scope.terminal.print(`${edge} is cut in ${versions.join(", ")}: ${SERVER[server]}.`);
    scope.terminal.note(
      `Hops that try it are parked as edge_revoked. Back with: troupe deploy FILE --restore ${from}:${to}`,
    );
  }
  return EXIT_CODES.ok;
}

export function graphRevokeCommand(cli: Cli): Command {
  const command = withAddress(newCommand("revoke", "cut one edge at once, in every version that runs"))
    .argument("<from>", "role that may write no more, or client")
    .argument("<to>", "role that it may not write to, or client");
  return runs(cli, command, { options: Options, run: revoke });
}
