import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { entryOf } from "./timeline.js";

test("each kind of record has its words", () => {
  const usage = { inputTokens: 30, outputTokens: 12, costMicros: 2_500 };
  const rows = [
    [{ kind: "m.send", from: "client", to: "router", body: "hi" }, "message", "client → router", "", "hi"],
    [
      { kind: "s.step", from: "router", node: "n1", usage, body: { name: "model:fast", value: { content: "x" } } },
      "model",
      "router: model call fast",
      "n1 · 42 tokens · $0.00250",
      '{\n  "content": "x"\n}',
    ],
    [
      { kind: "s.step", from: "router", body: { name: "tool:search", value: "found" } },
      "tool",
      "router: tool call search",
      "",
      "found",
    ],
    [
      { kind: "s.fail", from: "a", body: { attempt: 2, error: { message: "boom" } } },
      "failure",
      "a: attempt 2 failed: boom",
      "",
      undefined,
    ],
    [{ kind: "t.done", body: { status: "completed", by: "a", result: "42" } }, "end", "completed by a", "", "42"],
  ] as const;
  for (const [record, kind, title, facts, detail] of rows) {
    const entry = entryOf({ id: 7, at: "2026-01-01T00:00:00Z", ...record });
    assert.deepEqual([entry.id, entry.class, entry.title, entry.facts], [7, kind, title, facts]);
    if (detail !== undefined) assert.equal(entry.detail, detail);
  }
});

test("no record, whatever it holds, is more than an entry of texts", () => {
  const kind = fc.constantFrom("m.send", "m.fan", "s.step", "s.fail", "s.emit", "c.dead", "c.fan", "t.done", "x");
  const record = fc.oneof(fc.record({ kind, body: fc.jsonValue(), usage: fc.jsonValue() }), fc.jsonValue());
  fc.assert(
    fc.property(record, (value) => {
      const { title, facts, detail } = entryOf(value);
      for (const text of [title, facts, detail]) assert.equal(typeof text, "string");
    }),
  );
});
