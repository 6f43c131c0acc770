import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ClusterHealth,
  createLogger,
  type Link,
  type SessionKey,
  type SloReport,
  Subjects,
  type TaskId,
} from "@troupe/runtime/internal";
import { ManualClock } from "@troupe/runtime/internal-testing";
import type { Observation } from "../observer/observation.ts";
import type { OpenTask } from "../observer/task-index.ts";
import { type LedCluster, SupervisorMetrics } from "./supervisor-metrics.ts";

const silent = createLogger({ name: "test", level: "silent" });
const HEALTH: ClusterHealth = {
  status: "degraded",
  reasons: [],
  system: "shop",
  version: "v1",
  nodes: { total: 2, up: 1, suspect: 1, dead: 0, draining: 0 },
  actors: { total: 3, available: 2, busy: 1, unavailable: 0 },
  mean_load: 0.25,
  queues: { a: { waiting: 4, in_flight: 1 } },
  tasks_in_flight: 3,
  dependencies: [],
  oldest_message_ms: 1_500,
  alerts: [{ name: "node_lost", since: "", text: "" }],
  supervisor: { id: "s", epoch: 7, since: "" },
};

const SLO: SloReport = {
  system: "shop",
  at: "2026-11-21T16:00:00Z",
  since: null,
  objectives: [
    {
      name: "errors",
      status: "missed",
      unit: "share",
      target: 0.01,
      alert: 0.05,
      value: 0.015,
      window_ms: 86_400_000,
      tasks: 1_000,
      budget_left: -0.5,
      burn: [
        { window_ms: 300_000, rate: 3, tasks: 10 },
        { window_ms: 3_600_000, rate: 1.5, tasks: 100 },
      ],
    },
  ],
};

const taskOf = (name: string) => name as TaskId;
const open = (session?: string) =>
  ({ passport: { session: session as SessionKey | undefined } }) as unknown as OpenTask;
const streams = {
  total: 2,
  streams: [
    { config: { name: "SHOP_LOG_0" }, state: { bytes: 1_000, messages: 10 } },
    { config: { name: "OTHER" }, state: { bytes: 1, messages: 1 } },
  ],
};

function leading(index: readonly OpenTask[] = []): LedCluster {
  const link = { nc: { request: () => Promise.resolve({ json: () => streams }) } } as unknown as Link;
  const openTasks = () => index.values() as Generator<OpenTask>;
  const subjects = new Subjects("shop");
  return { health: () => HEALTH, slo: () => SLO, index: { openTasks }, link, subjects, apiPrefix: "$JS.API" };
}

const started = (task: string, atMs: number): Observation => ({
  kind: "started",
  task: taskOf(task),
  sequence: 1,
  atMs,
  mailbox: "a",
  passport: undefined,
  origin: undefined,
});
const ended = (task: string, atMs: number, isFromOutside = false): Observation => ({
  kind: "ended",
  task: taskOf(task),
  sequence: 2,
  atMs,
  isFromOutside,
});

test("a standby says that it does not lead, and nothing of the cluster", async (t) => {
  const metrics = new SupervisorMetrics(new ManualClock(), silent);
  t.after(() => metrics.close());
  const text = await metrics.text();
  assert.match(text, /^troupe_supervisor_is_leader 0$/m);
  assert.doesNotMatch(text, /^troupe_nodes\{/m);
});

test("the leader has the figures of the cluster, of its tasks and of the store; after its term they are gone", async (t) => {
  const clock = new ManualClock();
  const metrics = new SupervisorMetrics(clock, silent);
  t.after(() => metrics.close());
  const term = new AbortController();
  const nowMs = clock.nowMs();
  metrics.observed(started("old", nowMs - 9_000));
  metrics.lead(leading([open("s1"), open("s1"), open()]), term.signal);
  metrics.observed(ended("old", nowMs - 8_000));
  metrics.observed(started("t1", nowMs));
  metrics.observed(ended("t1", nowMs + 100));
  metrics.observed(ended("t2", nowMs + 200, true));
  metrics.heard("node-1");
  metrics.noticed("node.dead");
  const text = await metrics.text();
  for (const line of [
    "troupe_supervisor_is_leader 1",
    "troupe_supervisor_epoch 7",
    "troupe_cluster_healthy 0.5",
    'troupe_nodes{status="suspect"} 1',
    'troupe_mailbox_messages{mailbox="a",state="waiting"} 4',
    'troupe_alerts_firing{alert="node_lost"} 1',
    'troupe_tasks_ended_total{status="completed"} 1',
    'troupe_tasks_ended_total{status="not_completed"} 1',
    'troupe_task_duration_seconds_sum{mailbox="a"} 0.1',
    "troupe_conversations_active 2",
    'troupe_stream_bytes{stream="SHOP_LOG_0"} 1000',
    'troupe_heartbeat_age_seconds{node="node-1"} 0',
    'troupe_control_events_total{event="node.dead"} 1',
  ])
    assert.ok(text.split("\n").includes(line), `${line} is not in\n${text}`);
  assert.doesNotMatch(text, /OTHER/);
  term.abort();
  const after = await metrics.text();
  assert.match(after, /^troupe_supervisor_is_leader 0$/m);
  assert.doesNotMatch(after, /^troupe_(nodes|stream_bytes|heartbeat_age_seconds)\{/m);
  assert.match(after, /^troupe_tasks_ended_total\{status="completed"\} 1$/m);
});

test("a leader tells what is left of error budgets, and how fast they are spent", async (t) => {
  const metrics = new SupervisorMetrics(new ManualClock(), silent);
  t.after(() => metrics.close());
  const term = new AbortController();
  metrics.lead(leading(), term.signal);
  const text = await metrics.text();
  assert.match(text, /^troupe_slo_budget_left_ratio\{objective="errors"\} -0\.5$/m);
  assert.match(text, /^troupe_slo_burn_rate\{objective="errors",window="5m"\} 3$/m);
  assert.match(text, /^troupe_slo_burn_rate\{objective="errors",window="1h"\} 1\.5$/m);
  term.abort();
  assert.doesNotMatch(await metrics.text(), /^troupe_slo_/m);
});
