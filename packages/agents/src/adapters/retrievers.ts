/** Retrievers of other libraries, by shape: nothing of them is imported. */
import { TroupeError } from "@troupe/runtime";
import { z } from "zod";
import type { Passage, Retriever } from "../retrieval/retriever.ts";
import { LangchainDocuments, type LangchainRetriever } from "./langchain-shapes.ts";

/** A retriever of LlamaIndex.TS 0.12: `index.asRetriever()`. */
export interface LlamaIndexRetriever {
  // oxlint-disable-next-line typescript/no-explicit-any -- a text or `{ query }`, by its version
  retrieve(params: any): Promise<unknown>;
}

const LlamaIndexNodes = z.array(
  z.looseObject({
    score: z.number().nullish(),
    // As it is: its text may be what a method of its class returns.
    node: z.custom<object>((node) => typeof node === "object" && node !== null, "a node"),
  }),
);
const NodeFields = z.looseObject({
  id_: z.string().optional(),
  text: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

/** LlamaIndex.TS: its retriever as one of ours. How many passages it finds is its own setting; what is over the limit is cut. */
export function llamaIndexRetriever(retriever: LlamaIndexRetriever): Retriever {
  return {
    retrieve: async (query, { limit, signal }) => {
      signal.throwIfAborted();
      const nodes = read(LlamaIndexNodes, await retriever.retrieve({ query }), "LlamaIndex");
      return nodes.slice(0, limit).map(({ node, score }): Passage => {
        const { id_: id, metadata, text } = read(NodeFields, { ...node }, "LlamaIndex");
        const source = sourceOf(metadata, ["file_name", "file_path", "source", "url"]) ?? id;
        return {
          text: text ?? contentOf(node),
          ...(source === undefined ? {} : { source }),
          ...(typeof score === "number" ? { score } : {}),
        };
      });
    },
  };
}

/** What a node's class says is its content. */
function contentOf(node: object): string {
  const content: unknown =
    "getContent" in node && typeof node.getContent === "function"
      ? Reflect.apply(node.getContent, node, ["none"])
      : undefined;
  if (typeof content === "string") return content;
  throw new TroupeError("tool_failed", "a node of the LlamaIndex retriever has no text");
}

/** LangChain.js: its retriever as one of ours. How many documents it finds is its own setting; what is over the limit is cut. */
export function langchainRetriever(retriever: LangchainRetriever): Retriever {
  return {
    retrieve: async (query, { limit, signal }) => {
      const documents = read(LangchainDocuments, await retriever.invoke(query, { signal }), "LangChain");
      return documents.slice(0, limit).map(({ pageContent: text, metadata, id }): Passage => {
        const source = sourceOf(metadata, ["source", "url", "title"]) ?? id;
        return { text, ...(source === undefined ? {} : { source }) };
      });
    },
  };
}

function read<T>(schema: z.ZodType<T>, value: unknown, library: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TroupeError(
    "tool_failed",
    `the ${library} retriever's answer has another form: ${z.prettifyError(parsed.error)}`,
  );
}

function sourceOf(
  metadata: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
): string | undefined {
  for (const name of names) {
    const value = metadata?.[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}
