import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { callService, IdentityList, requireNodeName, Subjects } from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { credsFileOf, DEFAULT_AUTH_FOLDER } from "../auth/auth-folder.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({
  folder: z.string().default(DEFAULT_AUTH_FOLDER),
  json: z.boolean().default(false),
});
const ANSWER_MS = 10_000;

async function revoke(scope: Scope, options: z.infer<typeof Options>, args: readonly string[]): Promise<ExitCode> {
  const node = requireNodeName(args[0] ?? "");
  const { terminal } = scope;
  const { nodes } = await reach(scope, options, "operator", async ({ link, address }) => {
    const subject = new Subjects(address.system).identities("retire");
    const answer = await callService(link, subject, { v: 1, node, isRemoved: true }, { timeoutMs: ANSWER_MS });
    return IdentityList.parse(answer);
  });
  await rm(credsFileOf(resolve(scope.cwd, options.folder), { node }), { force: true });
  if (options.json) terminal.print(JSON.stringify({ node, nodes }));
  else
    terminal.note(
      `Node ${node} is cut off, and its credentials are void. It may come back with new ones: troupe auth create node ${node}`,
    );
  return EXIT_CODES.ok;
}

export function authRevokeCommand(cli: Cli): Command {
  const command = withAddress(
    newCommand("revoke", "take a node's identity and its roles' credentials; it is cut off at once"),
  )
    .argument("<node>", "name of the node")
    .option("--folder <folder>", `folder of the keys, to remove its file from (${DEFAULT_AUTH_FOLDER})`);
  return runs(cli, command, { options: Options, run: revoke });
}
