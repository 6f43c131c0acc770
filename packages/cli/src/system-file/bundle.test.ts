import assert from "node:assert/strict";
import { cp, mkdir, mkdtempDisposable, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { useBundle } from "@troupe/runtime/internal";
import { bundleOf } from "./bundle.ts";

type Files = Readonly<Record<string, string>>;

async function write(folder: string, files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const packageOf = (name: string, code: string, more: object = {}): Files => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: "1.0.0", main: "index.js", ...more }),
  [`node_modules/${name}/index.js`]: code,
});

/** What a bundle exports, run from a folder in which there is nothing else. */
async function run(code: Uint8Array, folder: string, packagesFrom = [import.meta.url]): Promise<unknown> {
  const path = join(folder, `run-${code.length}.mjs`);
  await writeFile(path, code);
  const loaded: unknown = await import(useBundle(path, packagesFrom));
  return (loaded as { default: unknown }).default;
}

test("a bundle has the files and packages that the module imports, and runs where they are not", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "troupe-bundle-"));
  const project = join(folder.path, "project");
  await write(project, {
    "system.ts": `import { ERRORS } from "@troupe/runtime";
import esm from "esm-package";
import old from "old-package";
import { z } from "zod";
import rules from "./rules.json" with { type: "json" };
import { own } from "./lib/own.ts";
export default [own, rules.strict, esm, old(), z.string().parse("zod"), typeof ERRORS, import.meta.url, import.meta.dirname] as const;
`,
    "rules.json": '{"strict": true}',
    "lib/own.ts": "export const own: string = `own ${import.meta.filename.slice(-10)}`;\n",
    ...packageOf("esm-package", 'export default "esm";', { type: "module" }),
    ...packageOf(
      "old-package",
      'const { sep } = require("node:path");\nlet found = "found";\ntry { require("not-there"); } catch { found = "not found"; }\nmodule.exports = () => `old ${sep} ${found} ${__dirname.slice(-11)}`;',
    ),
  });
  const { code, external, files } = await bundleOf(join(project, "system.ts"));
  assert.deepEqual(external, ["not-there"]);
  assert.deepEqual(
    files.toSorted(),
    ["lib/own.ts", "rules.json", "system.ts"].map((file) => join(project, file)),
  );
  await rm(project, { recursive: true });
  assert.deepEqual(await run(code, folder.path), [
    "own lib/own.ts",
    true,
    "esm",
    "old / not found old-package",
    "zod",
    "object",
    pathToFileURL(join(project, "system.ts")).href,
    project,
  ]);
});

test("packages with native code, and those that the project names, are looked for where the bundle runs", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "troupe-bundle-"));
  const project = join(folder.path, "project");
  const installed = join(folder.path, "installed");
  const packages = {
    ...packageOf("native-one", "exports.a = 'native';", { dependencies: { "node-gyp-build": "4.0.0" } }),
    ...packageOf("@scope/platforms", "exports.b = 'platforms';", {
      optionalDependencies: { "@scope/platforms-linux-x64": "1.0.0" },
    }),
    ...packageOf("named", "exports.c = 'named';"),
  };
  await write(installed, packages);
  await write(project, {
    ...packages,
    "package.json": JSON.stringify({ name: "app", troupe: { external: ["named"] } }),
    "system.js": `import { a } from "native-one";
import { b } from "@scope/platforms";
import { c } from "named";
export default [a, b, c];
`,
  });
  const { code, external } = await bundleOf(join(project, "system.js"));
  assert.deepEqual(external, ["@scope/platforms", "named", "native-one"]);
  await rm(project, { recursive: true });
  const from = [import.meta.url, pathToFileURL(join(installed, "package.json")).href];
  assert.deepEqual(await run(code, folder.path, from), ["native", "platforms", "named"]);
});

test("the same sources give the same bundle in another folder", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "troupe-bundle-"));
  const [one, two] = [join(folder.path, "one"), join(folder.path, "elsewhere/two")];
  await write(one, { "src/system.js": 'import "../lib/a.js";\nexport default 1;\n', "lib/a.js": "console.log(1);\n" });
  await cp(one, two, { recursive: true });
  const bundles = await Promise.all([one, two].map((place) => bundleOf(join(place, "src/system.js"))));
  assert.deepEqual(bundles[0]?.code, bundles[1]?.code);
});

test("what does not parse or is not there is told with its file and line, all of it at once", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "troupe-bundle-"));
  const path = join(folder.path, "system.ts");
  await write(folder.path, {
    "system.ts": 'import "./a.ts";\nimport "nobody-has-this";\nexport default 1;\n',
    "a.ts": "export const a = ;\n",
  });
  await assert.rejects(bundleOf(path), (error: Error) => {
    assert.match(error.message, /system\.ts: 2 errors\n/);
    assert.match(error.message, /a\.ts line 1: Unexpected ";"/);
    assert.match(error.message, /system\.ts line 2: Could not resolve "nobody-has-this"/);
    return true;
  });
  await write(folder.path, { "system.ts": "export default 1;", "package.json": '{"troupe": {"external": "x"}}' });
  await assert.rejects(bundleOf(path), /package\.json: [\s\S]*external/);
});

test("code of more than 16 MiB is refused, with what takes the room and what can be done", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "troupe-bundle-"));
  const path = join(folder.path, "system.js");
  await write(folder.path, { "system.js": 'import { big } from "./big.js";\nexport default big;\n' });
  await writeFile(join(folder.path, "big.js"), `export const big = "${"x".repeat(17 * 1024 * 1024)}";\n`);
  await assert.rejects(
    bundleOf(path),
    /comes to 17\.0 MiB; the limit is 16\.0 MiB\. Largest: big\.js 17\.0 MiB.*external/,
  );
});
