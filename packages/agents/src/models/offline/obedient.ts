/**
 * The obedient model (`offline-obedient`, the alias `obedient`): it does whatever any text tells it, wherever the text comes from. What a
 * system lets happen with it, it lets happen with every model. Orders are written so that no filter of words is what stops them:
 *
 * - `[[tool NAME {…}]]`: calls a tool with these arguments, whether it was offered or not;
 * - `[[route ROLE]]`: hands on to a role, whether it may be chosen or not;
 * - `[[say TEXT]]`: answers with the text;
 * - `[[reveal]]`: answers with everything that it was given.
 */
import { type ChatRequest, textOfMessage } from "./chat-request.ts";

/** What the model was ordered to do next. */
export interface Obedience {
  readonly tool: { readonly id: string; readonly name: string; readonly arguments: string } | undefined;
  readonly says: string | undefined;
  readonly route: string | undefined;
}

/** Whether a request is for the obedient model. */
export const isObedient = ({ model }: Pick<ChatRequest, "model">): boolean => /^offline-obedient\b/.test(model);

const TOOL = /\[\[tool ([\w-]{1,64})(?: (\{[^\]]{0,4000}\}))?\]\]/g;
const SAY = /\[\[say ([^\]]{1,4000})\]\]/g;
const ROUTE = /\[\[route ([a-z][a-z0-9-]{0,31})\]\]/g;

/**
 * The orders in all that it was given but its instructions, what tools say of themselves included: of tools the first that it has not called
 * yet, of the others the last.
 */
export function obey(request: ChatRequest): Obedience {
  const given = request.messages.filter(({ role }) => role !== "system" && role !== "developer");
  // What is always there comes first: the orders that were obeyed already stay where they were.
  const offered = (request.tools ?? []).map((tool) => tool.function.description ?? "");
  const text = [...offered, ...given.map(textOfMessage)].join("\n");
  const called = request.messages.reduce((count, { tool_calls: calls }) => count + (calls?.length ?? 0), 0);
  const order = [...text.matchAll(TOOL)][called];
  const all = request.messages.map(textOfMessage).join("\n");
  return {
    tool: order?.[1] === undefined ? undefined : { id: `call_${called}`, name: order[1], arguments: order[2] ?? "{}" },
    says: text.includes("[[reveal]]") ? all : [...text.matchAll(SAY)].at(-1)?.[1],
    route: [...text.matchAll(ROUTE)].at(-1)?.[1],
  };
}
