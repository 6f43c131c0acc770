import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { TroupeError } from "@troupe/runtime";
import {
  type KeyRing,
  newKeyRing,
  readKeyRing,
  withCurrent,
  withNewKey,
  withoutKey,
  writeKeyRing,
} from "@troupe/runtime/internal";
import type { Command } from "commander";
import { z } from "zod";
import { findAddress } from "../address.ts";
import { AddressOptions, type Cli, newCommand, runs, type Scope, withAddress } from "../cli.ts";
import { keyRingPlace } from "../encryption/key-ring-place.ts";
import { EXIT_CODES, type ExitCode } from "../exit-code.ts";

const Options = AddressOptions.extend({ file: z.string().optional(), json: z.boolean().default(false) });
type Options = z.infer<typeof Options>;
const RotateOptions = Options.extend({ prepare: z.boolean().default(false), to: z.string().optional() });

const DEFAULT_FILE = "encryption-keys.json";

async function create(scope: Scope, options: Options): Promise<ExitCode> {
  const file = await placeOf(scope, options);
  if (await isThere(file)) throw new TroupeError("conflict", `${file} is there already: \`troupe encryption rotate\``);
  const ring = newKeyRing(fresh(scope));
  await writeKeyRing(file, ring);
  return show(scope, options, {
    file,
    ring,
    note: `Every node and gateway needs this file. Without it what it encrypts is lost.`,
  });
}

async function list(scope: Scope, options: Options): Promise<ExitCode> {
  const file = await placeOf(scope, options);
  return show(scope, options, { file, ring: await ringIn(file) });
}

async function rotate(scope: Scope, options: z.infer<typeof RotateOptions>): Promise<ExitCode> {
  const file = await placeOf(scope, options);
  const ring = await ringIn(file);
  if (options.to !== undefined) {
    if (options.prepare)
      throw new TroupeError("invalid_request", "--prepare makes a key, --to takes one that is there");
    return change(scope, options, {
      file,
      ring: withCurrent(ring, options.to),
      note: `${options.to} is written with.`,
    });
  }
  const { ring: more, id } = withNewKey(ring, fresh(scope), !options.prepare);
  const note = options.prepare
    ? `${id} can be read. Bring the file to every node and gateway, then: troupe encryption rotate --to ${id}`
    : `${id} is written with from now on; what older keys encrypted is read until it expires.`;
  return change(scope, options, { file, ring: more, note });
}

async function remove(scope: Scope, options: Options, [id = ""]: readonly string[]): Promise<ExitCode> {
  const file = await placeOf(scope, options);
  const ring = withoutKey(await ringIn(file), id);
  return change(scope, options, { file, ring, note: `What ${id} encrypted cannot be read any more.` });
}

interface Shown {
  readonly file: string;
  readonly ring: KeyRing;
  readonly note?: string;
}

async function change(scope: Scope, options: Options, shown: Shown): Promise<ExitCode> {
  await writeKeyRing(shown.file, shown.ring);
  return show(scope, options, shown);
}

function show({ terminal }: Scope, { json }: Options, { file, ring, note }: Shown): ExitCode {
  const keys = Object.entries(ring.keys).map(([id, { createdAt }]) => ({
    id,
    created_at: createdAt,
    current: id === ring.current,
  }));
  if (json) terminal.print(JSON.stringify({ file, keys }));
  else {
    for (const { id, created_at, current } of keys) {
      terminal.print(`${id}  ${created_at}  ${current ? "written with" : "read only"}`);
    }
    if (note !== undefined) terminal.note(`${note}\n${file}`);
  }
  return EXIT_CODES.ok;
}

const fresh = ({ clock, random }: Scope) => ({ nowMs: clock.nowMs(), bytes: random.bytes(36) });

async function placeOf(scope: Scope, options: Options): Promise<string> {
  if (options.file !== undefined) return resolve(scope.cwd, options.file);
  const address = await findAddress(options, scope.environment, scope.cwd).catch(() => undefined);
  const place = await keyRingPlace(scope.environment, options.keys ?? address?.keysFile);
  return resolve(scope.cwd, place ?? DEFAULT_FILE);
}

async function ringIn(file: string): Promise<KeyRing> {
  if (await isThere(file)) return readKeyRing(file);
  throw new TroupeError("invalid_request", `there is no key ring ${file}: \`troupe encryption create\``);
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const command = (name: string, text: string): Command =>
  withAddress(newCommand(name, text)).option(
    "--file <file>",
    `the key ring; default: TROUPE_ENCRYPTION_KEYS, else beside the system's keys, else ${DEFAULT_FILE}`,
  );

export function encryptionCommand(cli: Cli): Command {
  const creating = command("create", "make a key ring with one key");
  const listing = command("list", "the keys that there are, never their secrets");
  const rotating = command("rotate", "encrypt with a new key from now on; older ones stay for reading")
    .option("--prepare", "make the new key for reading only, until it is everywhere")
    .option("--to <id>", "encrypt with this key of the ring");
  const removing = command("remove", "forget a key: what it encrypted can never be read again").argument("<id>");
  return newCommand("encryption")
    .addCommand(runs(cli, creating, { options: Options, run: create }))
    .addCommand(runs(cli, listing, { options: Options, run: list }))
    .addCommand(runs(cli, rotating, { options: RotateOptions, run: rotate }))
    .addCommand(runs(cli, removing, { options: Options, run: remove }));
}
