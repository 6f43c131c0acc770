import assert from "node:assert/strict";
import { test } from "node:test";
import { requireTaskId, type TaskEvent, type TaskView } from "@troupe/runtime";
import { LiveView } from "./live-view.ts";

const at = "2026-01-01T00:00:00.000Z";
const forward = (role: string, to: string): TaskEvent => ({
  type: "forward",
  id: 1,
  at,
  role,
  node: "n1",
  to: [to],
  ms: 210,
});
const token = (role: string, hop: string, text: string): TaskEvent => ({ type: "token", role, hop, text });
const task: TaskView = {
  task_id: requireTaskId(`0-v1-${"0".repeat(26)}`).id,
  status: "completed",
  role: "router",
  result: "done",
  path: [{ role: "router", node: "n1", ms: 210, attempts: 1 }],
  tokens: { input: 1, output: 2, total: 3 },
  cost: 0,
  created_at: at,
  finished_at: "2026-01-01T00:00:01.500Z",
};

function shown(events: readonly TaskEvent[]): string {
  const view = new LiveView((_style, text) => text);
  return events.map((event) => view.on(event)).join("");
}

test("tokens stream under their role and end with its forward", () => {
  const text = shown([
    token("router", "h1", "to the "),
    token("router", "h1", "planner"),
    forward("router", "planner"),
  ]);
  assert.equal(text, "  router says\n    to the planner\n  router       → planner  n1, 0.21 s\n");
});

test("two hops that speak at once are shown one after the other", () => {
  const text = shown([
    token("a", "h1", "A1"),
    token("b", "h2", "B1"),
    token("a", "h1", "A2"),
    forward("a", "c"),
    token("b", "h2", "B2"),
    forward("b", "c"),
  ]);
  assert.match(text, /a says\n {4}A1A2\n.*→ c.*\n {2}b says\n {4}B1B2\n.*→ c/);
});

test("tokens that come after the end of their hop are dropped", () => {
  const text = shown([token("a", "h1", "yes"), forward("a", "b"), token("a", "h1", "late")]);
  assert.doesNotMatch(text, /late/);
});

test("a done event shows status, time, path and result", () => {
  const text = shown([{ type: "done", id: 9, at, task }]);
  assert.match(text, /completed in 1\.50 s · 3 tokens · \$0\.00/);
  assert.match(text, /router {2}n1 +0\.21 s/);
  assert.match(text, /\ndone\n$/);
});

test("a result that was just spoken is not shown again, another one is", () => {
  const done: TaskEvent = { type: "done", id: 9, at, task };
  assert.equal(shown([token("router", "h1", "done\n"), done]).match(/done/g)?.length, 1);
  assert.equal(shown([token("router", "h1", "not yet"), done]).match(/done/g)?.length, 1);
});

test("tokens that a model used are told with the end of its hop", () => {
  const step: TaskEvent = { type: "step", id: 1, at, role: "router", node: "n1", name: "model:fast", tokens: 85 };
  assert.match(shown([step, forward("router", "planner")]), /^ {2}router +→ planner {2}n1, 0\.21 s, 85 tokens\n$/);
});

test("a failed task shows its code", () => {
  const failed: TaskView = {
    ...task,
    status: "failed",
    result: undefined,
    error: { code: "hop_limit", message: "too far" },
  };
  assert.match(shown([{ type: "done", id: 9, at, task: failed }]), /failed[\s\S]*hop_limit: too far/);
});
