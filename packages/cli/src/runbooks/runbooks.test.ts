import assert from "node:assert/strict";
import { test } from "node:test";
import { OPERATION_REQUESTS } from "@troupe/runtime/internal";
import type { Evidence } from "./evidence.ts";
import { diagnoseRunbook, type RunbookName } from "./runbook.ts";
import { RUNBOOKS } from "./runbooks.ts";
import type { ModelCall, TaskSample } from "./task-sample.ts";

const NOW = 1_000_000_000;

const evidence = (changes: Partial<Evidence> = {}): Evidence => ({
  nowMs: NOW,
  slo: { system: "s", at: "2026-11-21T16:00:00Z", since: null, objectives: [] },
  health: { status: "healthy", nodes: { up: 2, dead: 0, suspect: 0 }, alerts: [], dependencies: [] },
  queues: [],
  actors: [{ id: "v1/a/0", node: "n1", state: "available" }],
  paused: [],
  deployment: { version: "v1", deployedAtMs: NOW - 86_400_000 * 2 },
  declared: { a: 1 },
  tasks: [],
  ...changes,
});

const call = (changes: Partial<ModelCall> = {}): ModelCall => ({
  role: "a",
  model: "m",
  ms: 100,
  inputTokens: 100,
  outputTokens: 50,
  costMicros: 10,
  ...changes,
});

const task = (changes: Partial<TaskSample> = {}): TaskSample => ({
  id: "0-v1-x",
  version: "v1",
  status: "completed",
  error: undefined,
  endedAtMs: NOW,
  tookMs: 1_000,
  hops: [{ role: "a", node: "n1", ms: 900 }],
  calls: [],
  ...changes,
});
const many = (count: number, changes: Partial<TaskSample> = {}) => Array.from({ length: count }, () => task(changes));
const failing = (code: string, changes: Partial<TaskSample> = {}): Partial<TaskSample> => ({
  status: "failed",
  error: { code, role: "a", message: "no" },
  ...changes,
});

const on = (node: string, ms = 900, role = "a") => ({ hops: [{ role, node, ms }] });
const faultOf = (name: RunbookName, given: Partial<Evidence>) => diagnoseRunbook(RUNBOOKS[name], evidence(given));

test("errors are traced to what failed: a model, a budget, a tool, a handler, a node, a version, the cluster", () => {
  const cases: readonly (readonly [string | null, Partial<Evidence>])[] = [
    [null, { tasks: many(20) }],
    [null, { tasks: [...many(20), ...many(2, failing("tool_failed"))] }],
    ["model_down", { tasks: [...many(5), ...many(5, failing("model_unavailable"))] }],
    ["model_down", { tasks: many(5, failing("model_refused")) }],
    ["model_answers_badly", { tasks: many(5, failing("model_output_invalid")) }],
    ["budget_spent", { tasks: many(5, failing("budget_exceeded")) }],
    ["tool_fails", { tasks: many(5, failing("tool_failed")) }],
    ["handler_crashes", { tasks: many(5, failing("poison_message")) }],
    ["deadlines_missed", { tasks: many(5, { status: "expired" }) }],
    ["not_allowed", { tasks: many(5, failing("edge_revoked")) }],
    ["role_fails", { tasks: many(5, failing("my_own_code")) }],
    [
      "bad_node",
      {
        tasks: [
          ...many(5, failing("handler_failed", on("n1"))),
          ...many(3, { error: { code: "x", role: "b", message: "" }, ...failing("tool_failed", on("n1")) }),
          ...many(8, on("n2")),
        ],
      },
    ],
    [
      "bad_deployment",
      {
        deployment: { version: "v2", deployedAtMs: NOW - 60_000 },
        tasks: [...many(7, failing("tool_failed", { version: "v2" })), ...many(9)],
      },
    ],
    ["capacity_lost", { health: { ...evidence().health, nodes: { up: 1, dead: 1, suspect: 0 } } }],
    ["capacity_lost", { actors: [{ id: "v1/a/0", node: null, state: "quarantined" }] }],
    [
      "model_down",
      {
        health: {
          ...evidence().health,
          dependencies: [{ kind: "model", name: "api.example m", up: false, reason: "HTTP 500" }],
        },
      },
    ],
  ];
  for (const [fault, given] of cases) {
    const found = faultOf("high_error_rate", given);
    assert.equal(found.fault, fault, JSON.stringify(found));
    if (fault !== null) assert.ok(found.remedies.length > 0, fault);
  }
});

test("latency is traced to waiting, a model, a role, a node, or a role that is paused", () => {
  const waiting = { mailbox: "a", waiting: 7, oldest_message_ms: 9_000 };
  const cases: readonly (readonly [string | null, Partial<Evidence>])[] = [
    [null, {}],
    [null, { tasks: many(2, { tookMs: 60_000 }) }],
    ["too_few_replicas", { queues: [waiting] }],
    ["paused_role", { queues: [waiting], paused: ["a"] }],
    ["too_few_replicas", { tasks: many(6, { tookMs: 20_000 }) }],
    ["slow_role", { tasks: many(6, { tookMs: 20_000, ...on("n1", 19_000) }) }],
    ["slow_model", { tasks: many(6, { tookMs: 20_000, ...on("n1", 19_000), calls: [call({ ms: 18_000 })] }) }],
    ["slow_node", { tasks: [...many(5, { tookMs: 9_000, ...on("n1", 8_900) }), ...many(5, on("n2", 300))] }],
  ];
  for (const [fault, given] of cases) {
    const found = faultOf("high_latency", given);
    assert.equal(found.fault, fault, JSON.stringify(found));
  }
  const { text } = faultOf("high_latency", {
    tasks: many(6, { tookMs: 20_000, ...on("n1", 19_000), calls: [call({ ms: 18_000 })] }),
  });
  assert.equal(text, "m for a takes 18.0 s a call");
});

test("two nodes that run different roles are not compared", () => {
  const tasks = [...many(5, { tookMs: 9_000, ...on("n1", 8_900, "b") }), ...many(5, on("n2", 300))];
  assert.notEqual(faultOf("high_latency", { tasks }).fault, "slow_node");
});

test("cost is traced to a role, a model, too many calls, or large prompts", () => {
  const calls = (...some: readonly Partial<ModelCall>[]) => many(6, { calls: some.map(call) });
  const cases: readonly (readonly [string | null, readonly TaskSample[]])[] = [
    [null, many(6)],
    [null, calls({ costMicros: 0 })],
    ["costly_role", calls({ costMicros: 900 }, { role: "b", costMicros: 100 })],
    [
      "costly_model",
      calls({ model: "dear", costMicros: 900 }, { role: "b", costMicros: 100 }, { role: "c", costMicros: 80 }),
    ],
    ["too_many_calls", calls(...Array.from({ length: 12 }, () => ({})))],
    ["large_prompts", calls({ inputTokens: 40_000 })],
  ];
  for (const [fault, tasks] of cases) assert.equal(faultOf("cost_spike", { tasks }).fault, fault, String(fault));
});

test("every operation that a remedy names is one that the supervisor takes", () => {
  const faulty: readonly Partial<Evidence>[] = [
    { tasks: many(5, failing("model_unavailable")) },
    { tasks: many(5, failing("handler_failed")) },
    { queues: [{ mailbox: "a", waiting: 7, oldest_message_ms: 9_000 }] },
    { queues: [{ mailbox: "a_gpu", waiting: 7, oldest_message_ms: 9_000 }], paused: ["a"] },
    { tasks: many(6, { calls: [call({ costMicros: 900 })] }) },
    { tasks: [...many(5, { tookMs: 9_000, ...on("n1", 8_900) }), ...many(5, on("n2", 300))] },
    { actors: [{ id: "v1/a/0", node: null, state: "unplaced" }] },
  ];
  let operations = 0;
  for (const given of faulty)
    for (const runbook of Object.values(RUNBOOKS))
      for (const { operation } of diagnoseRunbook(runbook, evidence(given)).remedies) {
        if (!operation) continue;
        operations++;
        assert.ok(OPERATION_REQUESTS[operation.kind].safeParse(operation.body).success, JSON.stringify(operation));
      }
  assert.ok(operations > 7, String(operations));
});

test("every runbook has symptoms, checks, remedies, an escalation path and a roll-back", () => {
  for (const [name, runbook] of Object.entries(RUNBOOKS)) {
    assert.equal(runbook.name, name);
    for (const part of [runbook.symptoms, runbook.checks, runbook.remedies, runbook.escalation, runbook.rollBack])
      assert.ok(part.length > 0, name);
  }
});
