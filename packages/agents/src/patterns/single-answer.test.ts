import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import { scripted } from "../testing/test-models.ts";
import { tool } from "../tools/tool.ts";
import { react } from "./react.ts";
import { singleAnswer } from "./single-answer.ts";

const wantsTool = { toolCalls: [{ id: "c", name: "look", arguments: "{}" }], finishReason: "tool_calls" };
const look = tool({ name: "look", description: "", permission: "READ", parameters: z.object({}), run: () => "seen" });

test("a single answer is one model call", async () => {
  const { open, calls } = scripted({ content: "42" });
  const role = singleAnswer({ model: "fast", instructions: "x", to: "client" }, open);
  assert.deepEqual(await role.create().receive("x", createFakeContext()), { outcome: "complete", body: "42" });
  assert.equal(calls.length, 1);
});

test("ReAct takes five model calls at most where nothing else is said", async () => {
  const { open, calls } = scripted(wantsTool);
  const role = react({ model: "fast", instructions: "x", tools: [look], to: "client" }, open);
  const outcome = await role.create().receive("x", createFakeContext());
  assert.equal(outcome.outcome, "escalate");
  assert.equal(calls.length, 5);
});

test("ReAct answers with what its tools showed", async () => {
  const { open, calls } = scripted(wantsTool, { content: "I saw it." });
  const role = react({ model: "fast", instructions: "x", tools: [look], to: "client" }, open);
  assert.deepEqual(await role.create().receive("x", createFakeContext()), { outcome: "complete", body: "I saw it." });
  assert.equal(calls[1]?.messages.at(-1)?.content, "seen");
});
