import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { ModelAnswer } from "../models/model.ts";
import { type AnswerShape, answerSchemaOf, parseAnswer, schemaOf } from "./answer.ts";

const TEXT: AnswerShape = { route: [], hasContent: true, output: undefined };
const DECISION: AnswerShape = { route: ["planner", "client"], hasContent: false, output: undefined };
const ROUTED: AnswerShape = { route: ["planner", "client"], hasContent: true, output: undefined };
const VALUE: AnswerShape = { route: [], hasContent: true, output: z.object({ score: z.number() }) };
const DATE: AnswerShape = {
  route: [],
  hasContent: true,
  output: z.object({ at: z.string().transform((text) => new Date(text)) }),
};

function parse(shape: AnswerShape, content: string, change: Partial<ModelAnswer> = {}) {
  const usage = { inputTokens: 1, outputTokens: 1, costMicros: 0 };
  const answer = { content, refusal: null, toolCalls: [], finishReason: "stop", usage, model: "m", ...change };
  return parseAnswer(shape, schemaOf(shape), answer);
}

const decided = '{"route_to":"planner","reason":"steps"}';

test("text, decisions, routed contributions and values are read", () => {
  const none = { content: undefined, routeTo: undefined, reason: undefined };
  assert.deepEqual(parse(TEXT, " hello "), { ok: true, answer: { ...none, content: "hello" } });
  assert.deepEqual(parse(DECISION, decided), { ok: true, answer: { ...none, routeTo: "planner", reason: "steps" } });
  assert.deepEqual(parse(ROUTED, '{"content":"c","route_to":"client","reason":"r"}'), {
    ok: true,
    answer: { content: "c", routeTo: "client", reason: "r" },
  });
  assert.deepEqual(parse(VALUE, '{"score": 3}'), { ok: true, answer: { ...none, content: { score: 3 } } });
});

test("a fence around the JSON and thoughts before it are taken off", () => {
  assert.ok(parse(DECISION, `\`\`\`json\n${decided}\n\`\`\``).ok);
  assert.ok(parse(DECISION, `<think>Is {"route_to":"client"} right?</think>\n${decided}`).ok);
});

const refused: readonly [string, AnswerShape, string, Partial<ModelAnswer>, RegExp][] = [
  ["prose in place of JSON", DECISION, "I would send it to the planner.", {}, /not JSON/],
  ["a role that was not offered", DECISION, '{"route_to":"boss","reason":"r"}', {}, /route_to/],
  ["a missing reason", DECISION, '{"route_to":"planner"}', {}, /reason/],
  ["an answer that is too much", DECISION, '{"route_to":"planner","reason":"r","also":1}', {}, /also/],
  ["JSON that breaks off", ROUTED, '{"content":"c', { finishReason: "length" }, /cut off/],
  ["an empty answer", TEXT, "  ", {}, /empty/],
  ["only thoughts", TEXT, "<think>hm</think>", {}, /empty/],
  ["a refusal", TEXT, "", { refusal: "I will not" }, /declined: I will not/],
  ["a content filter", TEXT, "half", { finishReason: "content_filter" }, /filter/],
  ["a wrong value", VALUE, '{"score":"high"}', {}, /score/],
  ["a value that JSON cannot hold", DATE, '{"at":"2026-01-01"}', {}, /not plain JSON/],
];
for (const [name, shape, content, change, reason] of refused) {
  test(`refused with its reason: ${name}`, () => {
    const outcome = parse(shape, content, change);
    assert.ok(!outcome.ok);
    assert.match(outcome.reason, reason);
  });
}

test("the schema for the request puts the contribution first and allows nothing else", () => {
  const schema = answerSchemaOf(ROUTED)?.schema;
  assert.deepEqual(schema?.["required"], ["content", "route_to", "reason"]);
  assert.equal(schema?.["additionalProperties"], false);
  assert.equal(answerSchemaOf(TEXT), undefined);
});
