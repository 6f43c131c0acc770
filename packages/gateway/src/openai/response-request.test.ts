import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime/internal";
import { parseRequest } from "../ingress/task-body.ts";
import { turnsOfInput } from "./messages.ts";
import { ResponseRequest, taskOfResponse } from "./response-request.ts";

const read = (body: Record<string, unknown>, earlier: Parameters<typeof taskOfResponse>[1] = []) =>
  taskOfResponse(parseRequest(ResponseRequest, { model: "m", ...body }, "the request"), earlier, undefined).input;

test("text is the input; instructions make it a conversation", () => {
  assert.equal(read({ input: "hi" }), "hi");
  assert.deepEqual(read({ input: "hi", instructions: "be brief" }), {
    input: "hi",
    history: [{ role: "instructions", content: "be brief" }],
  });
});

test("items are turns, results of the caller's tools too; thoughts and calls are none", () => {
  const input = [
    { type: "message", role: "user", content: [{ type: "input_text", text: "one" }] },
    { type: "reasoning", id: "r", summary: [] },
    { type: "function_call", name: "f", arguments: "{}", call_id: "c" },
    { type: "function_call_output", call_id: "c", output: "42" },
    { id: "msg", type: "message", role: "assistant", content: [{ type: "output_text", text: "1", annotations: [] }] },
    { role: "user", content: "two" },
  ];
  assert.deepEqual(read({ input }), {
    input: "two",
    history: [
      { role: "user", content: "one" },
      { role: "tool", content: "42" },
      { role: "assistant", content: "1" },
    ],
  });
});

test("a continuation takes over what was said, and not the instructions of that request", () => {
  const first = read({ input: "one", instructions: "be brief" });
  const earlier = [...turnsOfInput(first), { role: "assistant", content: "1" }];
  assert.deepEqual(read({ input: "two", instructions: "be long" }, earlier), {
    input: "two",
    history: [
      { role: "user", content: "one" },
      { role: "assistant", content: "1" },
      { role: "instructions", content: "be long" },
    ],
  });
});

test("an input that no conversation was made of is what the user said", () => {
  assert.deepEqual(turnsOfInput({ a: 1 }), [{ role: "user", content: { a: 1 } }]);
});

const refused: readonly [Record<string, unknown>, string][] = [
  [{ input: "" }, "input"],
  [{ input: [] }, "input"],
  [{ input: [{ role: "assistant", content: "x" }] }, "input"],
  [{ input: [{ type: "item_reference", id: "x" }] }, "input"],
  [{ input: [{ role: "user", content: [{ type: "input_image", image_url: "x" }] }] }, "input"],
  [{ input: "x", conversation: "conv" }, "conversation"],
  [{ input: "x", prompt: { id: "p" } }, "prompt"],
  [{ input: "x", text: { format: { type: "json_schema" } } }, "text.format.type"],
  [{ input: "x", tool_choice: { type: "web_search" } }, "tool_choice"],
];
for (const [body, path] of refused) {
  test(`refused with its path: ${JSON.stringify(body)}`, () => {
    assert.throws(
      () => read(body),
      (error: unknown) => {
        assert.ok(TroupeError.is(error, "invalid_request"));
        const problems = error.details["problems"] as { path: string }[];
        assert.ok(problems[0]?.path.startsWith(path), JSON.stringify(problems));
        return true;
      },
    );
  });
}
