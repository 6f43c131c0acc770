import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));
/** Prints the address of each module that is loaded, on standard error. */
const WATCH = `import module from "node:module";
import { writeSync } from "node:fs";
module.registerHooks({ load: (url, context, next) => (writeSync(2, url + "\\n"), next(url, context)) });`;

/** Packages whose modules a command loads. */
async function packagesLoadedBy(args: readonly string[]): Promise<ReadonlySet<string>> {
  const watch = `data:text/javascript,${encodeURIComponent(WATCH)}`;
  const flags = ["--conditions=troupe-src", "--import", watch, MAIN];
  const { stderr } = await promisify(execFile)(process.execPath, [...flags, ...args], { timeout: 60_000 });
  const names = stderr.matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)|packages\/([a-z]+)\/src/g);
  return new Set(Array.from(names, ([, name, ours]) => name ?? `@troupe/${ours ?? ""}`));
}

test("the version and the list of commands load no code of any command", async () => {
  for (const flag of ["--version", "--help"])
    assert.deepEqual([...(await packagesLoadedBy([flag]))].toSorted(), ["@troupe/cli", "commander"], flag);
});

test("a command loads no code of the others: status knows no models and no HTTP server", async () => {
  const loaded = await packagesLoadedBy(["status", "--help"]);
  assert.ok(loaded.has("@troupe/runtime"));
  for (const name of ["@troupe/agents", "@troupe/gateway", "@troupe/supervisor", "openai", "fastify", "jose", "yaml"])
    assert.ok(!loaded.has(name), name);
});
