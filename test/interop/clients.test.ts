/** Programs in other languages, on those languages' own NATS libraries, do what any NATS client is promised (R-TASK-1, R-SUP-1). */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Stack } from "../support/stack.ts";
import { runTool, type ToolRun } from "./tool.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const INSTALL_MS = 120_000;
const RUN_MS = 60_000;

let stack: Stack;
const environment = () => ({ NATS_URL: stack.server.url, TROUPE_SYSTEM: stack.subjects.system });

/** A step of the set-up; skips the test with its reason when this machine cannot do it. */
function canGoOn(t: TestContext, what: string, run: ToolRun | undefined): run is ToolRun {
  if (run?.code === 0) return true;
  t.skip(`${what}: ${run === undefined ? "not on this machine" : run.output.trim().slice(-300)}`);
  return false;
}

function judge(t: TestContext, run: ToolRun | undefined): void {
  assert.ok(run);
  assert.equal(run.code, 0, `${run.output}\n${stack.logs()}`);
  const checks = /^(\d+) checks$/m.exec(run.output)?.[1];
  assert.ok(Number(checks) >= 10, `too few checks ran:\n${run.output}`);
  t.diagnostic(`${checks} checks`);
}

describe("independent clients", { timeout: 300_000 }, () => {
  before(async () => {
    stack = await Stack.start({ system: "interop", nodes: 1, systemFile: here("./echo-system.ts") });
  });
  after(() => stack[Symbol.asyncDispose]());

  it("nats-py starts, follows, lists and cancels tasks", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "troupe-interop-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const venv = await runTool("python3", ["-m", "venv", folder], { limitMs: INSTALL_MS });
    if (!canGoOn(t, "python3 -m venv", venv)) return;
    const python = join(folder, "bin", "python");
    const install = ["-m", "pip", "install", "--quiet", "-r", here("./python/requirements.txt")];
    if (!canGoOn(t, "pip install", await runTool(python, install, { limitMs: INSTALL_MS }))) return;
    judge(t, await runTool(python, [here("./python/tasks.py")], { env: environment(), limitMs: RUN_MS }));
  });

  it("nats.go and its micro package discover, query and read the statistics of the services", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "troupe-interop-"));
    t.after(() => rm(folder, { recursive: true, force: true }));
    const program = join(folder, "control");
    const build = await runTool("go", ["build", "-o", program, "."], { cwd: here("./go"), limitMs: INSTALL_MS });
    if (!canGoOn(t, "go build", build)) return;
    judge(t, await runTool(program, [], { env: environment(), limitMs: RUN_MS }));
  });
});
