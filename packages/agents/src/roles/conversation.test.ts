import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "@troupe/runtime";
import { MAX_TURNS, readConversation, renderConversation, toBody, withTurn } from "./conversation.ts";

test("any body is the input of a conversation; one between agents keeps its history", () => {
  assert.deepEqual(readConversation("hello"), { input: "hello", history: [] });
  assert.deepEqual(readConversation({ question: 1 }), { input: { question: 1 }, history: [] });
  const body = toBody(withTurn(readConversation("hello"), { role: "planner", content: "a plan", reason: "done" }));
  assert.deepEqual(readConversation(body).history, [{ role: "planner", content: "a plan", reason: "done" }]);
});

const escalations: readonly [string, (original: Json) => Json, RegExp][] = [
  [
    "over an edge",
    (message) => ({ role: "planner", reason: "no JSON", message }),
    /the planner could not go on: no JSON/,
  ],
  [
    "by the supervisor",
    (message) => ({
      role: "planner",
      reason: "boom",
      message,
      error: { code: "handler_failed", message: "boom" },
    }),
    /the planner could not go on: boom \(handler_failed\)/,
  ],
];
for (const [how, escalate, why] of escalations) {
  test(`an escalation ${how} goes on with the conversation of the role that could not`, () => {
    const original = toBody(withTurn(readConversation("hello"), { role: "router", content: "a plan" }));
    const read = readConversation(escalate(original));
    assert.equal(read.input, "hello");
    assert.equal(read.history.length, 1);
    assert.match(renderConversation(read), why);
    assert.equal(readConversation(escalate("just text")).input, "just text");
    assert.ok(!("failure" in Object(toBody(read))), "it is over when somebody else goes on");
  });
}

test("the prompt holds the task, the note and the turns in order", () => {
  const text = renderConversation({
    input: { title: "x" },
    history: [
      { role: "planner", content: "first" },
      { role: "developer", content: { lines: 3 }, reason: "ready" },
    ],
    note: "be quick",
  });
  assert.equal(
    text,
    'Task:\n{\n  "title": "x"\n}\n\nNote: be quick\n\n## planner\nfirst\n\n## developer\n{\n  "lines": 3\n}\n(ready)',
  );
});

test("only the newest turns go into a prompt, with the number of the others and their summary; the task stays", () => {
  const history = Array.from({ length: 14 }, (_, index) => ({ role: "r", content: `turn ${index} of it` }));
  const all = renderConversation({ input: "the task", history });
  assert.ok(!all.includes("turn 3 ") && all.includes("turn 4 ") && all.includes("turn 13 "));
  assert.match(all, new RegExp(`\\[${14 - MAX_TURNS} earlier turns are left out\\]`));
  assert.equal(
    renderConversation({ input: "the task", history, note: "be quick" }, 1, "They agreed."),
    "Task:\nthe task\n\nNote: be quick\n\n[13 earlier turns are left out]\n\nWhat they said, in short:\nThey agreed.\n\n## r\nturn 13 of it",
  );
  assert.equal(
    renderConversation({ input: "the task", history }, 0),
    "Task:\nthe task\n\n[14 earlier turns are left out]",
  );
});
