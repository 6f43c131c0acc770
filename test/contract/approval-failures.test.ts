/** Approvals of tools and on the command line, and while hosts and nodes die around them: one decision, one act, after it. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type OfflineModel, startOfflineModel } from "@troupe/agents";
import type { ApprovalView, TaskId } from "@troupe/runtime/internal";
import { KILLED } from "../support/approving-system.ts";
import { type CommandEnded, runCommand } from "../support/cli-in-process.ts";
import { PeopleBed } from "../support/people-bed.ts";
import { until } from "../support/stack.ts";

let bed: PeopleBed;
let folder: string;
let model: OfflineModel;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "troupe-approvals-"));
  const points = Object.entries(KILLED).map(([role, point]) => `${role}:${point}:${join(folder, `died-${role}`)}`);
  process.env["TROUPE_FAILPOINTS"] = points.join(",");
  model = await startOfflineModel();
  process.env["TROUPE_MODEL_MODE"] = "offline";
  process.env["TROUPE_OFFLINE_URL"] = model.url;
  bed = await PeopleBed.start("approving-system.ts");
});
after(async () => {
  await bed[Symbol.asyncDispose]();
  await model.close();
  await rm(folder, { recursive: true, force: true });
});

const order = () => ({ act: { transfer: 100 }, file: join(folder, "acts") });
const actsOf = async (task: TaskId): Promise<number> =>
  (await readFile(join(folder, "acts"), "utf8").catch(() => "")).split("\n").filter((line) => line === task).length;
const resultOf = async (task: TaskId) => (await bed.cluster.done(task)).result;

const linesOf = async (line: string): Promise<number> =>
  (await readFile(join(folder, "acts"), "utf8").catch(() => "")).split("\n").filter((one) => one === line).length;
const purchase = (amount: number) => `[[tool pay ${JSON.stringify({ amount, file: join(folder, "acts") })}]]`;

test("a tool that needs a person runs with the approved arguments, once", async () => {
  const task = await bed.submit("buyer", purchase(5));
  const view = await bed.waiting(task);
  assert.deepEqual(view.act, { tool: "pay", arguments: { amount: 5, file: join(folder, "acts") } });
  assert.equal((await bed.decide("ann", view, "approve")).status, 403, "she is no lead");
  assert.equal(await linesOf("paid 5"), 0);
  assert.equal((await bed.decide("lea", view, "approve")).status, 200);
  assert.equal((await bed.cluster.done(task, 20_000)).status, "completed");
  assert.equal(await linesOf("paid 5"), 1);
});

test("a tool that a person denied does not run, and the model is told who denied it", async () => {
  const task = await bed.submit("buyer", purchase(6));
  await bed.decide("lea", await bed.waiting(task), "deny");
  await resultOf(task);
  assert.equal(await linesOf("paid 6"), 0);
  const told = (await bed.cluster.records(task)).map(({ body }) => JSON.stringify(body)).join("\n");
  assert.match(told, /pay was not run\. lea denied it/);
});

/** The command line as the operator, or as the owner of a key. */
function troupe(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<CommandEnded> {
  const { server, subjects } = bed.cluster;
  const flags = ["--nats", server.url, "--system", subjects.system, "--keys", join(server.storeDir, "keys.json")];
  return runCommand([...args, ...flags], environment);
}

test("the command line lists, shows and decides as the operator; with an API key as its owner", async () => {
  const [first, second] = [await bed.submit("asker", order()), await bed.submit("asker", order())];
  const [one, other] = [await bed.waiting(first), await bed.waiting(second)];
  // A view is read from the log; the list is what its followers have taken in.
  await until("both to be listed", 15_000, async () => {
    const listed = await troupe(["approvals", "list", "--json"]);
    const lines = listed.stdout.split("\n").filter((line) => line !== "");
    const ids = lines.map((line) => (JSON.parse(line) as ApprovalView).approval_id);
    return ids.includes(one.approval_id) && ids.includes(other.approval_id);
  });
  const denied = await troupe(["approvals", "deny", one.approval_id, "--reason", "not today"]);
  assert.equal(denied.code, 0, denied.stderr);
  assert.match(denied.stdout, /denied[\s\S]*deny by nats:CORE\/U[A-Z2-7]+ at .*: not today/);
  assert.equal((await bed.cluster.done(first)).status, "completed");

  const asAnn = { TROUPE_API_KEY: bed.keyOf("ann"), TROUPE_HTTP_URL: bed.url() };
  const shown = await troupe(["approvals", "show", second], asAnn);
  assert.match(shown.stdout, /"transfer": 100/);
  const stale = await troupe(["approvals", "approve", second, "--hash", "0".repeat(64)], asAnn);
  assert.deepEqual([stale.code === 0, /look at it again/.test(stale.stderr)], [false, true]);
  const approved = await troupe(["approvals", "approve", second, "--json"], asAnn);
  assert.equal((JSON.parse(approved.stdout) as ApprovalView).decisions[0]?.by, "ann");
  assert.deepEqual(await resultOf(second), { did: true, by: ["ann"] });
  const late = await troupe(["approvals", "deny", other.approval_id], asAnn);
  assert.match(late.stderr, /is decided: approved by ann/);
});

for (const [role, point] of Object.entries(KILLED)) {
  test(`a host killed at ${point} of ${role}: one decision, one act, after it`, async () => {
    const task = await bed.submit(role, order());
    const view = await bed.waiting(task);
    assert.equal(await actsOf(task), 0);
    assert.equal((await bed.decide("ann", view, "approve")).status, 200);
    assert.deepEqual((await bed.cluster.done(task, 20_000)).result, { did: true, by: ["ann"] });
    assert.equal(await actsOf(task), 1);
    await readFile(join(folder, `died-${role}`));
  });
}

test("a node killed while its task waits: another one goes on by the decision", async () => {
  const task = await bed.submit("asker", order());
  const view = await bed.waiting(task);
  await bed.cluster.startNode("n2");
  bed.killNode("n1");
  assert.equal((await bed.decide("ann", view, "approve")).status, 200);
  assert.deepEqual((await bed.cluster.done(task, 30_000)).result, { did: true, by: ["ann"] });
  assert.equal(await actsOf(task), 1);
});
