import assert from "node:assert/strict";
import { test } from "node:test";
import { requireCompiled, SystemManifest, type TaskId, type TaskView, TroupeError } from "@troupe/runtime/internal";
import { laterResult, RunBody, runOf, runResult } from "./agent-run.ts";

const systemWith = (...doors: string[]) =>
  requireCompiled(
    SystemManifest.parse({
      name: "demo",
      graph: { client: doors, ...Object.fromEntries(doors.map((door) => [door, ["client"]])) },
      roles: Object.fromEntries(doors.map((door) => [door, { kind: "agent" }])),
    }),
  );
const view: TaskView = {
  task_id: "0-v1-x" as TaskId,
  status: "completed",
  role: "router",
  result: { a: 1 },
  path: [{ role: "router", node: "n", ms: 1, attempts: 1 }],
  tokens: { input: 1, output: 2, total: 3 },
  cost: 0.5,
  created_at: "2026-01-01T00:00:00.000Z",
  finished_at: "2026-01-01T00:00:01.500Z",
};

test("without a pattern the first door gets the task", () => {
  assert.deepEqual(runOf({ task: "x" }, systemWith("router", "react")), { role: "router", task: { input: "x" } });
});

test("a pattern is the door of its name; iterations are kept with the task", () => {
  assert.deepEqual(runOf({ task: "x", pattern: "react", max_iterations: 3 }, systemWith("router", "react")), {
    role: "react",
    task: { input: "x", metadata: { pattern: "react", max_iterations: "3" } },
  });
});

test("a door plays a pattern when its manifest says so; an agent with tools is ReAct", () => {
  const { manifest } = systemWith("router", "worker", "editor");
  const roles = {
    ...manifest.roles,
    worker: { kind: "agent", about: { tools: ["word_count"] } },
    editor: { kind: "actor", about: { pattern: "reflection" } },
  };
  const system = requireCompiled(SystemManifest.parse({ ...manifest, roles }));
  assert.equal(runOf({ task: "x", pattern: "react" }, system).role, "worker");
  assert.equal(runOf({ task: "x", pattern: "reflection" }, system).role, "editor");
});

test("a pattern that the system does not offer is refused with what there is", () => {
  assert.throws(
    () => runOf({ task: "x", pattern: "reflection" }, systemWith("router")),
    (error: unknown) =>
      TroupeError.is(error, "unknown_role") &&
      /no door of the deployed system plays reflection; its doors are router/.test(error.message),
  );
  assert.equal(RunBody.safeParse({ task: "x", pattern: "magic" }).success, false);
  assert.equal(RunBody.safeParse({ task: "x", max_iterations: 0 }).success, false);
});

test("a result says how it went, with the task behind it", () => {
  const metadata = {
    task_id: "0-v1-x",
    status: "completed",
    path: ["router"],
    tokens: 3,
    cost: 0.5,
    duration_ms: 1_500,
  };
  assert.deepEqual(runResult(view), { result: { a: 1 }, success: true, error: null, metadata });
  const { result: _, ...rest } = view;
  const failed = runResult({ ...rest, status: "failed", error: { code: "hop_limit", message: "too long" } });
  assert.equal(failed.success, false);
  assert.equal(failed.result, null);
  assert.equal(failed.error, "too long (hop_limit)");
});

test("a later result is processing until the task has ended, however it ends", () => {
  const { finished_at: _, ...running } = view;
  assert.deepEqual(laterResult({ ...running, status: "waiting" }), { task_id: view.task_id, status: "processing" });
  assert.equal(laterResult({ ...view, status: "cancelled" }).status, "completed");
});
