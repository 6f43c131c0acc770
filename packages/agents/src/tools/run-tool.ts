import { type Context, formatProblem, messageOf } from "@troupe/runtime";
import { problemsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import type { ModelTool, ToolCall } from "../models/model.ts";
import type { Tool } from "./tool.ts";

/** More than this of a result does not help a model. Characters. */
const MAX_RESULT_LENGTH = 32_000;

/** A tool in the form in which the API offers it to a model. */
export function toModelTool({ name, description, parameters }: Tool): ModelTool {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: "input" });
  return { type: "function", function: { name, description, parameters: schema } };
}

/**
 * Runs one call of a model as a recorded step and returns what the model is told. A call that names no tool or does not fit the schema
 * runs nothing: the model gets the reason and may try again. Throws only when the hop is aborted or the runtime refuses the step.
 */
export async function runTool(ctx: Context, tools: readonly Tool[], call: ToolCall): Promise<string> {
  const found = tools.find((tool) => tool.name === call.name);
  if (found === undefined) {
    return `Error: there is no tool ${JSON.stringify(call.name)}. Tools: ${tools.map((tool) => tool.name).join(", ") || "none"}.`;
  }
  const args = parseArguments(found, call.arguments);
  if (!args.ok) return `Error: ${found.name} was not run. ${args.reason}`;
  return ctx.step(
    `tool:${found.name}`,
    async (scope) => {
      try {
        return resultText(await found.run(args.value, scope));
      } catch (error) {
        scope.signal.throwIfAborted();
        ctx.log.warn({ tool: found.name, error: messageOf(error) }, "tool failed");
        return `Error: ${found.name} failed: ${messageOf(error)}`;
      }
    },
    { effect: found.isIdempotent ? "repeat" : "once" },
  );
}

type Arguments = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

function parseArguments(tool: Tool, text: string): Arguments {
  let input: unknown;
  try {
    // Models send nothing at all for a tool without parameters.
    input = JSON.parse(text.trim() === "" ? "{}" : text);
  } catch (error) {
    return { ok: false, reason: `The arguments are not JSON: ${messageOf(error)}` };
  }
  const parsed = tool.parameters.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, reason: `Wrong arguments: ${problemsOf(parsed.error, input).map(formatProblem).join("; ")}` };
}

function resultText(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "done");
  if (text.length <= MAX_RESULT_LENGTH) return text;
  return `${text.slice(0, MAX_RESULT_LENGTH)}\n[cut: the result has ${text.length} characters]`;
}
