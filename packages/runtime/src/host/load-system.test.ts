import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Deployment, SystemManifest } from "../contracts/system.ts";
import { TroupeError } from "../errors.ts";
import { loadSystem } from "./load-system.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-load-"));
});
after(() => rm(folder, { recursive: true, force: true }));

const manifest = SystemManifest.parse({
  name: "s",
  graph: { client: ["a"], a: ["client"] },
  roles: { a: { kind: "actor" } },
});
const SYSTEM = 'export default { manifest: {}, roles: { a: { create: () => ({ receive: () => "ok" }) } } };';
const hash = (text: string) => createHash("sha256").update(text).digest("hex");

async function moduleOf(name: string, text: string, sha256 = hash(text)): Promise<Deployment> {
  const path = join(folder, name);
  await writeFile(path, text);
  return deployment({ type: "module", path, sha256 });
}
const deployment = (source: Deployment["source"]): Deployment =>
  Deployment.parse({ v: 1, version: "v1", manifest, source, hopKeys: {}, deployedAt: "" });

const refused = (pattern: RegExp) => (error: unknown) => {
  assert.ok(TroupeError.is(error, "invalid_config"));
  assert.match(error.message, pattern);
  return true;
};

test("a module with the deployed hash gives its roles", async () => {
  const roles = await loadSystem({ deployment: await moduleOf("good.mjs", SYSTEM) });
  assert.deepEqual([...roles.keys()], ["a"]);
});

test("a module that was changed after it was deployed is refused", async () => {
  await assert.rejects(
    loadSystem({ deployment: await moduleOf("other.mjs", SYSTEM, hash("other")) }),
    refused(/has changed/),
  );
});

test("a module that is not there, throws, or exports no system is refused with the reason", async () => {
  const missing = deployment({ type: "module", path: join(folder, "no.mjs"), sha256: hash("") });
  await assert.rejects(loadSystem({ deployment: missing }), refused(/cannot be read/));
  await assert.rejects(
    loadSystem({ deployment: await moduleOf("throws.mjs", 'throw new Error("boom")') }),
    refused(/boom/),
  );
  await assert.rejects(
    loadSystem({ deployment: await moduleOf("empty.mjs", "export const x = 1;") }),
    refused(/is no system/),
  );
  const noCreate = "export default { manifest: {}, roles: { a: {} } };";
  await assert.rejects(loadSystem({ deployment: await moduleOf("roles.mjs", noCreate) }), refused(/no `create`/));
});

test("a module without a role of the manifest is refused by the role's name", async () => {
  const other = SYSTEM.replace("a:", "b:");
  await assert.rejects(loadSystem({ deployment: await moduleOf("missing.mjs", other) }), refused(/does not define a/));
});

test("a configuration goes through the loader that the node was given", async () => {
  const text = "name: s";
  const yaml = deployment({ type: "yaml", text, sha256: hash(text) });
  const loader = join(folder, "loader.mjs");
  const made = "{ manifest: {}, roles: new Map([['a', { create: () => ({}) }]]) }";
  await writeFile(
    loader,
    `export const loadYamlSystem = async (text) => { if (text !== "name: s") throw 1; return ${made}; };`,
  );
  const roles = await loadSystem({ deployment: yaml, loader: pathToFileURL(loader).href });
  assert.deepEqual([...roles.keys()], ["a"]);
  await assert.rejects(loadSystem({ deployment: yaml }), refused(/no loader/));
  await assert.rejects(loadSystem({ deployment: yaml, loader: "node:path" }), refused(/exports no loadYamlSystem/));
  const changed = deployment({ type: "yaml", text: "name: t", sha256: hash(text) });
  await assert.rejects(loadSystem({ deployment: changed, loader: pathToFileURL(loader).href }), refused(/has changed/));
});

test("a bundle is loaded from where the node keeps it, with the packages of the modules that it was told", async () => {
  const installed = join(folder, "installed/node_modules/greeting");
  await mkdir(installed, { recursive: true });
  await writeFile(join(installed, "package.json"), '{"name":"greeting","version":"1.0.0","main":"index.js"}');
  await writeFile(join(installed, "index.js"), 'exports.hello = "hello";');
  const text = `import { createRequire } from "node:module";
import { TroupeError } from "@troupe/runtime";
import { hello } from "greeting";
const again = createRequire(import.meta.url)("greeting").hello;
if (TroupeError.name + hello + again !== "TroupeErrorhellohello") throw new Error("other packages");
${SYSTEM}`;
  const sha256 = hash(text);
  const path = join(folder, `${sha256}.mjs`);
  await writeFile(path, text);
  const bundled = deployment({ type: "bundle", sha256, bytes: text.length, file: "system.ts", external: ["greeting"] });
  const packagesFrom = [import.meta.url, pathToFileURL(join(folder, "installed/package.json")).href];
  const roles = await loadSystem({ deployment: bundled, bundle: { path, packagesFrom } });
  assert.deepEqual([...roles.keys()], ["a"]);

  const more = `${text}\n`;
  const other = deployment({ ...bundled.source, sha256: hash(more) });
  await assert.rejects(loadSystem({ deployment: other, bundle: { path, packagesFrom } }), refused(/has changed/));
  await assert.rejects(loadSystem({ deployment: bundled }), refused(/keeps no code/));
  const without = join(folder, `${hash(more)}.mjs`);
  await writeFile(without, more);
  await assert.rejects(
    loadSystem({ deployment: other, bundle: { path: without, packagesFrom: [import.meta.url] } }),
    refused(/system\.ts of v1 does not load: .*greeting/),
  );
});
