/** A planner lists the steps, an executor does them one after the other, a writer makes the answer. */
import { planAndExecute, singleAnswer, workPlanner } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";

export default defineSystem({
  name: "plan-and-execute",
  graph: { client: ["lead"], lead: ["planner", "executor", "writer", "client"] },
  roles: {
    lead: planAndExecute({ planner: "planner", executor: "executor", writer: "writer", maxSteps: 5, to: "client" }),
    planner: workPlanner({
      model: "standard",
      instructions:
        "You are the planner. List the steps that lead to the result, at most five, each one short and checkable.",
    }),
    executor: singleAnswer({
      model: "standard",
      instructions:
        "You are the executor. Do the step that the note names, and only that one. Say what came out of it.",
    }),
    writer: singleAnswer({
      model: "standard",
      instructions: "You are the writer. Write the answer to the task from the results of the steps.",
    }),
  },
});
