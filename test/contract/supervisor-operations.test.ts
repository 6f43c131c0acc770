/** What operators ask for, over NATS: confirmed by the nodes' word, refused with what is wrong, told to whoever follows the events. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type ClusterHealth,
  type Operation,
  StoredControlEvent,
  SUPERVISOR_OPERATOR_VERBS,
  SUPERVISOR_READ_VERBS,
  streamService,
} from "@troupe/runtime/internal";
import { ObedientNode } from "../support/obedient-node.ts";
import { until } from "../support/stack.ts";
import { SupervisorBed } from "../support/supervisor-bed.ts";

/** Nothing moves here but what is asked for: a replica that is just being evened out is for a moment taken for by nobody. */
const SETTINGS = { rebalanceAfterMs: 60_000 };

let bed: SupervisorBed;
let nodes: ObedientNode[] = [];
before(async () => {
  bed = await SupervisorBed.start();
  await bed.supervisor(SETTINGS);
  nodes = ["n1", "n2", "n3"].map((name) => new ObedientNode(bed, name));
  await until("three nodes", LIMIT_MS, async () => (await bed.ask<ClusterHealth>("health")).nodes.up === 3);
  await bed.deploy();
  await until("every actor", LIMIT_MS, async () => (await bed.ask<ClusterHealth>("health")).actors.available === 3);
});
after(async () => {
  for (const node of nodes) node.stop();
  await bed[Symbol.asyncDispose]();
});

const LIMIT_MS = 15_000;
const progress = (id: string) => bed.ask<Operation>("operation", { id });

/** Asks for an operation, and waits until it is in that state. */
async function reaches(state: Operation["state"], kind: string, body: object): Promise<Operation> {
  let operation = await bed.ask<Operation>(kind, body);
  await until(`${operation.id} ${state}`, LIMIT_MS, async () => {
    operation = await progress(operation.id);
    if (operation.state !== state) throw new Error(`${operation.state}: ${operation.text}`);
    return true;
  });
  return operation;
}
const confirmed = (kind: string, body: object) => reaches("confirmed", kind, body);
const takersOf = (id: string) => nodes.filter(({ taking }) => taking.has(id)).map(({ name }) => name);
/** Who takes for a replica, and a node to move it to. Waits for the taker: a node says so only after it has seen its row. */
async function elsewhere(id: string): Promise<{ at: string; to: string }> {
  await until(`one takes for ${id}`, LIMIT_MS, () => Promise.resolve(takersOf(id).length === 1));
  const [at] = takersOf(id);
  const to = nodes.find(({ name }) => name !== at)?.name;
  assert.ok(at !== undefined && to !== undefined);
  return { at, to };
}

test("a replica moves where it is asked to, is confirmed by that node's word, and its pause is told", async () => {
  const { at, to } = await elsewhere("v1/a/0");
  const operation = await confirmed("migrate", { replica: "a/0", to, reason: "a test" });
  assert.equal(operation.id, `migrate.a.0.${to}`);
  assert.ok((operation.pause_ms ?? -1) >= 0);
  assert.deepEqual(takersOf("v1/a/0"), [to]);
  const again = await bed.ask<Operation>("migrate", { replica: "a/0", to, wait_ms: 1_000 });
  assert.deepEqual(again, operation, "asked for twice it is the same");
  await confirmed("migrate", { replica: "a/0", to: at });
  assert.equal((await bed.ask<Operation>("operation", { id: operation.id }, bed.client)).state, "superseded");
});

test("at no moment do two nodes take for a replica that moves, and one that never gets ready leaves it where it is", async () => {
  const { at, to } = await elsewhere("v1/b/0");
  const target = nodes.find(({ name }) => name === to);
  target?.broken.add("v1/b/0");
  const seen = new Set<number>();
  const watch = setInterval(() => seen.add(takersOf("v1/b/0").length), 5);
  const stuck = await bed.ask<Operation>("migrate", { replica: "b/0", to, wait_ms: 500 });
  await until("it stands by", LIMIT_MS, async () =>
    (await progress(stuck.id)).text.includes(`gets ready on ${to}; ${at} still takes`),
  );
  assert.deepEqual(takersOf("v1/b/0"), [at]);
  target?.broken.clear();
  await until("it moves", LIMIT_MS, async () => (await progress(stuck.id)).state === "confirmed");
  clearInterval(watch);
  assert.ok(!seen.has(2), "two took at once");
});

const refused = (kind: string, body: object, text: RegExp) => assert.rejects(bed.ask(kind, body), text);

test("what cannot be is refused with what there is instead", async () => {
  await refused("migrate", { replica: "zzz/0", to: "n1" }, /there are a, b, escalation/);
  await refused("migrate", { replica: "a/5", to: "n1" }, /there are a\/0/);
  await refused("migrate", { replica: "a/0", to: "n9" }, /there are n1, n2, n3/);
  await refused("migrate", { replica: "a", to: "n1" }, /role, a slash and a number/);
  await refused("drain", { node: "n9" }, /n9/);
  await assert.rejects(bed.ask("operation", { id: "fly.a" }), /no operation/);
  await refused("scale", { role: "a", replicas: 2_000 }, /replicas/);
});

test("scale, pause, resume, restart and stop are confirmed by what the nodes say", async () => {
  assert.equal((await confirmed("scale", { role: "a", replicas: 3 })).total, 3);
  const [one] = [await confirmed("restart", { target: "a" })];
  assert.equal(one.id, "restart.a.g1");
  assert.equal((await confirmed("restart", { target: "a/1" })).id, "restart.a.1.g2");
  await confirmed("stop", { replica: "a/1" });
  assert.deepEqual(takersOf("v1/a/1"), []);
  assert.equal(takersOf("v1/a/2").length, 1);
  await confirmed("restart", { target: "a/1" });
  assert.equal(takersOf("v1/a/1").length, 1);
  assert.equal((await bed.ask<Operation>("operation", { id: "stop.a.1" })).state, "superseded");
  await confirmed("scale", { role: "a", replicas: 1 });
});

test("a scale that finds no room is blocked, and says by what", async () => {
  const blocked = await reaches("blocked", "scale", { role: "b", replicas: 1_000 });
  assert.match(blocked.text, /no place: n1, n2, n3: has no free slots/);
  await confirmed("scale", { role: "b", replicas: 1 });
});

test("placement says of each replica why it is where it is", async () => {
  const { replicas } = await bed.ask<{ replicas: { id: string; node: string; reason: string }[] }>(
    "placement",
    {},
    bed.client,
  );
  const why = new Map(replicas.map(({ id, reason }) => [id, reason]));
  assert.match(why.get("v1/escalation/0") ?? "", /least loaded of/);
  assert.match(why.get("v1/a/0") ?? "", /an operator moved it/);
});

test("the events tell of it all, from the past and as it happens, with the operator's reason", async () => {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const stream = streamService(
    bed.client,
    bed.subjects.supervisor("events"),
    { limit: 1_000, follow: true },
    { silenceMs: 6_000, signal },
  );
  const seen: StoredControlEvent[] = [];
  for await (const message of stream) {
    const event = StoredControlEvent.safeParse(message);
    if (!event.success) continue;
    seen.push(event.data);
    if (event.data.name === "pause") break;
    if (event.data.name === "scale" && event.data.reason === "now") await bed.ask("pause", { role: "b" });
    if (seen.length === 1) await bed.ask("scale", { role: "b", replicas: 2, reason: "now" });
  }
  const names = new Set(seen.map(({ name }) => name));
  for (const name of [
    "leader",
    "node.up",
    "deploy",
    "placement",
    "migrate",
    "handed-over",
    "restart",
    "stop",
    "no-place",
  ])
    assert.ok(names.has(name), `${name} of ${[...names].join()}`);
  assert.ok(seen.some(({ name, reason }) => name === "migrate" && reason === "a test"));
  const sequences = seen.map(({ sequence }) => sequence);
  assert.deepEqual(
    sequences,
    [...new Set(sequences)].toSorted((a, b) => a - b),
    "each once, in order",
  );
  await bed.ask("resume", { role: "b" });
  await confirmed("scale", { role: "b", replicas: 1 });
});

test("a node that drains keeps its replicas until they run elsewhere, then leaves", async () => {
  const gone = nodes.find(({ name }) => name === "n3");
  await confirmed("drain", { node: "n3" });
  assert.deepEqual([...(gone?.taking ?? ["?"])], []);
  const health = await bed.ask<ClusterHealth>("health");
  assert.equal(health.actors.available, 3, health.reasons.join());
});

test("the micro protocol lists every endpoint with its figures", async () => {
  const answer = await bed.client.nc.request("$SRV.STATS.troupe-supervisor", "");
  const stats = answer.json<{ type: string; endpoints: { name: string; subject: string; num_requests: number }[] }>();
  assert.equal(stats.type, "io.nats.micro.v1.stats_response");
  const asked = new Map(stats.endpoints.map(({ name, num_requests: count }) => [name, count]));
  for (const verb of [...SUPERVISOR_READ_VERBS, ...SUPERVISOR_OPERATOR_VERBS]) assert.ok(asked.has(verb), verb);
  assert.ok((asked.get("migrate") ?? 0) >= 4);
});

test("an operation outlives the leader that took it: the next one knows it and carries it out", async () => {
  const { to } = await elsewhere("v1/escalation/0");
  const operation = await bed.ask<Operation>("migrate", { replica: "escalation/0", to });
  const next = await bed.supervisor(SETTINGS, "s2");
  assert.equal(next.isLeading, false);
  await bed.supervisors[0]?.stop();
  await until(
    "s2 confirms it",
    LIMIT_MS,
    async () => (await bed.ask<Operation>("operation", { id: operation.id })).state === "confirmed",
  );
  assert.deepEqual(takersOf("v1/escalation/0"), [to]);
});
