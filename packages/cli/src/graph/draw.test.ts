import assert from "node:assert/strict";
import { test } from "node:test";
import { SystemManifest } from "@troupe/runtime/internal";
import { drawGraph, mermaidGraph } from "./draw.ts";

const manifest = SystemManifest.parse({
  name: "demo",
  graph: { client: ["router"], router: ["worker", "human"], worker: ["router", "client"] },
  roles: { worker: { kind: "actor", replicas: 2 }, router: { kind: "agent" } },
});

test("each node is drawn once, in the order in which a task reaches it, with ways back marked", () => {
  assert.deepEqual(
    drawGraph(manifest, (_style, text) => text),
    [
      "demo: 2 roles",
      "  client",
      "    └─▶ router",
      "  router agent",
      "    ├─▶ worker",
      "    └─▶ human",
      "  worker actor ×2",
      "    ├─▶ router ↺",
      "    └─▶ client",
    ],
  );
});

test("the Mermaid form has every edge", () => {
  const text = mermaidGraph(manifest);
  for (const edge of [
    "client_in --> r_router",
    "r_router --> r_worker",
    "r_router --> human",
    "r_worker --> r_router",
    "r_worker --> client_out",
  ]) {
    assert.ok(text.includes(edge), edge);
  }
});

test("an edge that was revoked is drawn as cut", () => {
  const role = { kind: "actor" };
  const pair = SystemManifest.parse({
    name: "pair",
    graph: { client: ["a"], a: ["b", "client"], b: ["client"] },
    roles: { a: role, b: role },
  });
  const lines = drawGraph(pair, (_style, text) => text, [{ from: "a", to: "b" }]);
  assert.ok(lines.some((line) => line.includes("─✂ b revoked")));
  assert.equal(lines.filter((line) => line.includes("✂")).length, 1);
});
