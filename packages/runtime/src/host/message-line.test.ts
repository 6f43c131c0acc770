import assert from "node:assert/strict";
import { test } from "node:test";
import { BED_PASSPORT, HopBed } from "../testing/hop-bed.ts";
import { SUBJECTS } from "../testing/sim-place.ts";
import { messageLine } from "./message-line.ts";

const HANDLED = { atMs: 0, role: "a", node: "n1", ranMs: 1.234 };
const DONE = { kind: "committed", commit: "done" } as const;
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const lineOf = (body: unknown) => {
  const record = new HopBed().start(body);
  const traced = { ...record, header: { passport: BED_PASSPORT, trace: { traceparent } } };
  return messageLine(traced, DONE, HANDLED, SUBJECTS);
};

test("a line says who gave what to whom, and what came of it", () => {
  const { task, hop, ...rest } = JSON.parse(lineOf({ ask: 1 })) as Record<string, unknown>;
  assert.ok(typeof task === "string" && typeof hop === "string");
  assert.deepEqual(rest, {
    time: "1970-01-01T00:00:00.000Z",
    role: "a",
    node: "n1",
    from: "client",
    kind: "send",
    sequence: 1,
    trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
    end: "committed",
    duration_ms: 1.2,
    body: { ask: 1 },
  });
});

test("secrets are masked, long bodies cut, and what is no JSON is text; always one line", () => {
  assert.match(lineOf({ api_key: "sk-abcdefghijklmnopqrstuvwx" }), /"api_key":"\[REDACTED\]"/);
  const long = JSON.parse(lineOf({ text: "x".repeat(9_000) })) as { body_text: string; is_cut: boolean };
  assert.equal(long.body_text.length, 4_000);
  assert.equal(long.is_cut, true);
  const text = lineOf("{no json\n");
  assert.ok(!text.includes("\n"));
  assert.equal((JSON.parse(text) as { body_text: string }).body_text, "{no json\n");
});
