import assert from "node:assert/strict";
import { test } from "node:test";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import { runRole } from "../testing/run-role.ts";
import { scripted } from "../testing/test-models.ts";
import { vote, voter } from "./vote.ts";

const voters = ["a", "b", "c"] as const;

test("the winner comes with the count and every ballot", async () => {
  const { outcome } = await runRole(vote({ voters, to: "client" }), "task", (to) => ({
    choice: to === "b" ? "keep" : "rewrite",
    reason: `${to} says so`,
  }));
  assert.deepEqual(outcome, {
    outcome: "complete",
    body: {
      choice: "rewrite",
      votes: { rewrite: 2, keep: 1 },
      ballots: [
        { role: "a", choice: "rewrite", reason: "a says so" },
        { role: "b", choice: "keep", reason: "b says so" },
        { role: "c", choice: "rewrite", reason: "c says so" },
      ],
    },
  });
});

test("a vote without a winner escalates and says how it stands", async () => {
  const poll = vote({ voters, rule: "unanimous", to: "client" });
  const { outcome } = await runRole(poll, "task", (to) => ({ choice: to === "a" ? "keep" : "rewrite" }));
  assert.deepEqual(outcome, {
    outcome: "escalate",
    reason: "the vote has no winner: rewrite has 2 of the 3 votes that are needed",
  });
});

test("with a quorum a majority is still of all voters", async () => {
  const poll = vote({ voters: ["a", "b", "c", "d"], rule: "majority", quorum: 2, to: "client" });
  const { outcome, asked } = await runRole(poll, "task", () => ({ choice: "keep" }));
  assert.equal(asked.length, 2);
  assert.equal(outcome.outcome, "escalate");
});

const choose = (content: string) =>
  voter({ model: "fast", instructions: "x", choices: ["keep", "rewrite"] }, scripted({ content }).open)
    .create()
    .receive("x", createFakeContext({ isCalled: true }));

test("a voter can choose nothing but the choices", async () => {
  assert.deepEqual(await choose('{"choice":"keep","reason":"r"}'), {
    outcome: "reply",
    body: { choice: "keep", reason: "r" },
  });
  assert.equal((await choose('{"choice":"burn","reason":"r"}')).outcome, "escalate");
});
