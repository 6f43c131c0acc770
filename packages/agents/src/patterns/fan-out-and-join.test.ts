import assert from "node:assert/strict";
import { test } from "node:test";
import { runRole } from "../testing/run-role.ts";
import { fanOutAndJoin } from "./fan-out-and-join.ts";

const workers = ["a", "b", "c"] as const;

test("without a joiner the answer is the list of answers, in the order of the workers", async () => {
  const { outcome, questions } = await runRole(fanOutAndJoin({ workers, to: "client" }), "task", (to) => `by ${to}`);
  assert.deepEqual(outcome, { outcome: "complete", body: workers.map((role) => ({ role, content: `by ${role}` })) });
  assert.ok(
    questions.every(({ conversation }) => conversation.history.length === 0),
    "nobody sees the others",
  );
});

test("a quorum takes so many answers and no more", async () => {
  const two = fanOutAndJoin({ workers, need: { quorum: 2 }, to: "client" });
  const { outcome } = await runRole(two, "task", (to) => to);
  assert.deepEqual(outcome, {
    outcome: "complete",
    body: [
      { role: "a", content: "a" },
      { role: "b", content: "b" },
    ],
  });
  const any = await runRole(fanOutAndJoin({ workers, need: "any", to: "client" }), "task", (to) => to);
  assert.deepEqual(any.outcome, { outcome: "complete", body: [{ role: "a", content: "a" }] });
});

test("a joiner makes one answer of what was taken", async () => {
  const joined = fanOutAndJoin({ workers, joiner: "writer", to: "client" });
  const { outcome, questions } = await runRole(joined, "task", (to) => `by ${to}`);
  assert.deepEqual(outcome, { outcome: "complete", body: "by writer" });
  assert.deepEqual(
    questions.at(-1)?.conversation.history.map(({ role }) => role),
    ["a", "b", "c"],
  );
});
