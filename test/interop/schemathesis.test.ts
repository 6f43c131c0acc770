/** The OpenAPI document promises what the gateway does: schemathesis, with all its checks, over every operation (R-GW-1, R-GW-5). */
import assert from "node:assert/strict";
import { join } from "node:path";
import { it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { Stack, until } from "../support/stack.ts";
import { pythonEnvironment } from "./python-environment.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { runTool } from "./tool.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const RUN_MS = 1_200_000;
/** Cases that fuzzing makes of each operation, and sequences of operations. Coverage makes about forty of each besides. */
const EXAMPLES = 20;
/** Approvals and dead letters each, for schemathesis to decide on. */
const WAITING = 25;
const DESK = "^/api/v1/(approvals|dead-letters)";
const ACTS = "^/api/v1/operations/[a-z]+$";

/** Where schemathesis is, and what it looks at. */
interface Bench {
  readonly programs: string;
  readonly stack: Stack;
  readonly gateway: string;
}

/** Runs it over a part of the document; what it generates, it also has to find right. */
async function examine(t: TestContext, bench: Bench, part: readonly string[], atLeast: number): Promise<void> {
  const { programs, stack, gateway } = bench;
  const cwd = await temporaryFolder(t);
  const config = ["--config-file", here("./schemathesis.toml")];
  const how = ["--checks", "all", "--max-examples", String(EXAMPLES), "--no-color"];
  const args = [...config, "run", `${gateway}/openapi.json`, ...how, ...part];
  const run = await runTool(join(programs, "schemathesis"), args, { cwd, limitMs: RUN_MS });
  assert.ok(run);
  assert.equal(run.code, 0, `${run.output}\n${stack.logs()}`);
  const passed = /(\d+) generated, \1 passed/.exec(run.output)?.[1];
  assert.ok(Number(passed) >= atLeast, run.output);
  t.diagnostic(`${passed} cases`);
}

async function submit(gateway: string, role: string): Promise<void> {
  const answer = await fetch(`${gateway}/api/v1/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ role, input: "hello" }),
  });
  assert.equal(answer.status, 202, await answer.text());
}

const Waiting = z.object({ approvals: z.array(z.unknown()) });
const Parked = z.object({ dead_letters: z.array(z.unknown()) });

/** Begins tasks that wait for a decision, and tasks that end at the desk, and waits until they do. */
async function fillDesk(gateway: string): Promise<void> {
  for (let n = 0; n < WAITING; n++) await Promise.all(["asks", "fails"].map((role) => submit(gateway, role)));
  const read = async (list: string) => (await fetch(`${gateway}/api/v1/${list}`)).json();
  await until("approvals that wait and messages that are parked", 120_000, async () => {
    const { approvals } = Waiting.parse(await read("approvals"));
    const { dead_letters: letters } = Parked.parse(await read("dead-letters"));
    return approvals.length >= WAITING && letters.length >= WAITING;
  });
}

it("schemathesis finds nothing, with all checks", { timeout: 2_400_000 }, async (t) => {
  const programs = await pythonEnvironment(t, here("./python/schemathesis-requirements.txt"));
  if (programs === undefined) return;
  await using stack = await Stack.start({ system: "interop", nodes: 1, systemFile: here("./document-system.ts") });
  const bench = { programs, stack, gateway: await stack.gatewayUrl() };

  await t.test("in tasks, agents, models, protocols and views", (part) =>
    examine(part, bench, ["--exclude-path-regex", `${DESK}|${ACTS}`], 2_500),
  );
  await t.test("in approvals and dead letters that wait for somebody", async (part) => {
    await fillDesk(bench.gateway);
    await examine(part, bench, ["--include-path-regex", DESK], 400);
  });
  // Last: it drains the node and stops what runs there. None of these operations leads to another.
  await t.test("in the acts of operators", (part) =>
    examine(part, bench, ["--include-path-regex", ACTS, "--phases", "examples,coverage,fuzzing"], 300),
  );
});
