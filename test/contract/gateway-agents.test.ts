/** The agent routes of a gateway on a real server. No node runs: the test ends tasks as a fake role. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Gateway } from "@troupe/gateway";
import { type GatewayBed, startGatewayBed } from "../support/gateway-bed.ts";

let bed: GatewayBed;
let gateway: Gateway;
before(async () => {
  bed = await startGatewayBed();
  await bed.deploy("v1");
  gateway = await bed.gateway();
});
after(() => bed[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}
async function call(path: string, body?: unknown): Promise<Answer> {
  const given = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(`${gateway.url}${path}`, given);
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer["body"] };
}

test("a conversation is submitted to the named agent, and is a task", async () => {
  const messages = [{ role: "user", content: "hello" }];
  const { status, headers, body } = await call("/api/v1/agents/chat", { messages, agent_type: "developer" });
  assert.equal(status, 202);
  assert.equal(body["status"], "submitted");
  assert.equal(headers.get("location"), `/api/v1/tasks/${String(body["task_id"])}`);
  const task = await call(headers.get("location") ?? "");
  assert.equal(task.body["role"], "developer");
  const unknown = await call("/api/v1/agents/chat", { messages, agent_type: "ghost" });
  assert.equal(unknown.status, 404);
  assert.match(String(unknown.body["detail"]), /router, developer/);
});

test("a run answers with the result, the roles and the cost once the task has ended", async () => {
  const subscription = bed.core.nc.subscribe("demo.log.*.*.*.start.client.m.send.router", { max: 1 });
  await bed.core.nc.flush();
  const running = call("/agent/run", { task: "add 1 and 2", max_iterations: 4 });
  for await (const message of subscription) await bed.done(message.subject.split(".")[4] ?? "", { result: "3" });
  const { status, body } = await running;
  assert.equal(status, 200);
  assert.deepEqual([body["result"], body["success"], body["error"]], ["3", true, null]);
  const { task_id } = body["metadata"] as { task_id: string };
  const task = await call(`/api/v1/tasks/${task_id}`);
  assert.deepEqual(task.body["metadata"], { max_iterations: "4" });
});

test("a pattern that the deployed system does not offer starts nothing", async () => {
  const { status, body } = await call("/agent/run", { task: "x", pattern: "react" });
  assert.equal(status, 404);
  assert.equal((body["error"] as { param: string }).param, "pattern");
});

test("a run for later is processing until it has ended, also at another gateway", async () => {
  const { status, headers, body } = await call("/agent/run/async", { task: "x" });
  assert.equal(status, 202);
  assert.equal(body["status"], "queued");
  const place = headers.get("location") ?? "";
  assert.equal((await call(place)).body["status"], "processing");
  const error = { code: "hop_limit", message: "too long" };
  await bed.done(String(body["task_id"]), { status: "failed", result: undefined, error });
  const other = await bed.gateway();
  const later = (await (await fetch(`${other.url}${place}`)).json()) as Answer["body"];
  assert.deepEqual([later["status"], later["success"], later["error"]], ["completed", false, "too long (hop_limit)"]);
  assert.equal((await call("/agent/result/nonsense")).status, 400);
});

test("the status of agents is the supervisor's; without one the gateway says so", async () => {
  const { status, body } = await call("/api/v1/agents/status");
  assert.equal(status, 503);
  assert.equal(body["code"], "unavailable");
});
