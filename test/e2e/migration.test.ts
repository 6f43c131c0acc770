/** Planned changes under load: every task ends once and well, and no step runs twice. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { callService, DoneBody, Operation, type OperationKind } from "@troupe/runtime/internal";
import { openTasks } from "../support/history.ts";
import { violationsOf } from "../support/invariants.ts";
import { LoadClient } from "../support/load-client.ts";
import { readHistory } from "../support/read-history.ts";
import { Stack } from "../support/stack.ts";

const SYSTEM_FILE = fileURLToPath(new URL("../support/counted-system.ts", import.meta.url));

let stack: Stack;
let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-moves-"));
  stack = await Stack.start({ system: "moves", nodes: 3, systemFile: SYSTEM_FILE });
});
after(async () => {
  await stack?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function ask(kind: OperationKind, body: object): Promise<Operation> {
  const subject = stack.subjects.supervisor(kind);
  const answer = await callService(stack.core, subject, { ...body, wait_ms: 25_000 }, { timeoutMs: 30_000 });
  const operation = Operation.parse(answer);
  assert.equal(operation.state, "confirmed", `${operation.text}\n${await stack.account()}`);
  return operation;
}

let read = 1;

/** Runs a load while `change` does its work, and checks every record and every step that ran meanwhile. Returns how many tasks there were. */
async function underLoad(name: string, change: () => Promise<void>): Promise<number> {
  const { server, subjects, core } = stack;
  const file = join(folder, name);
  await using load = await LoadClient.open({
    natsUrl: server.url,
    subjects,
    core,
    inFlight: 12,
    door: "a",
    input: (number) => ({ workMs: 100, number, file }),
  });
  load.start();
  await change();
  await load.drain(120_000);
  const { history, next } = await readHistory(core, subjects, read);
  read = next;
  const violations = violationsOf(history, load.accepted);
  assert.deepEqual(violations.slice(0, 5), [], `${violations.length} violations\n${openTasks(history)}`);
  for (const { task, ends } of history.tasks.values())
    assert.equal(DoneBody.parse(ends[0]?.body).status, "completed", task);
  const runs = (await readFile(file, "utf8")).trimEnd().split("\n");
  const again = runs.filter((run, i) => runs.indexOf(run) !== i);
  assert.deepEqual(again, [], again.length > 0 ? `ran twice\n${await stack.account()}` : "");
  assert.equal(runs.length, load.accepted.length, "steps that ran");
  return load.accepted.length;
}

test("replicas that move under load lose nothing and repeat nothing; the pause is told", async (t) => {
  const pauses: number[] = [];
  const tasks = await underLoad("moves", async () => {
    for (const [replica, to] of [
      ["b/0", "node-1"],
      ["b/1", "node-2"],
      ["b/0", "node-3"],
      ["a/0", "node-2"],
      ["b/1", "node-3"],
      ["c/1", "node-1"],
    ] as const) {
      const { pause_ms: pauseMs } = await ask("migrate", { replica, to });
      if (pauseMs !== undefined) pauses.push(pauseMs);
    }
  });
  assert.ok(pauses.length >= 3, `only ${pauses.length} of the moves were moves`);
  t.diagnostic(`${tasks} tasks; nobody took for ${pauses.map((ms) => Math.round(ms)).join(", ")} ms`);
});

test("a rolling restart of every node, with roles restarted, scaled and paused, loses nothing and repeats nothing", async (t) => {
  const tasks = await underLoad("restarts", async () => {
    await ask("restart", { target: "b" });
    await ask("scale", { role: "b", replicas: 3 });
    await ask("pause", { role: "c" });
    await ask("resume", { role: "c" });
    for (const node of stack.nodes) {
      const life = await stack.lifeOf(node.name);
      await ask("drain", { node: node.name, reason: "rolling restart" });
      assert.equal(await node.ended(), 0, node.log);
      node.start();
      await stack.isBack(node.name, life);
    }
    await ask("scale", { role: "b", replicas: 2 });
  });
  t.diagnostic(`${tasks} tasks`);
});
