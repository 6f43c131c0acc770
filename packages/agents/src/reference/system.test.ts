import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Json } from "@troupe/runtime";
import { requireCompiled } from "@troupe/runtime/internal";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import { type OfflineModelOptions, startOfflineModel } from "../models/offline/server.ts";
import system from "./system.ts";

test("the roles have exactly the promised edges", () => {
  assert.deepEqual(system.manifest.graph, {
    client: ["router"],
    router: ["planner", "analyst", "developer", "escalation"],
    planner: ["developer", "analyst", "reviewer"],
    analyst: ["reviewer", "planner"],
    developer: ["reviewer", "analyst"],
    reviewer: ["planner", "developer", "analyst", "escalation", "client"],
    escalation: ["router", "client"],
  });
  const compiled = requireCompiled(system.manifest);
  assert.equal(compiled.escalation, "escalation");
  assert.equal(system.manifest.roles["router"]?.about["temperature"], 0.1);
  for (const [name, role] of compiled.roles) {
    const route = role.manifest.about["route"];
    assert.deepEqual(
      new Set(Array.isArray(route) ? route : []),
      role.targets,
      `${name} may choose every edge that it has`,
    );
  }
});

/** Runs a task through the roles, as the runtime would, on the offline model that the environment names. */
async function walk(input: Json, options: OfflineModelOptions = {}) {
  const server = await startOfflineModel(options);
  after(() => server.close());
  process.env["TROUPE_OFFLINE_URL"] = server.url;
  const path: string[] = [];
  let role = "router";
  let body = input;
  for (let hop = 0; hop < 20; hop++) {
    path.push(role);
    const outcome = await system.roles[role]?.create().receive(body, createFakeContext({ role }));
    if (outcome?.outcome === "complete") return { path, result: JSON.stringify(outcome.body) };
    if (outcome?.outcome === "escalate") {
      body = { role, reason: outcome.reason, message: body };
      role = "escalation";
    } else if (outcome?.outcome === "forward") [role, body] = [outcome.to, outcome.body];
    else assert.fail(JSON.stringify(outcome));
  }
  return assert.fail(`no end: ${path.join(" ")}`);
}

const walks: readonly [string, readonly string[], RegExp][] = [
  ["Plan a product launch", ["router", "planner", "developer", "reviewer"], /Verdict: approved.*Plan a product launch/],
  ["Fix the bug in the date parser", ["router", "developer", "reviewer"], /fixBugDate/],
  ["Compare two databases", ["router", "analyst", "reviewer"], /Analysis of: Compare two databases/],
  ["I want a refund", ["router", "escalation"], /I want a refund.*could not be finished/],
];
for (const [input, path, result] of walks) {
  test(`on the offline model "${input}" goes ${path.join(" → ")}`, async () => {
    const walked = await walk(input);
    assert.deepEqual(walked.path, path);
    assert.match(walked.result, result);
  });
}

test("a router that answers nonsense sends the task to escalation, which tells the client", async () => {
  const walked = await walk("Plan a launch", { faults: [{ kind: "unparsable", role: "router" }] });
  assert.deepEqual(walked.path, ["router", "escalation"]);
  assert.match(walked.result, /Plan a launch.*could not be finished/);
});
