/** Alerts as they reach people: in health, on a NATS subject that anonymous clients may hear, at a webhook, and in the events. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { AlertNotice, type ClusterHealth } from "@troupe/runtime/internal";
import { until } from "../support/stack.ts";
import { SupervisorBed } from "../support/supervisor-bed.ts";

let bed: SupervisorBed;
const posted: AlertNotice[] = [];
const heard: AlertNotice[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    posted.push(AlertNotice.parse(JSON.parse(body)));
    return response.writeHead(204).end();
  });
});

const SETTINGS = {
  suspectAfterMs: 600,
  deadAfterMs: 1_200,
  deathSpacingMs: 0,
  queueAgeAlertMs: 500,
  slowTaskAlertMs: 500,
};
const hook = () => [
  { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, privateHosts: ["127.0.0.1"] },
];

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  bed = await SupervisorBed.start();
  await bed.supervisor(SETTINGS, "s1", undefined, hook());
  bed.client.nc.subscribe(bed.subjects.alert("*"), {
    callback: (_error, message) => void heard.push(AlertNotice.parse(message.json())),
  });
  await bed.client.nc.flush();
  await bed.deploy();
});
after(async () => {
  server.close();
  await bed[Symbol.asyncDispose]();
});

const told = (notices: readonly AlertNotice[], name: string) =>
  notices.filter((notice) => notice.name === name).map(({ state, about }) => `${state} ${about}`);
const isTold = (name: string, ...states: string[]) =>
  until(`${name}: ${states.join()}`, 15_000, async () => {
    for (const notices of [heard, posted]) assert.deepEqual(told(notices, name), states);
    return true;
  });

const actor = (done: number, failed: number) => ({
  id: "v1/a/0",
  epoch: 1,
  generation: 0,
  state: "available" as const,
  isTaking: true,
  inFlight: 0,
  done,
  failed,
  meanMs: 12_000,
});

test("a lost node fires once and resolves when it is back", async () => {
  const stop = bed.beating({ node: "n1" });
  await until("n1 up", 15_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === 1);
  stop();
  await isTold("node_lost", "fired n1");
  assert.equal(heard.find(({ name }) => name === "node_lost")?.severity, "critical");
  bed.beating({ node: "n1", incarnation: "i2", actors: [actor(0, 0)] });
  await isTold("node_lost", "fired n1", "resolved n1");
});

test("a role of which more than half of the last ten messages failed fires, and an actor's health says how it is", async () => {
  const node = { node: "n2", labels: {}, incarnation: "j1" };
  const failing = bed.beating({ ...node, actors: [actor(4, 6)] });
  await isTold("task_errors", "fired v1/a");
  const { actors } = await bed.ask<{ actors: { id: string; health?: string }[] }>("actors");
  assert.equal(actors.find(({ id }) => id === "v1/a/0")?.health, "critical");
  failing();
  bed.beating({ ...node, actors: [actor(30, 6)] });
  await isTold("task_errors", "fired v1/a", "resolved v1/a");
});

test("a budget that two nodes find spent fires once, and resolves when neither does any more", async () => {
  const spentBudgets = [{ account: "tenant acme", text: "10 calls a day; 10 are spent" }];
  const stops = ["n4", "n5"].map((node) => bed.beating({ node, labels: {}, incarnation: "k1", spentBudgets }));
  await isTold("budget_spent", "fired tenant acme");
  for (const stop of stops) stop();
  for (const node of ["n4", "n5"]) bed.beating({ node, labels: {}, incarnation: "k1" });
  await isTold("budget_spent", "fired tenant acme", "resolved tenant acme");
});

test("a task that runs for too long, and its message that nobody takes, fire for its role and resolve with it", async () => {
  const task = await bed.submit("v1" as never);
  await isTold("task_slow", "fired a");
  await isTold("queue_age", "fired v1/a");
  assert.ok(heard.find(({ name }) => name === "task_slow")?.text.includes(task));
  await bed.append(task, bed.subjects.done(task), { status: "cancelled", by: "client" });
  await isTold("task_slow", "fired a", "resolved a");
});

test("the next leader tells nothing twice", async () => {
  const already = heard.length;
  const next = await bed.supervisor(SETTINGS, "s2", undefined, hook());
  await bed.supervisors[0]?.stop();
  await until("s2 leads", 15_000, async () => next.isLeading);
  await until("it has looked", 15_000, async () => (await bed.ask<ClusterHealth>("health")).supervisor.id === "s2");
  const stop = bed.beating({ node: "n3" });
  await until("n3 up", 15_000, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === 5);
  stop();
  await isTold("node_lost", "fired n1", "resolved n1", "fired n3");
  const since = heard.slice(already).map(({ state, name, about }) => `${state} ${name} ${about}`);
  assert.deepEqual(
    since.filter((line) => !line.includes("n3") && !line.startsWith("resolved")),
    [],
  );
});
