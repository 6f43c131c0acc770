import assert from "node:assert/strict";
import { test } from "node:test";
import type { Member, TaskId } from "@troupe/runtime/internal";
import { alertChanges, alertsOf, firing, noticed } from "../alerts/alerts.ts";
import { EMPTY_MEMBERSHIP, type Membership, withHeartbeat, withMember } from "../membership/snapshot.ts";
import type { ClusterView } from "./cluster-view.ts";
import { healthOf } from "./health.ts";
import { actorsAnswer } from "./listings.ts";

const NOW = 1_000_000;
/** Whatever is wrong in these views has been so for this long. */
const LONG_MS = 60_000;

function members(
  statuses: Readonly<Record<string, Member["status"]>>,
  actors: Readonly<Record<string, "available" | "busy" | "failed">> = {},
): Membership {
  let all = EMPTY_MEMBERSHIP;
  for (const [node, status] of Object.entries(statuses)) {
    const about = { node, incarnation: "i", labels: {}, capabilities: [], slots: 4 };
    all = withMember(all, { v: 1, ...about, status, since: "then", reason: "test" });
    const own = Object.entries(actors).map(([id, state]) => ({
      id,
      epoch: 1,
      state,
      inFlight: 0,
      done: 0,
      failed: 0,
      meanMs: 0,
    }));
    const rest = { sequence: 1, busy: 2, load: 0.5, memoryBytes: 1, loopP99Ms: 1, isDraining: false };
    all = withHeartbeat(all, { v: 1, ...about, ...rest, actors: own });
  }
  return all;
}

const view = (changes: Partial<ClusterView> = {}): ClusterView => ({
  system: "s",
  supervisor: { id: "s1", epoch: 3, sinceMs: 0 },
  nowMs: NOW,
  membership: members({ n1: "up", n2: "up" }, { "v1/a/0": "available" }),
  desired: { v: 1, current: "v1", draining: [], paused: [], replicas: {} },
  assignment: new Map([["v1/a/0", "n1"]]),
  rows: [],
  unplaced: [],
  queues: [],
  oldestWaiting: new Map(),
  slowTasks: new Map(),
  recentOutcomes: new Map(),
  outcomesOf: () => ({ failed: 0, total: 0 }),
  slowTaskAlertMs: 30_000,
  openTasks: 5,
  recentDeadTasks: 0,
  slo: { system: "s", at: "1970-01-01T00:00:00.000Z", since: null, objectives: [] },
  queueAgeAlertMs: 30_000,
  ...changes,
});

const health = (changes: Partial<ClusterView> = {}) => {
  const now = view(changes);
  return healthOf(now, firing(noticed([], alertsOf(now), NOW - LONG_MS), NOW));
};

test("a cluster in which everything runs is healthy", () => {
  assert.deepEqual(health(), {
    status: "healthy",
    reasons: [],
    system: "s",
    version: "v1",
    nodes: { total: 2, up: 2, suspect: 0, dead: 0, draining: 0 },
    actors: { total: 1, available: 1, busy: 0, unavailable: 0 },
    mean_load: 0.5,
    queues: {},
    tasks_in_flight: 5,
    dependencies: [],
    oldest_message_ms: null,
    alerts: [],
    supervisor: { id: "s1", epoch: 3, since: "1970-01-01T00:00:00.000Z" },
  });
});

test("the status follows from what is wrong, and the reasons say it", () => {
  const two = new Map([
    ["v1/a/0", "n1"],
    ["v1/b/0", "n1"],
  ]);
  const replica = {
    version: "v1",
    role: "b",
    variant: undefined,
    index: 0,
    concurrency: 1,
    rules: {},
    pin: undefined,
    generation: 0,
    labels: {},
    capabilities: [],
  };
  const cases: [Partial<ClusterView>, string, RegExp][] = [
    [{ desired: undefined }, "degraded", /no system is deployed/],
    [{ membership: members({ n1: "dead" }) }, "critical", /no node is up/],
    [{ membership: members({}), desired: undefined, assignment: new Map() }, "degraded", /no node is up/],
    [
      { membership: members({ n1: "up", n2: "suspect" }, { "v1/a/0": "available" }) },
      "degraded",
      /1 of 2 nodes suspect/,
    ],
    [
      { membership: members({ n1: "up", n2: "suspect", n3: "suspect" }, { "v1/a/0": "available" }) },
      "critical",
      /half or more/,
    ],
    [
      { membership: members({ n1: "up", n2: "up", n3: "suspect" }, { "v1/a/0": "available" }) },
      "degraded",
      /1 of 3 nodes suspect/,
    ],
    [{ assignment: two }, "degraded", /1 of 2 actors are unavailable/],
    [{ membership: members({ n1: "up" }, { "v1/a/0": "failed" }) }, "critical", /no actor is available/],
    [{ membership: members({ n1: "up", n2: "dead" }, { "v1/a/0": "busy" }) }, "degraded", /node n2 is lost/],
    [
      { oldestWaiting: new Map([["v1/a", NOW - 30_000]]) },
      "degraded",
      /message for v1\/a has waited for more than 30 s/,
    ],
    [
      { slowTasks: new Map([["a", { count: 2, oldest: "0-v1-x" as TaskId }]]) },
      "degraded",
      /2 tasks for a run for more than 30 s, the oldest is 0-v1-x/,
    ],
    [
      { recentOutcomes: new Map([["v1/a", { failed: 6, total: 10 }]]) },
      "degraded",
      /6 of the last 10 messages of v1\/a failed/,
    ],
    [{ recentDeadTasks: 2 }, "degraded", /2 tasks ended as dead letters/],
    [{ unplaced: [{ replica, reason: "no node is up" }] }, "degraded", /v1\/b: 1 replica has no place: no node is up/],
    [{ desired: { v: 1, current: "v1", draining: [], paused: ["a"], replicas: {} } }, "degraded", /paused: a/],
  ];
  for (const [changes, status, reason] of cases) {
    const answer = health(changes);
    assert.equal(answer.status, status, String(reason));
    assert.match(answer.reasons.join("\n"), reason);
  }
});

test("an endpoint that fails on a node degrades the cluster, and the reason names both", () => {
  const about = { node: "n1", incarnation: "i", labels: {}, capabilities: [], slots: 4 };
  const load = { sequence: 2, busy: 0, load: 0, memoryBytes: 1, loopP99Ms: 1, isDraining: false };
  const actors = [{ id: "v1/a/0", epoch: 1, state: "available" as const, inFlight: 0, done: 0, failed: 0, meanMs: 0 }];
  const dependencies = [{ kind: "model" as const, name: "api.example m", isUp: false, reason: "HTTP 500" }];
  const membership = withHeartbeat(members({ n1: "up" }), { v: 1, ...about, ...load, actors, dependencies });
  const { status, reasons, alerts, ...answer } = health({ membership });
  assert.deepEqual([status, reasons], ["degraded", ["model endpoint api.example m fails on n1: HTTP 500"]]);
  assert.deepEqual(
    alerts.map(({ name }) => name),
    ["breaker_open"],
  );
  assert.deepEqual(answer.dependencies, [
    { kind: "model", name: "api.example m", up: false, down_on: ["n1"], reason: "HTTP 500" },
  ]);
});

test("a spent budget is one alert, however many nodes found it so, and no reason for how the cluster is", () => {
  let membership = members({ n1: "up", n2: "up", n3: "dead" }, { "v1/a/0": "available" });
  const load = { sequence: 2, busy: 0, load: 0, memoryBytes: 1, loopP99Ms: 1, isDraining: false };
  for (const node of ["n1", "n2", "n3"]) {
    const actors = membership.nodes.get(node)?.heartbeat?.actors ?? [];
    const spentBudgets = [
      { account: node === "n3" ? "tenant gone" : "tenant acme", text: "10 calls a day; 10 are spent" },
    ];
    const about = { node, incarnation: "i", labels: {}, capabilities: [], slots: 4, actors, spentBudgets };
    membership = withHeartbeat(membership, { v: 1, ...about, ...load });
  }
  const { reasons, alerts } = health({ membership });
  const told = alerts.filter(({ name }) => name === "budget_spent");
  assert.deepEqual(
    told.map(({ text }) => text),
    ["the budget of tenant acme is 10 calls a day; 10 are spent"],
  );
  assert.ok(reasons.every((reason) => !reason.includes("budget")));
});

test("an objective that was missed is an alert, and no reason for how the cluster is now", () => {
  const objective = {
    name: "errors" as const,
    status: "alarming" as const,
    unit: "share" as const,
    target: 0.01,
    alert: 0.05,
    value: 0.5,
    window_ms: 86_400_000,
    tasks: 20,
    budget_left: -49,
    burn: [],
  };
  const slo = { system: "s", at: "1970-01-01T00:00:00.000Z", since: null, objectives: [objective] };
  const { status, reasons, alerts } = health({ slo });
  assert.deepEqual([status, reasons], ["healthy", []]);
  assert.deepEqual(
    alerts.map(({ name, text }) => [name, text]),
    [["slo_missed", "errors is 50.00 % over 24 h, beyond 5.00 %"]],
  );
});

test("queues are summed over versions and shards", () => {
  const queue = { durable: "", filter: "", ackedUpTo: 0, deliveredUpTo: 0, consumerSequence: 0, mailbox: "a" };
  const queues = [
    { ...queue, shard: 0, version: "v1", waiting: 1, inFlight: 2 },
    { ...queue, shard: 1, version: "v2", waiting: 3, inFlight: 4 },
  ];
  assert.deepEqual(health({ queues }).queues, { a: { waiting: 4, in_flight: 6 } });
  assert.equal(health({ queues, oldestWaiting: new Map([["v1/a", NOW - 40]]) }).oldest_message_ms, 40);
});

test("replicas on lost nodes, and those that no node reports, are unavailable", () => {
  const assignment = new Map([
    ["v1/a/0", "n1"],
    ["v1/a/1", "n2"],
    ["v1/a/2", "n9"],
  ]);
  const membership = members({ n1: "up", n2: "dead" }, { "v1/a/0": "busy", "v1/a/1": "available" });
  assert.deepEqual(health({ assignment, membership }).actors, { total: 3, available: 0, busy: 1, unavailable: 2 });
  const listed = actorsAnswer(view({ assignment, membership })).actors;
  assert.deepEqual(
    listed.map(({ id, state }) => `${id} ${state}`),
    ["v1/a/0 busy", "v1/a/1 available", "v1/a/2 unavailable"],
  );
});

test("an actor's load is what it runs of what it may run at once", () => {
  const about = { node: "n1", incarnation: "i", labels: {}, capabilities: [], slots: 4 };
  const own = { sequence: 2, busy: 3, load: 0.75, memoryBytes: 1, loopP99Ms: 1, isDraining: false };
  const actors = [{ id: "v1/a/0", epoch: 1, state: "busy" as const, inFlight: 3, done: 0, failed: 0, meanMs: 0 }];
  const membership = withHeartbeat(members({ n1: "up" }), { v: 1, ...about, ...own, actors });
  const replicas = [{ version: "v1", role: "a", index: 0, concurrency: 4 }];
  const rows = [{ v: 1 as const, node: "n1", epoch: 1, replicas }];
  const [listed] = actorsAnswer(view({ membership, rows })).actors;
  assert.ok(listed && "load" in listed);
  assert.deepEqual([listed.load, listed.concurrency], [0.75, 4]);
});

test("an alert keeps the time since when it fires, and resolves", () => {
  const lost = alertsOf(view({ membership: members({ n1: "dead" }) }));
  const first = noticed([], lost, NOW);
  const second = noticed(first, [...lost, { name: "task_dead", about: "tasks", text: "" }], NOW + 5_000);
  assert.equal(second[0]?.sinceMs, NOW);
  assert.equal(second[1]?.sinceMs, NOW + 5_000);
  const [before, after] = [firing(first, NOW), firing(second, NOW + 5_000)];
  assert.deepEqual(
    alertChanges(before, after).fired.map(({ name }) => name),
    ["task_dead"],
  );
  assert.deepEqual(
    alertChanges(after, []).resolved.map(({ name }) => name),
    ["node_lost", "task_dead"],
  );
});

test("replicas without a place are an alert only when that lasts, as it does not at a start; a lost node is one at once", () => {
  const noPlace = { name: "no_place", about: "v1/a", text: "" } as const;
  const lost = { name: "node_lost", about: "n1", text: "" } as const;
  const first = noticed([], [noPlace, lost], NOW);
  const namesAt = (nowMs: number, alerts = first) => firing(alerts, nowMs).map(({ name }) => name);
  assert.deepEqual(namesAt(NOW), ["node_lost"]);
  assert.deepEqual(namesAt(NOW + 9_999), ["node_lost"]);
  assert.deepEqual(namesAt(NOW + 10_000), ["no_place", "node_lost"]);
  const gone = noticed(first, [lost], NOW + 9_000);
  const again = noticed(gone, [lost, noPlace], NOW + 11_000);
  assert.deepEqual(namesAt(NOW + 12_000, again), ["node_lost"], "an interrupted condition begins anew");
});
