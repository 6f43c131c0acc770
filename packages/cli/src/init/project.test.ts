import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadSystemFile } from "../system-file/load.ts";
import { projectFiles } from "./project.ts";

const files = projectFiles({ name: "demo", dependencies: { "@troupe/cli": "1.2.3" } });

test("a new project's package starts its system file", () => {
  const manifest = JSON.parse(files.get("package.json") ?? "") as { scripts: { start: string }; dependencies: object };
  assert.equal(manifest.scripts.start, "troupe start --file system.ts");
  assert.deepEqual(manifest.dependencies, { "@troupe/cli": "1.2.3" });
});

test("a new project's system file loads and its graph is sound", async () => {
  // Inside the repository, so that the packages resolve without an install.
  const folder = await mkdtemp(join(import.meta.dirname, "../../.project-test-"));
  try {
    const path = join(folder, "system.ts");
    await writeFile(path, files.get("system.ts") ?? "");
    const { manifest, source } = await loadSystemFile(path, join(folder, "bundles"));
    assert.equal(manifest.name, "demo");
    assert.deepEqual(Object.keys(manifest.roles).toSorted(), ["intake", "writer"]);
    assert.equal(source.type, "bundle");
  } finally {
    await rm(folder, { recursive: true });
  }
});
