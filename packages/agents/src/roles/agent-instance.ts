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
  type Outcome,
  type RoleInstance,
  reply,
  TroupeError,
} from "@troupe/runtime";
import { inSpan } from "@troupe/runtime/internal";
import { GEN_AI } from "../models/gen-ai-names.ts";
import type { AnswerSchema, ModelAnswer, ModelCall, ModelClient } from "../models/model.ts";
import { carryOut } from "../tools/gate/carry-out.ts";
import type { ToolPorts } from "../tools/gate/tool-ports.ts";
import { toModelTool } from "../tools/model-tool.ts";
import { ToolSet } from "../tools/tool-set.ts";
import type { AgentSpec } from "./agent-options.ts";
import { type AnswerShape, answerSchemaOf, type ParsedAnswer, parseAnswer, schemaOf } from "./answer.ts";
import { StringFieldStream } from "./content-stream.ts";
import { type Conversation, readConversation, toBody, withTurn } from "./conversation.ts";
import { askModel, type WhenDown } from "./model-step.ts";
import type { PromptParts } from "./prompt.ts";
import { composePrompt } from "./prompt-context.ts";
import { remember } from "./session-memory.ts";

/** What of an agent is the same for every message. */
interface Playing {
  readonly spec: AgentSpec;
  readonly choices: PromptParts["choices"];
  readonly shape: AnswerShape;
  readonly schema: ReturnType<typeof schemaOf>;
  readonly answer: AnswerSchema | undefined;
  readonly tools: ToolSet;
  readonly edgesOfRole: InstancePorts["edgesOfRole"];
}

/** What one replica is given. */
export interface InstancePorts {
  readonly choices: PromptParts["choices"];
  readonly toolPorts: ToolPorts;
  /** Called with the first message, so that a missing key fails a task and not the whole host. */
  readonly openModel: (alias: string) => ModelClient;
  /** Roles that the graph lets a role address; `undefined` where the graph is not known. */
  readonly edgesOfRole: (role: string) => readonly string[] | undefined;
}

/** Builds one replica. */
export function createAgentInstance(
  spec: AgentSpec,
  { choices, toolPorts, openModel, edgesOfRole }: InstancePorts,
): RoleInstance {
  const shape: AnswerShape = { route: spec.route, hasContent: !spec.decidesOnly, output: spec.output };
  const tools = new ToolSet(spec.tools, spec.grants, toolPorts);
  const playing: Playing = {
    spec,
    choices,
    shape,
    schema: schemaOf(shape),
    answer: answerSchemaOf(shape),
    tools,
    edgesOfRole,
  };
  const clients = new Map<string, ModelClient>();
  const open = (ctx: Context): ModelClient => {
    const { model = spec.model } = ctx;
    const known = clients.get(model);
    if (known !== undefined) return known;
    const client = openModel(model);
    clients.set(model, client);
    if (!client.isPriced) ctx.log.warn({ model }, "the price of this model is not known: its calls count as free");
    return client;
  };
  return {
    receive: async (message, ctx) => {
      const conversation = readConversation(message);
      try {
        return await inSpan(`invoke_agent ${ctx.role}`, { attributes: agentAttributes(spec, ctx) }, () =>
          play(playing, open(ctx), conversation, ctx),
        );
      } catch (error) {
        // The model client has made its retries; the hop's own would only multiply them.
        if (!TroupeError.is(error, "model_unavailable", "model_refused", "budget_exceeded")) throw error;
        if (error.code === "budget_exceeded") {
          return spec.whenSpent === "escalate" ? escalate(error.message) : fail(error.toBody());
        }
        if (error.code === "model_refused" || typeof spec.whenDown === "string") return fail(error.toBody());
        ctx.log.warn({ model: spec.model, error: error.toBody() }, "no model answers; the role's own answer is given");
        return outcomeOf(spec, ctx, conversation, degraded(spec, spec.whenDown));
      }
    },
    callsLeft: () => clients.get(spec.model)?.callsLeft?.(),
    dispose: () => tools.close(),
  };
}

const agentAttributes = (spec: AgentSpec, { role, task, model = spec.model }: Context) => ({
  [GEN_AI.operation]: "invoke_agent",
  [GEN_AI.provider]: "troupe",
  [GEN_AI.agentName]: role,
  [GEN_AI.requestModel]: model,
  [GEN_AI.conversation]: task.session ?? task.id,
});

async function play(playing: Playing, client: ModelClient, conversation: Conversation, ctx: Context): Promise<Outcome> {
  const { spec, choices, shape, schema, answer: answerSchema } = playing;
  const { temperature, maxOutputTokens, whenDown } = spec;
  const gate = await playing.tools.gate(ctx, playing.edgesOfRole(ctx.role));
  const tools = gate.tools.map(toModelTool);
  const parts = { role: ctx.role, instructions: spec.instructions, choices, answer: answerSchema };
  const composed = await composePrompt(ctx, client, { ...parts, maxOutputTokens, tools }, conversation, spec.context);
  const messages = [...composed.messages];
  const ask = {
    client,
    alias: ctx.model ?? spec.model,
    whenDown,
    mayCache: spec.cache,
    filter: () => tokenFilter(shape),
  };
  for (let turn = 1; turn <= spec.maxIterations; turn++) {
    const call: ModelCall = { messages: [...messages], temperature, maxOutputTokens, tools, answer: answerSchema };
    const answer = await askModel(ctx, call, ask);
    if (answer.toolCalls.length === 0) {
      const parsed = parseAnswer(shape, schema, answer);
      if (!parsed.ok) return escalate(parsed.reason);
      await remember(ctx, { prompt: composed.prompt, answer: answer.content });
      return outcomeOf(spec, ctx, conversation, parsed.answer);
    }
    messages.push(assistantMessage(answer));
    for (const toolCall of answer.toolCalls) {
      messages.push({ role: "tool", tool_call_id: toolCall.id, content: await carryOut(ctx, gate, toolCall) });
    }
  }
  return escalate(`the model still asked for tools after ${spec.maxIterations} calls`);
}

/** The answer that stands in for the model's: to the role that it names, else where the role always hands on, else to the client. */
function degraded(spec: AgentSpec, { answer, to }: Exclude<WhenDown, string>): ParsedAnswer {
  const content = spec.decidesOnly ? undefined : answer;
  const fixed = spec.route.length === 0 ? spec.to : "client";
  return { content, routeTo: to ?? fixed, reason: "no model answers" };
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
