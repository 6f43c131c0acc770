/** Edges that come and go while a system runs: cut at once for every version, kept cut, back when a deployment says so. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import {
  AuditEntry,
  type DoneBody,
  directGetLast,
  newTaskId,
  openLink,
  openRoleKeys,
  PLACE_OF_ROLE,
  readAudit,
  requireTaskId,
  roleKeysFolderOf,
  systemClock,
  systemRandom,
} from "@troupe/runtime/internal";
import { silentLogger as logger } from "../support/nats-server.ts";
import { published } from "../support/published.ts";
import { Stack, until } from "../support/stack.ts";

const fileOf = (name: string) => fileURLToPath(new URL(`../support/${name}.ts`, import.meta.url));
const opened = new AsyncDisposableStack();
const execute = promisify(execFile);
/** For a record that the server takes, however busy the machine is. */
const PATIENT_MS = 15_000;
let stack: Stack;

before(async () => {
  stack = opened.use(await Stack.start({ system: "edges", nodes: 1, systemFile: fileOf("edges-system") }));
});
after(() => opened.disposeAsync());

/** The new task; `undefined` when the door is closed. */
async function submit(to: string, workMs = 0, waitsFor?: string): Promise<string | undefined> {
  const body = JSON.stringify({ input: { to, workMs, until: waitsFor } });
  const answer = await stack.client.nc.request(stack.subjects.tasks("router", "submit"), body, { timeout: 5_000 });
  return answer.json<{ task_id?: string }>().task_id;
}

async function doneOf(task: string | undefined): Promise<DoneBody> {
  assert.ok(task);
  const subject = stack.subjects.done(requireTaskId(task).id);
  let done: DoneBody | undefined;
  await until(`the end of ${task}`, 20_000, async () => {
    const stored = await directGetLast(stack.core, stack.subjects.logStream(0), subject);
    done = stored && (JSON.parse(Buffer.from(stored.body).toString()) as DoneBody);
    return done !== undefined;
  });
  assert.ok(done);
  return done;
}
const run = async (to: string) => doneOf(await submit(to));
const codeOf = (done: DoneBody) => (done.status === "failed" ? (done.error?.code ?? "failed") : done.status);

/** Whether the server takes a message to a role with the router's own key; a refused one is not answered. */
async function serverTakes(version: string, to: string, patienceMs = 500): Promise<boolean> {
  const all = await openRoleKeys(roleKeysFolderOf(join(stack.server.storeDir, "keys.json")));
  const keys = all.find((found) => found.version === version);
  assert.ok(keys);
  const seed = keys.seeds["router"];
  const link = await openLink({ servers: stack.server.url, name: "hijacked", seed, ...PLACE_OF_ROLE, logger });
  const task = newTaskId(0, keys.version, systemClock, systemRandom);
  const subject = `edges.log.0.${version}.${task}.00000000000000000000000001.router.m.send.${to}`;
  const kind = await published(link, subject, {}, patienceMs);
  await link.close();
  return kind === "stored";
}

test("a revoked edge is cut at once: its hops are parked, the server refuses it, everything else goes on", async (t) => {
  assert.equal(codeOf(await run("left")), "completed");
  assert.equal(await serverTakes("v1", "left", PATIENT_MS), true);
  const [server, life] = [stack.server.pid, await stack.lifeOf("node-1")];
  const [host] = await hostPids();
  // At work on the other way, and on the one that is about to be cut, while it is.
  const others = await Promise.all(Array.from({ length: 20 }, (_, i) => submit("right", i * 100)));
  const isCut = join(stack.server.storeDir, "is-cut");
  const caught = await Promise.all(Array.from({ length: 3 }, () => submit("left", 0, isCut)));
  const sinceMs = performance.now();
  const said = await stack.said("graph", "revoke", "router", "left");
  const toldMs = performance.now() - sinceMs;
  assert.match(said, /router→left is cut in v1: the server refuses it/);
  assert.equal(codeOf(await run("left")), "edge_revoked");
  t.diagnostic(
    `revoke: ${Math.round(toldMs)} ms until the command ended, ${Math.round(performance.now() - sinceMs)} ms until a task was parked`,
  );
  assert.equal(await serverTakes("v1", "left"), false);
  assert.equal(await serverTakes("v1", "right", PATIENT_MS), true);
  for (const task of others) assert.equal(codeOf(await doneOf(task)), "completed");
  await writeFile(isCut, "");
  for (const task of caught) assert.equal(codeOf(await doneOf(task)), "edge_revoked", "at work when it was cut");
  assert.deepEqual([stack.server.pid, await stack.lifeOf("node-1"), (await hostPids())[0]], [server, life, host]);
  assert.match(await stack.said("graph", "--running"), /─✂ left/);
});

test("what is no edge is refused with those that there are", async () => {
  await assert.rejects(stack.said("graph", "revoke", "left", "right"), /router→right/);
});

test("it stays cut when supervisor and host are killed", async () => {
  stack.supervisor.signal("SIGKILL");
  await stack.supervisor.ended();
  stack.supervisor.start();
  const killed = await hostPids();
  for (const pid of killed) process.kill(pid, "SIGKILL");
  await until("another host", 20_000, async () => (await hostPids()).some((pid) => !killed.includes(pid)));
  await stack.isWhole();
  assert.equal(codeOf(await run("left")), "edge_revoked");
  assert.equal(codeOf(await run("right")), "completed");
  assert.equal(await serverTakes("v1", "left"), false);
});

test("a new version with one edge more takes it into use, and keeps what was cut", async (t) => {
  const server = stack.server.pid;
  const old = await Promise.all(Array.from({ length: 10 }, () => submit("right", 2_000)));
  const sinceMs = performance.now();
  await stack.deploy(fileOf("edges-more-system"));
  const deployedMs = performance.now() - sinceMs;
  await until("a task over the new edge", 20_000, async () => codeOf(await run("extra")) === "completed");
  t.diagnostic(
    `add: ${Math.round(deployedMs)} ms until the deployment ended, ${Math.round(performance.now() - sinceMs)} ms until a task had used the edge`,
  );
  assert.equal(codeOf(await run("left")), "edge_revoked");
  assert.equal(await serverTakes("v2", "left"), false);
  for (const task of old) assert.equal(codeOf(await doneOf(task)), "completed");
  assert.equal(stack.server.pid, server);
});

test("a deployment that says so brings the edge back", async () => {
  await stack.said("deploy", fileOf("edges-more-system"), "--restore", "router:left");
  await until("a task over the edge", 20_000, async () => codeOf(await run("left")) === "completed");
  await until("the server's line", 20_000, () => serverTakes("v2", "left"));
});

test("a door that is revoked takes no more tasks, until it is restored", async () => {
  assert.match(await stack.said("graph", "revoke", "client", "router"), /gateways take no more tasks/);
  await until("a refusal at the door", 15_000, async () => (await submit("right")) === undefined);
  await stack.said("deploy", fileOf("edges-more-system"), "--restore", "client:router");
  await until("a task through the door", 20_000, async () => (await submit("right")) !== undefined);
});

test("all of it is in the audit, which is whole", async () => {
  const edges: string[] = [];
  let denials = 0;
  for await (const { subject, body } of readAudit(stack.core, stack.subjects)) {
    if (stack.subjects.parseAuditEntry(subject) === undefined) continue;
    const { what } = AuditEntry.parse(JSON.parse(Buffer.from(body).toString()));
    if (what.event === "edge_revoked") edges.push(`${what.edge.from} ${what.edge.to} ${what.outcome}`);
    if (what.event === "edge_restored") edges.push(`${what.edge.from} ${what.edge.to} restored`);
    if (what.event === "denied" && what.by === "server" && what.who.role === "router") denials++;
  }
  assert.deepEqual(edges, [
    "router left begun",
    "router left done",
    "router left restored",
    "client router begun",
    "client router done",
    "client router restored",
  ]);
  assert.ok(denials > 0, "what the hijacked router tried was refused by the server, and told");
  assert.match(await stack.said("audit", "verify"), /^intact, signed by/m);
  assert.match(await stack.said("audit", "list", "--event", "edge_revoked"), /edge client → router revoked, done/);
  assert.match(await stack.said("audit", "report").catch(String), /security {2}(warning|critical)/);
});

test("an exported copy is verified anywhere, and each change of it is found", async () => {
  const file = join(stack.server.storeDir, "audit.jsonl");
  await stack.said("audit", "export", "--out", file);
  assert.match(await stack.said("audit", "verify", file), /^intact, signed by/m);
  const lines = (await readFile(file, "utf8")).trimEnd().split("\n");
  const at = Math.floor(lines.length / 2);
  const later = (lines[at] ?? "").replace(/"at\\":\\"20/, '"at\\":\\"21');
  const changes: readonly (readonly [RegExp, readonly string[]])[] = [
    [/edited|forged/, lines.with(at, later)],
    [/cut off/, [...lines.slice(0, -5), lines.at(-1) ?? ""]],
  ];
  for (const [said, changed] of changes) {
    assert.notDeepEqual(changed, lines);
    await writeFile(file, `${changed.join("\n")}\n`);
    await assert.rejects(stack.said("audit", "verify", file), (error: Error) => said.test(error.message), String(said));
  }
});

/** Process ids of the node's hosts. */
async function hostPids(): Promise<readonly number[]> {
  const [node] = stack.nodes;
  const { stdout } = await execute("ps", ["-o", "pid=", "--ppid", String(node?.pid ?? 0)]).catch(() => ({
    stdout: "",
  }));
  return stdout
    .split("\n")
    .map(Number)
    .filter((pid) => pid > 0);
}
