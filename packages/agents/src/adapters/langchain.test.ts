import assert from "node:assert/strict";
import { test } from "node:test";
import { Document } from "@langchain/core/documents";
import { AIMessage } from "@langchain/core/messages";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { BaseRetriever } from "@langchain/core/retrievers";
import { RunnableLambda } from "@langchain/core/runnables";
import { DynamicStructuredTool, tool as langchainMadeTool } from "@langchain/core/tools";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { defineSystem, TroupeError } from "@troupe/runtime";
import { createFakeContext } from "@troupe/runtime/internal-testing";
import { z } from "zod";
import { retrieverTool } from "../retrieval/retriever-tool.ts";
import { runRole } from "../testing/run-role.ts";
import { langchainRole } from "./langchain-role.ts";
import { langchainTool } from "./langchain-tool.ts";
import { langchainRetriever } from "./retrievers.ts";

const scope = { idempotencyKey: "k", signal: new AbortController().signal, taint: [], ask: async () => null };
const noCalls = () => assert.fail("it calls nobody");

test("a chain of prompt and chat model is a role: it gets the conversation as text, its message's text is the answer", async () => {
  const prompt = ChatPromptTemplate.fromMessages([["human", "Say it: {text}"]]);
  const chain = prompt.pipe(new FakeListChatModel({ responses: ["said"] }));
  const role = langchainRole({ runnable: chain, input: ({ input }) => ({ text: input }), to: "client" });
  const { outcome } = await runRole(role, "hello", noCalls);
  assert.deepEqual(outcome, { outcome: "complete", body: "said" });
});

test("without an input of its own a runnable sees what an agent sees", async () => {
  const runnable = RunnableLambda.from((text: string) => ({ seen: text }));
  const body = { input: "x", history: [{ role: "planner", content: "first" }] };
  const { outcome } = await runRole(langchainRole({ runnable, to: "next" }), body, noCalls);
  assert.deepEqual(outcome, {
    outcome: "forward",
    to: "next",
    body: {
      input: "x",
      history: [
        { role: "planner", content: "first" },
        { role: "lead", content: { seen: "Task:\nx\n\n## planner\nfirst" } },
      ],
    },
  });
});

test("its run is a step: a recorded answer is used again, the runnable is not", async () => {
  let runs = 0;
  const runnable = RunnableLambda.from(() => `run ${++runs}`);
  const ctx = createFakeContext({ journal: [{ name: "langchain", value: { content: "recorded" } }] });
  const role = langchainRole({ runnable, to: "client" });
  assert.deepEqual(await role.create().receive("x", ctx), { outcome: "complete", body: "recorded" });
  assert.equal(runs, 0);
});

test("tokens that a message tells are counted; an effect that must not happen twice says so", async () => {
  const usage_metadata = { input_tokens: 7, output_tokens: 5, total_tokens: 12 };
  const runnable = RunnableLambda.from(
    () =>
      new AIMessage({
        content: [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
        usage_metadata,
      } as ConstructorParameters<typeof AIMessage>[0]),
  );
  const ctx = createFakeContext();
  const outcome = await langchainRole({ runnable, to: "client", effect: "once" }).create().receive("x", ctx);
  assert.deepEqual(outcome, { outcome: "complete", body: "ab" });
  assert.deepEqual(ctx.steps[0]?.usage, { inputTokens: 7, outputTokens: 5, costMicros: 0 });
  assert.equal(ctx.steps[0]?.effect, "once");
});

test("a runnable is aborted with its task", async () => {
  const stop = new AbortController();
  const runnable = RunnableLambda.from(async (_: string, config?: { readonly signal?: AbortSignal }) => {
    stop.abort(new Error("the task has ended"));
    config?.signal?.throwIfAborted();
    return "too late";
  });
  const ctx = createFakeContext({ abortSignal: stop.signal });
  await assert.rejects(
    async () => langchainRole({ runnable }).create().receive("x", ctx),
    /the task has ended|[Aa]bort/,
  );
});

const output = (result: unknown) => String((result as { when: Date }).when.getTime());

test("a result that is no JSON is refused with a hint, and an `output` makes some of it", async () => {
  const runnable = RunnableLambda.from(() => ({ when: new Date(0) }));
  await assert.rejects(
    runRole(langchainRole({ runnable, to: "client" }), "x", noCalls),
    (thrown) => TroupeError.is(thrown, "model_output_invalid") && /give the role an `output`/.test(thrown.message),
  );
  const { outcome } = await runRole(langchainRole({ runnable, output, to: "client" }), "x", noCalls);
  assert.deepEqual(outcome, { outcome: "complete", body: "0" });
});

test("an edge that the graph lacks is a compile error, and is refused as well", () => {
  const lead = langchainRole({ runnable: RunnableLambda.from(() => "x"), to: "c" });
  const graph = { client: ["lead"], lead: ["client"] } as const;
  // @ts-expect-error lead has no edge to c
  assert.throws(() => defineSystem({ name: "s", graph, roles: { lead } }), /no such edge/);
});

const adding = langchainMadeTool(async ({ a, b }) => String(a + b), {
  name: "add",
  description: "Adds two numbers",
  schema: z.object({ a: z.number(), b: z.number().describe("the second") }),
});

test("a tool with a zod schema is offered with its JSON Schema, checks its arguments, and runs", async () => {
  const tool = langchainTool({ tool: adding, permission: "READ" });
  assert.deepEqual([tool.name, tool.description, tool.isIdempotent], ["add", "Adds two numbers", true]);
  assert.deepEqual(tool.parameters["required"], ["a", "b"]);
  assert.deepEqual(tool.parse({ a: 1, b: 2 }), { ok: true, value: { a: 1, b: 2 } });
  const refused = tool.parse({ a: 1 });
  assert.ok(!refused.ok && /b/.test(refused.reason));
  assert.equal(await tool.run({ a: 1, b: 2 }, scope), "3");
});

test("a tool with a JSON Schema works the same; one that says nothing may do anything, so it must be granted", async () => {
  const tool = langchainTool({
    tool: new DynamicStructuredTool({
      name: "shout",
      description: "Says it louder",
      schema: {
        type: "object",
        properties: { text: { type: "string" } },
        required: ["text"],
        additionalProperties: false,
      },
      func: async ({ text }: { text: string }) => text.toUpperCase(),
    }),
  });
  assert.deepEqual([tool.rules.permission, tool.isIdempotent], ["EXECUTE", false]);
  assert.equal(tool.parse({ text: 1 }).ok, false);
  assert.equal(await tool.run({ text: "hey" }, scope), "HEY");
});

test("a schema that is none is refused when the tool is made", () => {
  const broken = { name: "odd", description: "x", schema: "text", invoke: async () => "" };
  assert.throws(
    () => langchainTool({ tool: broken }),
    (thrown) => TroupeError.is(thrown, "invalid_config") && /odd/.test(thrown.message),
  );
});

class Shelf extends BaseRetriever {
  lc_namespace = ["test"];
  override async _getRelevantDocuments(query: string): Promise<Document[]> {
    return [1, 2, 3].map((n) => new Document({ pageContent: `${query} ${n}`, metadata: { source: `book ${n}` } }));
  }
}

test("its retriever is one of ours, and a tool: sources come along, what is over the limit is cut", async () => {
  const tool = retrieverTool({ retriever: langchainRetriever(new Shelf()), description: "The shelf", passages: 2 });
  assert.deepEqual(await tool.run({ query: "locks" }, scope), [
    { source: "book 1", text: "locks 1" },
    { source: "book 2", text: "locks 2" },
  ]);
});
