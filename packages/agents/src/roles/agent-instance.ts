/**
 * One message through an agent: prompt, model call, tool calls as long as the model asks for them, answer, outcome. Each call is a
 * recorded step; everything between them follows from the recorded values, so that a replay takes the same way.
 */
import {
  type Context,
  complete,
  escalate,
  fail,
  forward,
  type Json,
  type Outcome,
  type RoleInstance,
  reply,
  TroupeError,
} from "@troupe/runtime";
import type { ModelAnswer, ModelCall, ModelClient } from "../models/model.ts";
import { runTool, toModelTool } from "../tools/run-tool.ts";
import type { AgentSpec } from "./agent.ts";
import { type AnswerShape, answerSchemaOf, type ParsedAnswer, parseAnswer, schemaOf } from "./answer.ts";
import { StringFieldStream } from "./content-stream.ts";
import { type Conversation, readConversation, renderConversation, toBody, withTurn } from "./conversation.ts";
import { buildPrompt, conversationBudget, memoryBudget, type PromptParts } from "./prompt.ts";
import { recall, remember } from "./session-memory.ts";

/** Builds one replica. `openModel` is called with the first message, so that a missing key fails a task and not the whole host. */
export function createAgentInstance(
  spec: AgentSpec,
  choices: PromptParts["choices"],
  openModel: () => ModelClient,
): RoleInstance {
  const shape: AnswerShape = { route: spec.route, hasContent: !spec.decidesOnly, output: spec.output };
  const schema = schemaOf(shape);
  const answerSchema = answerSchemaOf(shape);
  const tools = spec.tools.map(toModelTool);
  let client: ModelClient | undefined;
  const receive = async (message: Json, ctx: Context): Promise<Outcome> => {
    client ??= openModel();
    if (!client.isPriced)
      ctx.log.warn({ model: spec.model }, "the price of this model is not known: its calls count as free");
    const { windowTokens } = client;
    const conversation = readConversation(message);
    const parts = { role: ctx.role, instructions: spec.instructions, choices, answer: answerSchema, windowTokens };
    const prompt = renderConversation(conversation, conversationBudget(parts));
    const messages = buildPrompt(parts, prompt, await recall(ctx, memoryBudget(parts)));
    for (let turn = 1; turn <= spec.maxIterations; turn++) {
      const { temperature, maxOutputTokens } = spec;
      const call: ModelCall = { messages: [...messages], temperature, maxOutputTokens, tools, answer: answerSchema };
      const answer = await askModel(ctx, client, spec.model, call, shape);
      if (answer.toolCalls.length === 0) {
        const parsed = parseAnswer(shape, schema, answer);
        if (!parsed.ok) return escalate(parsed.reason);
        await remember(ctx, { prompt, answer: answer.content });
        return outcomeOf(spec, ctx, conversation, parsed.answer);
      }
      messages.push(assistantMessage(answer));
      for (const toolCall of answer.toolCalls) {
        messages.push({ role: "tool", tool_call_id: toolCall.id, content: await runTool(ctx, spec.tools, toolCall) });
      }
    }
    return escalate(`the model still asked for tools after ${spec.maxIterations} calls`);
  };
  return {
    receive: async (message, ctx) => {
      try {
        return await receive(message, ctx);
      } catch (error) {
        // The model client has made its retries; the hop's own would only multiply them.
        if (TroupeError.is(error, "model_unavailable", "model_refused")) return fail(error.toBody());
        throw error;
      }
    },
  };
}

function askModel(
  ctx: Context,
  client: ModelClient,
  alias: string,
  call: ModelCall,
  shape: AnswerShape,
): Promise<ModelAnswer> {
  return ctx.step(
    `model:${alias}`,
    ({ idempotencyKey, signal }) => {
      let show = tokenFilter(shape);
      return client.complete(call, {
        idempotencyKey,
        signal,
        remainingMs: ctx.remainingMs(),
        onToken: (text) => {
          const visible = show(text);
          if (visible !== "") ctx.token(visible);
        },
        onRetry: (failure) => {
          show = tokenFilter(shape);
          ctx.log.warn({ model: alias, ...failure }, "model call failed; trying again");
        },
      });
    },
    { usage: (value) => usageOf(value) },
  );
}

function usageOf(value: unknown): ModelAnswer["usage"] | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's own result, see `askModel`
  return (value as ModelAnswer).usage;
}

/** What people see of an answer as it comes: text, also text that is wrapped in JSON; never the JSON itself. */
function tokenFilter({ route, hasContent, output }: AnswerShape): (piece: string) => string {
  if (output !== undefined || !hasContent) return () => "";
  if (route.length === 0) return (piece) => piece;
  const field = new StringFieldStream("content");
  return (piece) => field.push(piece);
}

const assistantMessage = (answer: ModelAnswer): ModelCall["messages"][number] => ({
  role: "assistant",
  content: answer.content === "" ? null : answer.content,
  tool_calls: answer.toolCalls.map(({ id, name, arguments: text }) => ({
    id,
    type: "function",
    function: { name, arguments: text },
  })),
});

/** Where a checked answer goes. A called role answers its caller, whatever the model chose. */
function outcomeOf(spec: AgentSpec, ctx: Context, conversation: Conversation, answer: ParsedAnswer): Outcome {
  const { content, reason, routeTo = spec.to } = answer;
  if (ctx.isCalled) return reply(content ?? { route_to: routeTo ?? null, reason: reason ?? null });
  if (routeTo === undefined) {
    return fail({
      code: "illegal_outcome",
      message: `role ${ctx.role} has neither \`to\` nor \`route\`: it can only be called`,
    });
  }
  if (routeTo === "client") return complete(content ?? conversation.history.at(-1)?.content ?? conversation.input);
  if (content === undefined) return forward(routeTo, toBody({ ...conversation, note: reason }));
  return forward(routeTo, toBody(withTurn(conversation, { role: ctx.role, content, reason })));
}
