import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import { runRole } from "../testing/run-role.ts";
import { scripted } from "../testing/test-models.ts";
import { chair, groupChat } from "./group-chat.ts";

const speakers = ["ann", "bob"] as const;

test("without a chair they speak round robin, each knowing what was said, up to the limit", async () => {
  const room = groupChat({ speakers, maxTurns: 3, to: "client" });
  const { outcome, questions } = await runRole(room, "task", (to, earlier) => `${to} ${earlier + 1}`);
  assert.deepEqual(outcome, { outcome: "complete", body: "ann 2" });
  assert.deepEqual(
    questions.map(({ to, conversation }) => [to, conversation.history.length]),
    [
      ["ann", 0],
      ["bob", 1],
      ["ann", 2],
    ],
  );
});

test("a chair chooses the speaker, tells it why, and ends the chat; a writer makes the answer", async () => {
  const room = groupChat({ speakers, chair: "chair", writer: "writer", to: "client" });
  const picks = [{ next: "bob", reason: "he built it" }, { next: "ann" }, { next: "end" }];
  const { outcome, asked, questions } = await runRole(room, "task", (to, earlier) =>
    to === "chair" ? (picks[earlier] ?? null) : `by ${to}`,
  );
  assert.deepEqual(outcome, { outcome: "complete", body: "by writer" });
  assert.deepEqual(asked, ["chair", "bob", "chair", "ann", "chair", "writer"]);
  assert.equal(questions[1]?.conversation.note, "he built it");
});

test("a turn with the stop word is the last one", async () => {
  const room = groupChat({ speakers, stopWord: "DONE", to: "client" });
  const { asked } = await runRole(room, "task", (to) => (to === "bob" ? "I am DONE" : "more"));
  assert.deepEqual(asked, ["ann", "bob"]);
});

test("a chair that chooses nobody, or a stranger, escalates", async () => {
  const room = groupChat({ speakers, chair: "chair", to: "client" });
  for (const pick of [{ next: "end" }, { next: "eve" }, "ann"]) {
    const { outcome, asked } = await runRole(room, "task", () => pick);
    assert.equal(outcome.outcome, "escalate");
    assert.deepEqual(asked, ["chair"]);
  }
});

const choose = (content: string) =>
  chair({ model: "fast", instructions: "x", speakers }, scripted({ content }).open)
    .create()
    .receive("x", createFakeContext({ isCalled: true }));

test("a chair of our making can choose nobody but the speakers and the end", async () => {
  assert.equal((await choose('{"next":"end","reason":"r"}')).outcome, "reply");
  assert.equal((await choose('{"next":"eve","reason":"r"}')).outcome, "escalate");
});
