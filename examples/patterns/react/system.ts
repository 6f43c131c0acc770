/** One agent with a tool: the model asks for it, reads the result, and answers. */
import { react, tool } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";
import { z } from "zod";

const wordCount = tool({
  name: "word_count",
  description: "Counts the words of a text",
  parameters: z.object({ text: z.string() }),
  // It has no effect outside, so a crash may repeat it, and a role needs no grant for it.
  permission: "READ",
  run: ({ text }) => ({ words: text.split(/\s+/).filter((word) => word !== "").length }),
});

export default defineSystem({
  name: "react",
  graph: { client: ["counter"], counter: ["client"] },
  roles: {
    counter: react({
      model: "fast",
      instructions: "You are the counter. Use your tools; never guess a number.",
      tools: [wordCount],
      to: "client",
    }),
  },
});
