import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
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
  const first = await loadSystemFile(path, folder.path);
  assert.equal(await upToDate(first, folder.path), first);
  await writeFile(path, systemNamed("two"));
  assert.equal((await upToDate(first, folder.path)).manifest.name, "two");
  await writeFile(path, systemNamed("No name"));
  await assert.rejects(upToDate(first, folder.path), (error: Error) =>
    error.message.startsWith(`${path}: 1 error\n  line 1: name`),
  );
});

test("a module becomes a bundle with what it imports; it is loaded again where an imported file has changed", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "troupe-system-"));
  const path = join(folder.path, "system.ts");
  const bundles = join(folder.path, "bundles");
  await writeFile(join(folder.path, "answer.ts"), 'export const answer: string = "forty-two";\n');
  await writeFile(
    path,
    `import { actor, complete, defineSystem } from "@troupe/runtime";
import { answer } from "./answer.ts";
export default defineSystem({
  name: "asked",
  graph: { client: ["a"], a: ["client"] },
  roles: { a: actor({ receive: () => complete(answer) }) },
});
`,
  );
  const first = await loadSystemFile(path, bundles);
  const { source, code } = first;
  assert.ok(source.type === "bundle" && code);
  assert.deepEqual([source.file, source.bytes, source.external], ["system.ts", code.length, []]);
  const kept = await readFile(join(bundles, `${source.sha256}.mjs`));
  assert.equal(createHash("sha256").update(kept).digest("hex"), source.sha256);
  assert.match(kept.toString(), /forty-two/);
  assert.equal(await upToDate(first, bundles), first);

  await writeFile(join(folder.path, "answer.ts"), 'export const answer = "forty-three";\n');
  const second = await upToDate(first, bundles);
  assert.notEqual(second.source.sha256, source.sha256);
  await writeFile(path, "export default 1 +;\n");
  await assert.rejects(upToDate(second, bundles), /system\.ts: 1 error\n {2}system\.ts line 1: Unexpected ";"/);
});
