import { z } from "zod";
import { type Tool, tool } from "../tools/tool.ts";
import type { ToolRulesOptions } from "../tools/tool-rules.ts";
import { DEFAULT_PASSAGES, MOST_PASSAGES, type Retriever } from "./retriever.ts";

export interface RetrieverToolOptions extends ToolRulesOptions {
  /** Letters, digits, `_` and `-`: what the model sees. Default `search`. */
  readonly name?: string | undefined;
  /** What can be found; the model decides by this when to search. */
  readonly description: string;
  readonly retriever: Retriever;
  /** Passages that a search gives at most, 1 to 50. Default 5. */
  readonly passages?: number | undefined;
}

const Question = z.object({ query: z.string().min(1).max(1_000).describe("What to look for, in a few words") });

/** A retriever as a tool: the model asks in words, and gets passages with their sources. Default permission READ. */
export function retrieverTool(options: RetrieverToolOptions): Tool {
  const { name = "search", description, retriever, passages = DEFAULT_PASSAGES, ...rules } = options;
  const limit = Math.min(Math.max(1, Math.floor(passages)), MOST_PASSAGES);
  return tool({
    permission: "READ",
    ...rules,
    name,
    description,
    parameters: Question,
    run: async ({ query }, { signal }) => {
      const found = await retriever.retrieve(query, { limit, signal });
      return found.length === 0
        ? "Nothing was found."
        : found.slice(0, limit).map(({ text, source }) => ({ ...(source === undefined ? {} : { source }), text }));
    },
  });
}
