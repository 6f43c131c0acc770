import assert from "node:assert/strict";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadSystemFile, upToDate } from "./load.ts";

const systemNamed = (name: string) =>
  `name: ${name}\ngraph: { client: [a], a: [client] }\nroles: { a: { model: fast, to: client, instructions: Answer. } }\n`;

test("a file is loaded again where it has changed, and a faulty one is called by its path", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "troupe-system-"));
  const path = join(folder.path, "system.yaml");
  await writeFile(path, systemNamed("one"));
  const first = await loadSystemFile(path);
  assert.equal(await upToDate(first), first);
  await writeFile(path, systemNamed("two"));
  assert.equal((await upToDate(first)).manifest.name, "two");
  await writeFile(path, systemNamed("No name"));
  await assert.rejects(upToDate(first), (error: Error) => error.message.startsWith(`${path}: 1 error\n  line 1: name`));
});
