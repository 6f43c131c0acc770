/** Programs in other languages, on those languages' own libraries, do what any client is promised (R-TASK-1, R-SUP-1, R-GW-2). */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { Stack } from "../support/stack.ts";
import { lintMetrics, promtool } from "./promtool.ts";
import { canGoOn, pythonEnvironment } from "./python-environment.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { runTool, type ToolRun } from "./tool.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const BUILD_MS = 120_000;
const RUN_MS = 60_000;

let stack: Stack;
const environment = () => ({ NATS_URL: stack.server.url, TROUPE_SYSTEM: stack.subjects.system });

function judge(t: TestContext, run: ToolRun | undefined): void {
  assert.ok(run);
  assert.equal(run.code, 0, `${run.output}\n${stack.logs()}`);
  const checks = /^(\d+) checks$/m.exec(run.output)?.[1];
  assert.ok(Number(checks) >= 10, `too few checks ran:\n${run.output}`);
  t.diagnostic(`${checks} checks`);
}

describe("independent clients", { timeout: 1_200_000 }, () => {
  before(async () => {
    stack = await Stack.start({ system: "interop", nodes: 1, systemFile: here("./echo-system.ts") });
  });
  after(() => stack[Symbol.asyncDispose]());

  it("nats-py starts, follows, lists and cancels tasks", async (t) => {
    const programs = await pythonEnvironment(t, here("./python/nats-requirements.txt"));
    if (programs === undefined) return;
    const python = join(programs, "python");
    judge(t, await runTool(python, [here("./python/tasks.py")], { env: environment(), limitMs: RUN_MS }));
  });

  it("openai, langchain-openai, AutoGen and AG2 work by changing the base URL", async (t) => {
    const programs = await pythonEnvironment(t, here("./python/http-requirements.txt"));
    if (programs === undefined) return;
    const gateway = await stack.gatewayUrl();
    const env = { OPENAI_BASE_URL: `${gateway}/v1` };
    const python = join(programs, "python");
    judge(t, await runTool(python, [here("./python/openai_clients.py")], { env, limitMs: RUN_MS }));
  });

  it("A2A's SDK for Python sends, streams, reads, lists and cancels over both bindings", async (t) => {
    const programs = await pythonEnvironment(t, here("./python/a2a-requirements.txt"));
    if (programs === undefined) return;
    const env = { GATEWAY_URL: await stack.gatewayUrl() };
    judge(t, await runTool(join(programs, "python"), [here("./python/a2a_client.py")], { env, limitMs: RUN_MS }));
  });

  it("the SDK of the Agent Protocol for NATS finds and prompts roles, and hosts an agent that plays one", async (t) => {
    const programs = await pythonEnvironment(t, here("./python/nats-agents-requirements.txt"));
    if (programs === undefined) return;
    const env = { ...environment(), TOOLS_SEED: stack.server.seedOf("tools") };
    judge(t, await runTool(join(programs, "python"), [here("./python/nats_agents.py")], { env, limitMs: RUN_MS }));
  });

  it("nats.go and its micro package discover, query and read the statistics of the services", async (t) => {
    const folder = await temporaryFolder(t);
    const program = join(folder, "control");
    const build = await runTool("go", ["build", "-o", program, "."], { cwd: here("./go"), limitMs: BUILD_MS });
    if (!canGoOn(t, "go build", build)) return;
    judge(t, await runTool(program, [], { env: environment(), limitMs: RUN_MS }));
  });

  it("promtool finds no fault with what a gateway serves after all that", async (t) => {
    const tool = await promtool(t);
    if (tool === undefined) return;
    const answer = await fetch(`${await stack.gatewayUrl()}/metrics`);
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(text, /^troupe_\w+\{[^}]+\} \d/m);
    await lintMetrics(t, tool, text);
  });
});
