import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { runRole } from "../testing/run-role.ts";
import { planAndExecute } from "./plan-and-execute.ts";

const lead = planAndExecute({ planner: "planner", executor: "executor", maxSteps: 3, to: "client" });

test("steps run in order, each told which it is and what came before; the last result is the answer", async () => {
  const { outcome, questions } = await runRole(lead, "task", (to, earlier) =>
    to === "planner" ? { steps: ["dig", "fill"] } : `result ${earlier + 1}`,
  );
  assert.deepEqual(outcome, { outcome: "complete", body: "result 2" });
  assert.deepEqual(
    questions.map(({ to, conversation }) => [to, conversation.note, conversation.history.length]),
    [
      ["planner", undefined, 0],
      ["executor", "Step 1 of 2: dig", 1],
      ["executor", "Step 2 of 2: fill", 2],
    ],
  );
});

test("a writer, where there is one, makes the answer from all results", async () => {
  const options = { planner: "planner", executor: "executor", writer: "writer", to: "client" } as const;
  const { outcome, questions } = await runRole(planAndExecute(options), "task", (to) =>
    to === "planner" ? { steps: ["dig"] } : `by ${to}`,
  );
  assert.deepEqual(outcome, { outcome: "complete", body: "by writer" });
  assert.deepEqual(
    questions.at(-1)?.conversation.history.map(({ role }) => role),
    ["planner", "executor"],
  );
});

const failsAt = (failing: number) => (to: string, earlier: number) => {
  if (to === "planner") return { steps: earlier === 0 ? ["dig", "fill"] : ["mend"] };
  if (earlier < failing) throw new TroupeError("tool_failed", "the spade broke");
  return "mended";
};

test("a step that fails gets a new plan, made in the knowledge of why", async () => {
  const { outcome, asked, questions } = await runRole(lead, "task", failsAt(1));
  assert.deepEqual(outcome, { outcome: "complete", body: "mended" });
  assert.deepEqual(asked, ["planner", "executor", "planner", "executor"]);
  assert.match(JSON.stringify(questions[2]?.conversation.history.at(-1)), /The plan did not work: the spade broke/);
});

test("when the last plan fails too, the step's error is the end", async () => {
  const { outcome } = await runRole(lead, "task", failsAt(9));
  assert.deepEqual(outcome, { outcome: "fail", error: { code: "tool_failed", message: "the spade broke" } });
});

test("a plan that is too long, empty or none escalates and nothing of it is done", async () => {
  for (const plan of [{ steps: ["1", "2", "3", "4"] }, { steps: [] }, "dig"]) {
    const { outcome, asked } = await runRole(lead, "task", () => plan);
    assert.equal(outcome.outcome, "escalate");
    assert.deepEqual(asked, ["planner"]);
  }
});
