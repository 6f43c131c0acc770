import assert from "node:assert/strict";
import { test } from "node:test";
import { runRole } from "../testing/run-role.ts";
import { debate } from "./debate.ts";

test("debaters of one round do not see one another, those of the next see all; the judge decides at the end", async () => {
  const floor = debate({ debaters: ["pro", "contra"], judge: "judge", rounds: 2, to: "client" });
  const { outcome, questions } = await runRole(floor, "task", (to, earlier) => `${to} ${earlier + 1}`);
  assert.deepEqual(outcome, { outcome: "complete", body: "judge 1" });
  assert.deepEqual(
    questions.map(({ to, conversation }) => [
      to,
      conversation.note,
      conversation.history.map(({ content }) => content),
    ]),
    [
      ["pro", "Round 1 of 2", []],
      ["contra", "Round 1 of 2", []],
      ["pro", "Round 2 of 2", ["pro 1", "contra 1"]],
      ["contra", "Round 2 of 2", ["pro 1", "contra 1"]],
      ["judge", undefined, ["pro 1", "contra 1", "pro 2", "contra 2"]],
    ],
  );
});
