/** `troupe start` as a newcomer uses it: one command, everything on this machine, and nothing left behind. */
import assert from "node:assert/strict";
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { eventually, TroupeProcess } from "../support/troupe-cli.ts";

const SLOW_RELAY = fileURLToPath(new URL("../support/slow-relay-system.ts", import.meta.url));
const RUNNING = /Running\. HTTP (\S+) +NATS (\S+)/;

const Result = z.object({
  task_id: z.string(),
  status: z.string(),
  result: z.unknown(),
  path: z.array(z.object({ role: z.string(), node: z.string(), ms: z.number(), attempts: z.number() })),
  tokens: z.object({ total: z.number() }),
  cost: z.number(),
});

const lastLine = (text: string): unknown => JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");

/** A folder of its own; whatever a failed test leaves running is killed at the end. */
async function inFolder(
  use: (folder: string, start: (...args: string[]) => TroupeProcess) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-start-"));
  const started: TroupeProcess[] = [];
  try {
    await use(folder, (...args) => {
      const troupe = new TroupeProcess(["start", ...args], folder);
      started.push(troupe);
      return troupe;
    });
  } finally {
    for (const troupe of started) await troupe.killAll();
    await rm(folder, { recursive: true, force: true });
  }
}

test("start --once --json runs a task through the reference system and prints it as the last line", () =>
  inFolder(async (folder, start) => {
    const troupe = start("--once", "--json", "Write a function that adds two numbers");
    const { code, stdout, stderr } = await troupe.ends();
    assert.equal(code, 0, stderr);
    const task = Result.parse(lastLine(stdout));
    assert.equal(task.status, "completed");
    assert.equal(task.path[0]?.role, "router");
    assert.ok(
      task.path.some(({ role }) => role === "reviewer"),
      JSON.stringify(task.path),
    );
    assert.ok(task.tokens.total > 0);
    assert.match(stderr, /Model: offline/);
    await troupe.leavesNothing();
    await assert.rejects(stat(join(folder, ".troupe", "run.json")), { code: "ENOENT" });
  }));

test("start stays up, a second start gives its task to the first, and Ctrl-C ends every process", () =>
  inFolder(async (folder, start) => {
    const first = start("--memory");
    const [, http = ""] = await first.shows(RUNNING);
    assert.equal((await fetch(`${http}/livez`)).status, 200);
    assert.equal((await stat(join(folder, ".troupe", "run.json"))).mode & 0o777, 0o600);

    const second = start("--json", "Explain what a queue is");
    const { code, stdout, stderr } = await second.ends();
    assert.equal(code, 0, stderr);
    assert.equal(Result.parse(lastLine(stdout)).status, "completed");
    assert.match(stderr, /runs in this folder already/);

    first.child.kill("SIGINT");
    assert.equal((await first.ends()).code, 130);
    await first.leavesNothing();
    await assert.rejects(stat(join(folder, ".troupe", "run.json")), { code: "ENOENT" });
  }));

test("of two starts at once one runs the system and both get their answer", () =>
  inFolder(async (_folder, start) => {
    const both = [start("--once", "--json", "Explain a stack"), start("--once", "--json", "Explain a heap")];
    const ended = await Promise.all(both.map((troupe) => troupe.ends()));
    for (const { code, stdout, stderr } of ended) {
      assert.equal(code, 0, stderr);
      assert.equal(Result.parse(lastLine(stdout)).status, "completed");
    }
    assert.equal(ended.filter(({ stderr }) => stderr.includes("runs in this folder already")).length, 1);
    for (const troupe of both) await troupe.leavesNothing();
  }));

test("kill -9 of the command line leaves no process", () =>
  inFolder(async (_folder, start) => {
    const troupe = start("--memory");
    await troupe.shows(RUNNING);
    assert.ok((await troupe.processes()).length >= 6, "nats-server, its guard, two nodes and their hosts");
    troupe.child.kill("SIGKILL");
    await troupe.leavesNothing();
  }));

test("kill -9 of a node in the middle of a task whose source is gone by then still gives exactly one answer", () =>
  inFolder(async (folder, start) => {
    const source = join(folder, "system.ts");
    await copyFile(SLOW_RELAY, source);
    const troupe = start("--once", "--json", "--memory", "--file", source, "x");
    const place = join(folder, "middle.json");
    const { node } = await eventually("the middle role runs", 180_000, async () => {
      const text = await readFile(place, "utf8").catch(() => "");
      return text.endsWith("\n") ? (JSON.parse(text) as { node: number }) : undefined;
    });
    await rm(source);
    process.kill(-node, "SIGKILL");
    const { code, stdout, stderr } = await troupe.ends();
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.length, 1, stdout);
    const task = Result.parse(lastLine(stdout));
    assert.equal(task.result, "x first middle last");
    assert.deepEqual(
      task.path.map(({ role }) => role),
      ["first", "middle", "last"],
    );
    assert.ok((task.path[1]?.attempts ?? 0) > 1, "the middle hop was taken over");
    await troupe.leavesNothing();
  }));

test("a wrong system file ends start with every error at once, and starts nothing", () =>
  inFolder(async (folder, start) => {
    await writeFile(
      join(folder, "system.yaml"),
      "name: demo\ngraph:\n  client: [nobody]\n  worker: [client]\nroles:\n  worker: {kind: agent, replicas: -1}\n",
    );
    const troupe = start("--once", "x");
    const { code, stderr } = await troupe.ends();
    assert.equal(code, 2, stderr);
    assert.match(stderr, /nobody/);
    assert.match(stderr, /replicas/);
    assert.match(stderr, /invalid_config/);
    await troupe.leavesNothing();
  }));
