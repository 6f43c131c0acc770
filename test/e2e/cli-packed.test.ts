/** What users install: the packages as tarballs, in an empty folder, without the sources' export condition. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TroupeProcess } from "../support/troupe-cli.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PACKAGES = ["agents", "cli", "dashboard", "gateway", "runtime", "supervisor"];
const LIMIT_MS = 180_000;

/** As outside of this repository: no condition, no npm settings of the surrounding run. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_TEST_CONTEXT$)/.test(name),
  );
  return Object.fromEntries(entries);
}

test("the packed packages, installed in an empty folder, run a task", { timeout: 2 * LIMIT_MS }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "troupe-packed-"));
  const env = plainEnvironment();
  try {
    await run("npx", ["tsc", "-b", "packages/cli"], { cwd: ROOT, timeout: LIMIT_MS });
    const workspaces = PACKAGES.flatMap((name) => ["-w", `packages/${name}`]);
    await run("npm", ["pack", ...workspaces, "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT, env });
    const tarballs = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
    assert.equal(tarballs.length, PACKAGES.length);

    const dependencies = Object.fromEntries(
      tarballs.map((file) => [`@troupe/${/^troupe-([a-z]+)-/.exec(file)?.[1] ?? ""}`, `file:./${file}`]),
    );
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "app", private: true, dependencies }));
    await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: folder,
      env,
      timeout: LIMIT_MS,
    });

    const bin = join(folder, "node_modules", ".bin", "troupe");
    const troupe = new TroupeProcess(
      ["start", "--once", "--json", "--memory", "hello"],
      folder,
      [process.execPath, bin],
      env,
    );
    const { code, stdout, stderr } = await troupe.ends();
    assert.equal(code, 0, stderr);
    const task = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { status: string };
    assert.equal(task.status, "completed");
    await troupe.leavesNothing();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
