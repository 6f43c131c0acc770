import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import { runRole } from "../testing/run-role.ts";
import { offline } from "../testing/test-models.ts";
import { Critique, critic, reflection } from "./reflection.ts";

const editor = reflection({ writer: "writer", critic: "critic", maxRounds: 3, to: "client" });

test("the writer improves until the critic accepts, and each sees all that was said", async () => {
  const { outcome, asked, questions } = await runRole(editor, "task", (to, earlier) =>
    to === "writer" ? `draft ${earlier + 1}` : { accepted: earlier === 1, feedback: "too short" },
  );
  assert.deepEqual(outcome, { outcome: "complete", body: "draft 2" });
  assert.deepEqual(asked, ["writer", "critic", "writer", "critic"]);
  assert.deepEqual(
    questions.at(-1)?.conversation.history.map(({ role, content }) => [role, content]),
    [
      ["writer", "draft 1"],
      ["critic", "too short"],
      ["writer", "draft 2"],
    ],
  );
});

test("after the last round the last draft is the answer", async () => {
  const { outcome, asked } = await runRole(editor, "task", (to, earlier) =>
    to === "writer" ? `draft ${earlier + 1}` : { accepted: false, feedback: "no" },
  );
  assert.deepEqual(outcome, { outcome: "complete", body: "draft 4" });
  assert.equal(asked.length, 1 + 2 * 3);
});

test("a critique that is none escalates, with what is wrong about it", async () => {
  const { outcome } = await runRole(editor, "task", (to) => (to === "writer" ? "draft" : "looks good"));
  assert.ok(outcome.outcome === "escalate");
  assert.match(outcome.reason, /the answer of critic does not have the form/);
});

test("a critic's answer is a critique, whatever the model would rather say", async () => {
  const { open } = await offline();
  const ctx = createFakeContext({ role: "critic", isCalled: true });
  const outcome = await critic({ model: "fast", instructions: "You are the critic." }, open).create().receive("x", ctx);
  assert.ok(outcome.outcome === "reply");
  assert.deepEqual(Critique.parse(outcome.body).accepted, false);
});
