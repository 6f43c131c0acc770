import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { TroupeError } from "@troupe/runtime";
import {
  callService,
  isIssuerFolder,
  PLACE_OF_USER,
  RotateKeys,
  readSigningKeys,
  Subjects,
} from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import {
  type Bearer,
  credsFileOf,
  DEFAULT_AUTH_FOLDER,
  makeCredentials,
  readCredentials,
} from "../auth/auth-folder.ts";
import { parseBearer } from "../auth/bearer.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";
import { reach } from "../reach.ts";

const Options = AddressOptions.extend({
  folder: z.string().optional(),
  days: z.coerce.number().int().min(1).max(3_650).default(30),
  keepOld: z.boolean().default(false),
  json: z.boolean().default(false),
});
type Options = z.infer<typeof Options>;

const ANSWER_MS = 15_000;

async function rotate(scope: Scope, options: Options, args: readonly string[]): Promise<ExitCode> {
  const folder = resolve(scope.cwd, options.folder ?? DEFAULT_AUTH_FOLDER);
  if (options.folder !== undefined || (await isIssuerFolder(folder))) return rotateSigned(scope, options, folder, args);
  return rotateHere(scope, options, args);
}

/** New credentials with a new key; then the old ones are made void, at once and for good. */
async function rotateSigned(
  scope: Scope,
  options: Options,
  folder: string,
  args: readonly string[],
): Promise<ExitCode> {
  const bearer = parseBearer(args);
  const old = await oldOf(folder, bearer);
  const keys = await readSigningKeys(folder);
  const made = await makeCredentials({ folder, keys, clock: scope.clock }, bearer, {
    days: options.days,
    mayReplace: true,
  });
  const isVoided = old !== undefined && !options.keepOld;
  if (isVoided) {
    await reach(scope, options, "operator", ({ link, address }) =>
      callService(link, new Subjects(address.system).identities("void"), { v: 1, ...old }, { timeoutMs: ANSWER_MS }),
    );
  }
  const { terminal } = scope;
  if (options.json) terminal.print(JSON.stringify({ ...made, voided: isVoided ? old.publicKey : null }));
  else {
    terminal.print(`${made.name}: ${made.file}, until ${made.expiresAt}`);
    terminal.note(
      isVoided ? `The old key ${old.publicKey} is void.` : "The old credentials are good until they expire.",
    );
  }
  return EXIT_CODES.ok;
}

async function oldOf(folder: string, bearer: Bearer) {
  const file = credsFileOf(folder, bearer);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const { publicKey, expiresAtS = Number.MAX_SAFE_INTEGER } = readCredentials(file);
  return { account: "node" in bearer ? "NODE" : PLACE_OF_USER[bearer.part].account, publicKey, expiresAtS };
}

/** The process that runs the embedded server makes the keys: it writes them and has the server take them. */
async function rotateHere(scope: Scope, options: Options, [who]: readonly string[]): Promise<ExitCode> {
  const whose = parseWhose(who);
  await reach(scope, options, "operator", ({ link, address }) =>
    callService(link, new Subjects(address.system).identities("rotate"), { v: 1, whose }, { timeoutMs: ANSWER_MS }),
  );
  const { terminal } = scope;
  if (options.json) terminal.print(JSON.stringify({ rotated: whose }));
  else terminal.note(`New keys of ${whose}; whoever had the old ones signs in with the new ones.`);
  return EXIT_CODES.ok;
}

function parseWhose(who: string | undefined): RotateKeys["whose"] {
  const parsed = RotateKeys.shape.whose.safeParse(who);
  if (parsed.success) return parsed.data;
  const allowed = RotateKeys.shape.whose.options.join(", ");
  throw new TroupeError("invalid_request", `whose keys? ${who === undefined ? "" : `${who} is none of `}${allowed}`);
}

export function authRotateCommand(cli: Cli): Command {
  const command = withAddress(newCommand("rotate", "replace a key by a new one; the old one is no good any more"))
    .argument(
      "<who>",
      `${RotateKeys.shape.whose.options.join(", ")}; where credentials are signed: supervisor, operator, gateway, client, node`,
    )
    .argument("[name]", "of the node")
    .option("--folder <folder>", `folder of signing keys; default: ${DEFAULT_AUTH_FOLDER} where there is one`)
    .option("--days <count>", "how long new credentials are good (30)")
    .option("--keep-old", "do not make the old credentials void");
  return runs(cli, command, { options: Options, run: rotate });
}
