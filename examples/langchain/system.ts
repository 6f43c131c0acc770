/** A LangChain.js chain as a role, and a LangChain.js tool in the hands of an agent. Needs `@langchain/core`. */
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { RunnableLambda } from "@langchain/core/runnables";
import { tool } from "@langchain/core/tools";
import { langchainRole, langchainTool, react } from "@troupe/agents";
import { defineSystem } from "@troupe/runtime";
import { z } from "zod";

// In place of a chat model, so that the example runs with no account: `prompt.pipe(new ChatOpenAI(…))` works the same.
const echo = RunnableLambda.from((prompt: { toString(): string }) => `Draft made of: ${prompt.toString()}`);
const chain = ChatPromptTemplate.fromTemplate("Write two lines about {topic}.").pipe(echo);

const wordCount = tool(({ text }) => text.split(/\s+/).filter(Boolean).length, {
  name: "word_count",
  description: "Counts the words of a text",
  schema: z.object({ text: z.string() }),
});

export default defineSystem({
  name: "langchain",
  graph: { client: ["drafter"], drafter: ["counter"], counter: ["client"] },
  roles: {
    drafter: langchainRole({ runnable: chain, input: ({ input }) => ({ topic: input }), to: "counter" }),
    counter: react({
      model: "fast",
      instructions: "You are the counter. Use the word count on the draft, and say how many words it has.",
      tools: [langchainTool({ tool: wordCount, permission: "READ" })],
      to: "client",
    }),
  },
});
