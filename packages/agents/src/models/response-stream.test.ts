import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BrokenAnswerError, EndlessAnswerError } from "./failure.ts";
import { ResponseAssembly } from "./response-stream.ts";

const completed = (change: object = {}) => ({
  type: "response.completed",
  response: { model: "m", usage: { input_tokens: 3, output_tokens: 4 }, ...change },
});

function read(...events: readonly unknown[]) {
  const assembly = new ResponseAssembly();
  for (const event of events) assembly.add(event);
  return assembly.finish();
}

test("the text comes piece by piece and whole; events of unknown types are passed over", () => {
  const assembly = new ResponseAssembly();
  assert.equal(assembly.add({ type: "response.created", response: {} }), "");
  assert.equal(assembly.add({ type: "response.output_text.delta", delta: "Hel" }), "Hel");
  assert.equal(assembly.add({ type: "response.something.new", anything: [1] }), "");
  assert.equal(assembly.add({ type: "response.output_text.delta", delta: "lo" }), "lo");
  assembly.add(completed());
  assert.deepEqual(assembly.finish(), {
    content: "Hello",
    refusal: null,
    toolCalls: [],
    finishReason: "stop",
    model: "m",
    usage: { inputTokens: 3, outputTokens: 4 },
  });
});

const item = (index: number, name: string) => ({
  type: "response.output_item.added",
  output_index: index,
  item: { type: "function_call", call_id: `id-${name}`, name },
});
const args = (index: number, delta: string) => ({
  type: "response.function_call_arguments.delta",
  output_index: index,
  delta,
});

test("tool calls keep the order of the output, whatever came first", () => {
  const { toolCalls, finishReason } = read(
    item(2, "b"),
    item(1, "a"),
    args(1, "{"),
    args(2, "[]"),
    args(1, "}"),
    completed(),
  );
  assert.equal(finishReason, "tool_calls");
  assert.deepEqual(toolCalls, [
    { id: "id-a", name: "a", arguments: "{}" },
    { id: "id-b", name: "b", arguments: "[]" },
  ]);
});

test("an answer that was cut short says why", () => {
  const cut = { type: "response.incomplete", response: { incomplete_details: { reason: "max_output_tokens" } } };
  assert.equal(read(cut).finishReason, "length");
  const filtered = { type: "response.incomplete", response: { incomplete_details: { reason: "content_filter" } } };
  assert.equal(read(filtered).finishReason, "content_filter");
});

for (const [what, events, reason] of [
  ["breaks off", [{ type: "response.output_text.delta", delta: "x" }], /broke off/],
  [
    "fails",
    [{ type: "response.failed", response: { error: { code: "server_error", message: "oops" } } }],
    /server_error oops/,
  ],
  ["sends an error", [{ type: "error", code: null, message: "no more" }], /no more/],
  ["sends no events", ["<html>"], /no event/],
  [
    "sends arguments of nothing",
    [{ type: "response.function_call_arguments.delta", output_index: 0, delta: "{" }],
    /not announced/,
  ],
] as const) {
  test(`a stream that ${what} is broken, with the reason`, () => {
    assert.throws(
      () => read(...events),
      (error) => error instanceof BrokenAnswerError && reason.test(error.message),
    );
  });
}

test("an answer without an end is given up", () => {
  const assembly = new ResponseAssembly();
  const piece = { type: "response.output_text.delta", delta: "x".repeat(1_000_000) };
  assert.throws(() => {
    for (let i = 0; i < 10; i++) assembly.add(piece);
  }, EndlessAnswerError);
});

test("whatever an endpoint sends, the reader answers with text or one of its two errors", () => {
  const type = fc.constantFrom(
    "response.output_text.delta",
    "response.output_item.added",
    "response.function_call_arguments.delta",
    "response.completed",
    "error",
    "else",
  );
  const event = fc.oneof(
    fc.anything(),
    fc.record({ type, delta: fc.anything(), output_index: fc.anything(), item: fc.anything() }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 10 }), (events) => {
      try {
        read(...events);
      } catch (error) {
        assert.ok(error instanceof BrokenAnswerError || error instanceof EndlessAnswerError);
      }
    }),
  );
});
