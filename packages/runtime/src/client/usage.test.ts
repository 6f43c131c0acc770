import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Subjects } from "../contracts/subjects.ts";
import { requireTaskId } from "../ids.ts";
import type { TaskRecord } from "./task-record.ts";
import { parseUsageHeader, sumUsage, USAGE_KEYS, type UsageLine, usageHeader, usageOfTask } from "./usage.ts";

const subjects = new Subjects("s");
const { id: task } = requireTaskId("0-v1-00000000000000000000000000");
const HOP = "00000000000000000000000001";
const NOON = Date.UTC(2026, 10, 21, 12);

function record(rest: string, header: TaskRecord["header"], body: unknown, atMs = NOON): TaskRecord {
  const subject = subjects.parseLog(`${subjects.task(task)}.${rest}`);
  assert.ok(subject);
  return { sequence: 1, atMs, subject, header, body };
}

const start = record(
  "start.client.m.send.writer",
  {
    passport: { index: 0, tenant: "acme", depth: 0, trail: [], taint: [], requires: [] },
    origin: { user: "ann" },
  },
  "hi",
);
const used = { usage: { inputTokens: 10, outputTokens: 5, costMicros: 7 } };
const step = (number: number, value: unknown, header: TaskRecord["header"] = used, atMs = NOON) =>
  record(`${HOP}.writer.s.step.${number}`, header, { name: "model:fast", value }, atMs);

test("each recorded model call counts once, under its tenant, user, role, model and day", () => {
  const records = [
    start,
    step(1, { model: "gpt-4.1" }),
    step(2, { model: "gpt-4.1" }, { usage: { inputTokens: 1, outputTokens: 1, costMicros: 1 } }),
    step(3, "no model call", {}),
    step(4, { model: "gpt-4.1" }, used, NOON + 86_400_000),
    step(
      5,
      { model: "gpt-4.1", cached: { savedMicros: 7 } },
      { usage: { inputTokens: 0, outputTokens: 0, costMicros: 0 } },
    ),
    record(`${HOP}.writer.s.fail.1`, used, { error: {} }),
  ];
  const whose = { tenant: "acme", user: "ann", role: "writer", model: "gpt-4.1" };
  assert.deepEqual(usageOfTask(records), [
    {
      ...whose,
      day: "2026-11-21",
      calls: 2,
      cached_calls: 1,
      input_tokens: 11,
      output_tokens: 6,
      cost_micros: 8,
      saved_micros: 7,
    },
    {
      ...whose,
      day: "2026-11-22",
      calls: 1,
      cached_calls: 0,
      input_tokens: 10,
      output_tokens: 5,
      cost_micros: 7,
      saved_micros: 0,
    },
  ]);
});

test("a model call without a value that tells its model counts under its alias; nobody in particular is an empty user", () => {
  const [line] = usageOfTask([step(1, undefined)]);
  assert.deepEqual([line?.model, line?.user, line?.calls], ["fast", "", 1]);
});

const line = fc.record(
  {
    tenant: fc.constantFrom("a", "b"),
    user: fc.string({ maxLength: 5 }),
    role: fc.constantFrom("x", "y"),
    model: fc.constantFrom("m", "n"),
    day: fc.constantFrom("2026-01-01", "2026-01-02"),
    calls: fc.nat(9),
    cached_calls: fc.nat(9),
    input_tokens: fc.nat(),
    output_tokens: fc.nat(),
    cost_micros: fc.nat(),
    saved_micros: fc.nat(),
  },
  { noNullPrototype: true },
);

const total = (lines: readonly UsageLine[]) => lines.reduce((sum, { input_tokens }) => sum + input_tokens, 0);

test("whatever usage is looked at by, nothing is lost and nothing counted twice", () => {
  fc.assert(
    fc.property(fc.array(line), fc.subarray([...USAGE_KEYS]), (lines, by) => {
      const summed = sumUsage(lines, by);
      assert.equal(total(summed), total(lines));
      assert.deepEqual(sumUsage(summed, by), summed);
    }),
  );
});

test("a header gives back what it was made of, as printable ASCII", () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
      const text = usageHeader(lines);
      assert.match(text ?? "", /^[\x20-\x7e]+$/);
      assert.deepEqual(parseUsageHeader(text ?? ""), lines);
    }),
  );
  assert.equal(usageHeader([]), undefined);
  for (const odd of ["", "{", "[{}]", '[{"calls":-1}]']) assert.equal(parseUsageHeader(odd), undefined, odd);
});
