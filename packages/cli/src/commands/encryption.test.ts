import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { systemClock, systemRandom } from "@troupe/runtime";
import { readKeyRing } from "@troupe/runtime/internal";
import { z } from "zod";
import type { Cli } from "../cli.ts";
import { loadEnvironment } from "../config/load.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { encryptionCommand } from "./encryption.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-encryption-"));
});
after(() => rm(folder, { recursive: true }));

/** Runs `troupe encryption …` in this process. */
async function run(args: readonly string[], variables: Record<string, string> = {}) {
  const said: string[] = [];
  const stream = { write: (text: string) => said.push(text) };
  let code: unknown;
  const cli: Cli = {
    stdin: Readable.from([]),
    stdout: stream,
    stderr: stream,
    environment: loadEnvironment(variables),
    cwd: folder,
    pid: 1,
    clock: systemClock,
    random: systemRandom,
    interrupted: new AbortController().signal,
    exit: (ended) => (code = ended),
  };
  await encryptionCommand(cli).parseAsync([...args], { from: "user" });
  return { isOk: code === EXIT_CODES.ok, text: said.join("") };
}

const on = (...args: string[]) => run([...args, "--file", "ring.json"]);

test("keys are made once, prepared, taken into use and removed; what cannot be is told, and secrets never", async () => {
  const file = join(folder, "ring.json");
  assert.match((await on("list")).text, /there is no key ring .*`troupe encryption create`/);
  assert.ok((await on("create")).isOk);
  assert.match((await on("create")).text, /is there already/);
  const first = readKeyRing(file).current;
  assert.ok((await on("rotate", "--prepare")).isOk);
  const prepared = Object.keys(readKeyRing(file).keys).find((id) => id !== first) ?? assert.fail("no second key");
  assert.equal(readKeyRing(file).current, first);
  assert.match((await on("remove", first)).text, /rotate first/);
  assert.match((await on("rotate", "--to", "nobody")).text, new RegExp(`there are: ${first}, ${prepared}`));
  assert.match((await on("rotate", "--prepare", "--to", first)).text, /--to takes one that is there/);
  const used = await on("rotate", "--to", prepared, "--json");
  const Shown = z.object({ keys: z.array(z.object({ id: z.string(), current: z.boolean() })) });
  assert.deepEqual(
    Shown.parse(JSON.parse(used.text)).keys.map(({ id, current }) => [id, current]),
    [
      [first, false],
      [prepared, true],
    ],
  );
  const removed = await on("remove", first);
  assert.deepEqual(Object.keys(readKeyRing(file).keys), [prepared]);
  const secret = readKeyRing(file).keys[prepared]?.secret ?? assert.fail("no secret");
  for (const { text } of [used, removed, await on("list")]) assert.ok(!text.includes(secret));
});

test("the ring is where the environment says, else beside the keys for NATS", async () => {
  const named = join(folder, "named.json");
  await run(["create"], { TROUPE_ENCRYPTION_KEYS: named });
  assert.ok(readKeyRing(named));
  await run(["create", "--keys", join(folder, "keys.json")]);
  assert.ok(readKeyRing(join(folder, "encryption-keys.json")));
});
