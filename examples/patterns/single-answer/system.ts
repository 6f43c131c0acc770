/** One agent, one model call, one answer. */
import { singleAnswer } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";

export default defineSystem({
  name: "single-answer",
  graph: { client: ["writer"], writer: ["client"] },
  roles: {
    writer: singleAnswer({
      model: "fast",
      instructions: "You are the writer. Answer in a few plain sentences.",
      to: "client",
    }),
  },
});
