import assert from "node:assert/strict";
import { test } from "node:test";
import { TroupeError } from "@troupe/runtime";
import { type LlamaIndexRetriever, llamaIndexRetriever } from "./retrievers.ts";

const signal = new AbortController().signal;

/** Nodes as LlamaIndex.TS 0.12 makes them: the text is a field of text nodes, and what `getContent` returns of all. */
class NodeWithContent {
  readonly metadata = { file_path: "b.md" };
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  getContent(): string {
    return this.#text;
  }
}

const answering = (nodes: unknown): LlamaIndexRetriever & { readonly asked: unknown[] } => {
  const asked: unknown[] = [];
  return {
    asked,
    retrieve: async (params: unknown) => {
      asked.push(params);
      return nodes;
    },
  };
};

test("a LlamaIndex retriever is one of ours: it is asked with a query, its nodes become passages with their sources", async () => {
  const theirs = answering([
    { node: { id_: "n1", text: "one", metadata: { file_name: "a.md" } }, score: 0.9 },
    { node: new NodeWithContent("two"), score: null },
    { node: { id_: "n3", text: "three" } },
    { node: { id_: "n4", text: "over the limit" } },
  ]);
  assert.deepEqual(await llamaIndexRetriever(theirs).retrieve("locks", { limit: 3, signal }), [
    { text: "one", source: "a.md", score: 0.9 },
    { text: "two", source: "b.md" },
    { text: "three", source: "n3" },
  ]);
  assert.deepEqual(theirs.asked, [{ query: "locks" }]);
});

test("an answer of another form is an error that says so, and an aborted search is none", async () => {
  for (const nodes of ["text", [{ text: "no node" }], [{ node: { metadata: {} } }], [{ node: { text: 1 } }]]) {
    await assert.rejects(llamaIndexRetriever(answering(nodes)).retrieve("x", { limit: 1, signal }), (thrown) =>
      TroupeError.is(thrown, "tool_failed"),
    );
  }
  const theirs = answering([]);
  await assert.rejects(llamaIndexRetriever(theirs).retrieve("x", { limit: 1, signal: AbortSignal.abort() }));
  assert.deepEqual(theirs.asked, []);
});
