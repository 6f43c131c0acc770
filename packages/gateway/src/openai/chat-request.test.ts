import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime/internal";
import { parseRequest } from "../ingress/task-body.ts";
import { ChatRequest, taskOfChat } from "./chat-request.ts";

const USER = { role: "user", content: "hi" };
const read = (change: Record<string, unknown>) =>
  taskOfChat(parseRequest(ChatRequest, { model: "m", messages: [USER], ...change }, "the request"), undefined);

const tasks: readonly { claim: string; change: Record<string, unknown>; task: unknown }[] = [
  { claim: "one message of a user is the input itself", change: {}, task: { input: "hi" } },
  {
    claim: "text parts are one text",
    change: {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "b" },
          ],
        },
      ],
    },
    task: { input: "ab" },
  },
  {
    claim: "instructions come last, the last question is the input, calls without text are no turns",
    change: {
      messages: [
        { role: "developer", content: "be brief" },
        { role: "user", content: "first" },
        { role: "assistant", content: null, tool_calls: [{ id: "c" }] },
        { role: "tool", content: "42", tool_call_id: "c" },
        USER,
      ],
    },
    task: {
      input: "hi",
      history: [
        { role: "user", content: "first" },
        { role: "tool", content: "42" },
        { role: "developer", content: "be brief" },
      ],
    },
  },
];
for (const { claim, change, task } of tasks) {
  test(claim, () =>
    assert.deepEqual(read(change).input, "history" in Object(task) ? task : (task as { input: unknown }).input),
  );
}

test("user and metadata are kept with the task; metadata wins", () => {
  assert.deepEqual(read({ user: "ann", metadata: { a: "b" } }).metadata, { user: "ann", a: "b" });
  assert.deepEqual(read({ user: "ann", metadata: { user: "bob" } }).metadata, { user: "bob" });
  assert.equal(read({ metadata: {}, user: null }).metadata, undefined);
});

test("what SDKs send and roles decide themselves is accepted", () => {
  const accepted = {
    temperature: 0.3,
    top_p: 1,
    max_tokens: 5,
    max_completion_tokens: 5,
    seed: 1,
    presence_penalty: 0,
    n: 1,
    stop: null,
    logprobs: false,
    logit_bias: {},
    response_format: { type: "text" },
    modalities: ["text"],
    parallel_tool_calls: true,
    tools: [{ type: "function", function: { name: "f" } }],
    tool_choice: "auto",
    store: false,
    service_tier: "auto",
    reasoning_effort: "low",
    something_new: { a: 1 },
  };
  assert.deepEqual(read(accepted), { input: "hi" });
});

const refused: readonly [Record<string, unknown>, string][] = [
  [{ model: "" }, "model"],
  [{ messages: "hi" }, "messages"],
  [{ messages: [{ role: "wizard", content: "x" }] }, "messages[0].role"],
  [{ messages: [{ role: "user", content: "" }] }, "messages"],
  [{ n: 2 }, "n"],
  [{ stop: "x" }, "stop"],
  [{ logprobs: true }, "logprobs"],
  [{ response_format: { type: "json_schema", json_schema: {} } }, "response_format.type"],
  [{ tool_choice: { type: "function", function: { name: "f" } } }, "tool_choice"],
  [{ function_call: { name: "f" } }, "function_call"],
  [{ modalities: ["text", "audio"] }, "modalities[1]"],
  [{ audio: { voice: "x" } }, "audio"],
  [{ metadata: { a: 1 } }, "metadata.a"],
];
for (const [change, path] of refused) {
  test(`refused with its path: ${JSON.stringify(change)}`, () => {
    assert.throws(
      () => read(change),
      (error: unknown) => {
        assert.ok(TroupeError.is(error, "invalid_request"));
        const problems = error.details["problems"] as { path: string }[];
        assert.ok(problems[0]?.path.startsWith(path), JSON.stringify(problems));
        return true;
      },
    );
  });
}
