import type { ChatRequest } from "./chat-request.ts";
import { textOfRoles } from "./chat-request.ts";
import { isObedient, type Obedience, obey } from "./obedient.ts";
import { readScene, type Scene } from "./scene.ts";
import { valueForSchema } from "./schema-value.ts";
import type { Line } from "./script.ts";
import { lineOf } from "./scripts.ts";

/** A whole answer of the offline model. */
export interface OfflineAnswer {
  readonly role: string;
  readonly content: string;
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** Four characters a token: cheap, stable, and near enough for a model that costs nothing. */
export const approximateTokens = (text: string): number => Math.ceil(text.length / 4);

/** The answer to a request: pure. */
export function answerTo(request: ChatRequest): OfflineAnswer {
  const scene = readScene(request);
  const promptTokens = approximateTokens(JSON.stringify(request.messages));
  const ordered = isObedient(request) ? obey(request) : undefined;
  const toolCall = ordered === undefined ? chooseTool(request, scene) : ordered.tool;
  if (toolCall !== undefined) {
    const completionTokens = approximateTokens(toolCall.name + toolCall.arguments);
    return {
      role: scene.role,
      content: "",
      toolCalls: [toolCall],
      finishReason: "tool_calls",
      promptTokens,
      completionTokens,
    };
  }
  const { content, finishReason } = cut(request, compose(request, lineOf(scene), ordered));
  const completionTokens = approximateTokens(content);
  return { role: scene.role, content, toolCalls: [], finishReason, promptTokens, completionTokens };
}

/** The line as text, or as JSON where the request asks for it. */
function compose(request: ChatRequest, own: Line, ordered?: Obedience): string {
  const line = ordered?.says === undefined ? own : { ...own, content: ordered.says };
  const format = request.response_format;
  if (format?.type === "json_object") return JSON.stringify({ content: line.content, reason: line.reason });
  if (format?.type !== "json_schema") return line.content;
  const value = valueForSchema(format.json_schema.schema, (name, choices) => {
    if (choices !== undefined) return line.choose?.(choices) ?? line.next.find((next) => choices.includes(next));
    const given = line.values?.[name];
    if (given !== undefined) return given;
    if (name === "reason") return line.reason;
    return line.content || line.reason;
  });
  if (ordered?.route === undefined || typeof value !== "object" || Array.isArray(value)) return JSON.stringify(value);
  return JSON.stringify({ ...value, route_to: ordered.route });
}

/**
 * A tool is called once a request: when it must be (`tool_choice: "required"`), when the text asks for it as `[[tool NAME]]`, or when the
 * task names it. Its arguments are made from its schema and the task.
 */
function chooseTool(request: ChatRequest, scene: Scene): OfflineAnswer["toolCalls"][number] | undefined {
  const tools = request.tools ?? [];
  if (tools.length === 0 || scene.toolResults.length > 0 || request.tool_choice === "none") return undefined;
  const prompt = textOfRoles(request, "user");
  const wanted = /\[\[tool ([\w-]+)(?: (\{.*?\}))?\]\]/.exec(prompt);
  if (wanted?.[1] !== undefined) {
    return { id: "call_offline_1", name: wanted[1], arguments: wanted[2] ?? argumentsFor(tools, wanted[1], scene) };
  }
  const named = tools.find((tool) =>
    prompt.toLowerCase().includes(tool.function.name.toLowerCase().replaceAll("_", " ")),
  );
  const chosen = named ?? (request.tool_choice === "required" ? tools[0] : undefined);
  if (chosen === undefined) return undefined;
  const { name } = chosen.function;
  return { id: "call_offline_1", name, arguments: argumentsFor(tools, name, scene) };
}

function argumentsFor(tools: NonNullable<ChatRequest["tools"]>, name: string, scene: Scene): string {
  const schema = tools.find((tool) => tool.function.name === name)?.function.parameters ?? {};
  return JSON.stringify(valueForSchema({ type: "object", ...schema }, () => scene.task));
}

function cut(request: ChatRequest, text: string): { content: string; finishReason: "stop" | "length" } {
  const stops = typeof request.stop === "string" ? [request.stop] : (request.stop ?? []);
  const ends = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  const stopped = ends.length > 0 ? text.slice(0, Math.min(...ends)) : text;
  const maxTokens = request.max_completion_tokens ?? request.max_tokens;
  if (maxTokens === undefined || maxTokens === null || approximateTokens(stopped) <= maxTokens) {
    return { content: stopped, finishReason: "stop" };
  }
  return { content: stopped.slice(0, maxTokens * 4), finishReason: "length" };
}
