/**
 * The commands of a second terminal, against a system that `troupe start` runs in the same folder. They run in this process, where the process
 * itself is not the point.
 */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type CommandEnded, runCommand } from "../support/cli-in-process.ts";
import { type Ended, TroupeProcess } from "../support/troupe-cli.ts";

const RELAY = fileURLToPath(new URL("../support/cli-relay-system.ts", import.meta.url));
const RUNNING = /Running\. HTTP (\S+) +NATS (\S+)/;

let folder: string;
let system: TroupeProcess;

/** Inside the repository, so that the system file finds the packages. */
before(async () => {
  const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, "cli-"));
  await copyFile(RELAY, join(folder, "system.ts"));
  system = new TroupeProcess(["start", "--memory", "--nodes", "1"], folder);
  await system.shows(RUNNING);
});

after(async () => {
  system.child.kill("SIGTERM");
  await system.ends();
  await system.leavesNothing();
  await rm(folder, { recursive: true, force: true });
});

const troupe = (...args: string[]): Promise<CommandEnded> => runCommand(args, {}, folder);
const troupeProcess = (...args: string[]): Promise<Ended> => new TroupeProcess(args, folder).ends();

test("what a command has compiled is kept in the user's own cache, for the next one", async () => {
  const environment: NodeJS.ProcessEnv = { ...process.env, TROUPE_CACHE_DIR: join(folder, "cache") };
  delete environment["NODE_COMPILE_CACHE"];
  const { code, stderr } = await new TroupeProcess(["--version"], folder, undefined, environment).ends();
  assert.equal(code, 0, stderr);
  assert.notDeepEqual(await readdir(join(folder, "cache", "troupe", "compiled")), []);
});

/** The command's JSON. Fails when it does not exit as expected. */
async function json(args: string[], expectedCode = 0): Promise<unknown> {
  const { code, stdout, stderr } = await troupe(...args, "--json");
  assert.equal(code, expectedCode, `${stdout}\n${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

const Task = z.looseObject({ task_id: z.string(), status: z.string(), result: z.unknown().optional() });

test("task run prints the finished task, and task get, list and log find it again", async () => {
  const task = Task.parse(await json(["task", "run", "--max-load", "0.8", "first", "x"]));
  assert.deepEqual([task.status, task.result], ["completed", "x first second"]);
  assert.deepEqual(Task.parse(await json(["task", "get", task.task_id])).result, task.result);
  const { tasks } = z.looseObject({ tasks: z.array(Task) }).parse(await json(["task", "list"]));
  assert.ok(tasks.some(({ task_id }) => task_id === task.task_id));
  const { stdout } = await troupe("task", "log", task.task_id);
  assert.match(stdout, /client sends to first[\s\S]*first sends to second[\s\S]*ends the task/);
});

test("a task that fails exits with 1 and says its code", async () => {
  const task = z.looseObject({ status: z.string(), error: z.looseObject({ code: z.string() }) });
  const { code, stdout, stderr } = await troupeProcess("task", "run", "first", "fail", "--json");
  assert.equal(code, 1, stderr);
  const failed = task.parse(JSON.parse(stdout));
  assert.deepEqual([failed.status, failed.error.code], ["failed", "tool_failed"]);
});

test("a waiting task takes a signal, and another one is cancelled", async () => {
  const { task_id: waiting } = Task.parse(await json(["task", "submit", "asker", "a"]));
  const watching = new TroupeProcess(["task", "watch", waiting], folder);
  await watching.shows(/asker +waits/);
  await json(["task", "signal", waiting, "go", "yes"]);
  const { code, stdout } = await watching.ends();
  assert.equal(code, 0, stdout);
  assert.match(stdout, /asked a, told yes/);

  const { task_id: doomed } = Task.parse(await json(["task", "submit", "asker", "b"]));
  await json(["task", "cancel", doomed]);
  assert.equal(Task.parse(await json(["task", "get", doomed])).status, "cancelled");
  assert.notEqual(Task.parse(await json(["task", "retry", doomed])).task_id, doomed);
});

test("an idempotency key makes the same task", async () => {
  const first = Task.parse(await json(["task", "submit", "first", "once", "--key", "k-1"]));
  const second = Task.parse(await json(["task", "submit", "first", "once", "--key", "k-1"]));
  assert.equal(second.task_id, first.task_id);
});

test("status and doctor see the system, and find its parts sound", async () => {
  const Status = z.looseObject({ status: z.string(), nodes: z.looseObject({ up: z.number() }) });
  const status = Status.parse(await json(["status"]));
  assert.equal(status.nodes.up, 1);
  const Checks = z.object({ checks: z.array(z.looseObject({ name: z.string(), status: z.string() })) });
  // A machine that is busy enough is no healthy cluster, and the doctor says so.
  const doctor = await troupe("doctor", "--json");
  const { checks } = Checks.parse(JSON.parse(doctor.stdout));
  assert.equal(doctor.code, checks.some((one) => one.status === "failed") ? 1 : 0, doctor.stdout);
  const byName = new Map(checks.map(({ name, status: found }) => [name, found]));
  for (const name of ["node", "nats-server", "nats", "clock", "store", "gateway", "model"]) {
    assert.equal(byName.get(name), "ok", `${name} of ${JSON.stringify(checks)}`);
  }
});

test("an operator sees the cluster and changes it, with progress and with the nodes' word", async () => {
  const Change = z.looseObject({ id: z.string(), state: z.string(), done: z.number(), total: z.number() });
  const following = new TroupeProcess(["events", "--follow", "--json"], folder);
  const scaled = Change.parse(await json(["scale", "first", "2", "--reason", "a test"]));
  assert.deepEqual([scaled.id, scaled.state, scaled.done, scaled.total], ["scale.first.2", "confirmed", 2, 2]);
  await following.shows(/"name":"scale"[^\n]*"a test"|"a test"[^\n]*"name":"scale"/);
  following.child.kill("SIGINT");
  assert.equal((await following.ends()).code, 130);

  const { stdout: moved } = await troupe("migrate", "first/1", "--to", "node-1");
  assert.match(moved, /first\/1: confirmed, runs on node-1/);
  assert.match((await troupe("operation", "scale.first.2")).stdout, /first: confirmed, 2 run/);
  for (const args of [
    ["pause", "second"],
    ["resume", "second"],
    ["restart", "first/0"],
    ["stop", "first/1"],
  ])
    assert.equal(Change.parse(await json(args)).state, "confirmed", args.join(" "));
  assert.equal(Change.parse(await json(["scale", "first", "1"])).state, "confirmed");

  assert.match((await troupe("nodes")).stdout, /node-1 +up/);
  assert.match((await troupe("actors")).stdout, /v\d+\/first\/0 +node-1 +available/);
  assert.match((await troupe("queues")).stdout, /second +v\d+ +0 +0 +0/);
  assert.match((await troupe("placement")).stdout, /v\d+\/first\/0 +node-1 +the only node that fits/);
  assert.match((await troupe("events")).stdout, /migrate first\/1: asked for by an operator/);
  assert.equal((await troupe("tasks")).code, 0);

  const refused = await troupe("migrate", "first/0", "--to", "node-9");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /unknown_node/);
  assert.equal((await troupe("stop", "first")).code, 2);
  const many = await troupe("scale", "first", "many");
  assert.deepEqual([many.code, /replicas: .*\(got "many"\)/.test(many.stderr)], [2, true], many.stderr);
});

test("status --watch shows it again and again until it is interrupted", async () => {
  const watching = new TroupeProcess(["status", "--watch", "--every", "0.3", "--json"], folder);
  await watching.shows(/("status":"\w+"[\s\S]*){3}/);
  watching.child.kill("SIGINT");
  assert.equal((await watching.ends()).code, 130);
});

test("an unknown role exits with 1 and names the roles that there are", async () => {
  const { code, stderr } = await troupe("task", "run", "nobody", "x");
  assert.equal(code, 1);
  assert.match(stderr, /unknown_role/);
  assert.match(stderr, /first/);
});

test("a capability that no role declares exits with 1 and names it; a load that is none is a wrong use", async () => {
  const { code, stderr } = await troupe("task", "submit", "first", "x", "--require", "quantum");
  assert.equal(code, 1);
  assert.match(stderr, /no role declares quantum[\s\S]*unmet_capabilities/);
  const wrong = await troupe("task", "submit", "first", "x", "--max-load", "2", "--deadline", "soon");
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--deadline: .*expected number \(got "soon"\)\n.*--max-load: .*\(got "2"\)/);
});

test("wrong usage exits with 2", async () => {
  assert.equal((await troupeProcess("task", "frob")).code, 2);
  for (const args of [["start", "--nodes", "none"], ["task", "get", "not-an-id"], ["drain"]]) {
    assert.equal((await troupe(...args)).code, 2, args.join(" "));
  }
});

test("with no system and no address a command exits with 3 and says what to do", async () => {
  const empty = await mkdtemp(join(tmpdir(), "troupe-empty-"));
  try {
    const { code, stderr } = await new TroupeProcess(["status"], empty).ends();
    assert.equal(code, 3);
    assert.match(stderr, /troupe start/);
  } finally {
    await rm(empty, { recursive: true });
  }
});

test("a changed system file becomes a new version, a broken one changes nothing", async () => {
  const path = join(folder, "system.ts");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replaceAll("${text} second", "${text} SECOND"));
  await system.shows(/v2 takes new tasks/);
  assert.equal(Task.parse(await json(["task", "run", "first", "y"])).result, "y first SECOND");
  await writeFile(path, `${text}\nthrow new Error("broken on purpose");\n`);
  await system.shows(/was not deployed: .*broken on purpose/);
  assert.equal(Task.parse(await json(["task", "run", "first", "z"])).result, "z first SECOND");
});
