/** A role that is played by an agent on NATS, over the Agent Protocol for NATS. */
import {
  type Context,
  fail,
  type Json,
  type Outcome,
  type RoleDefinition,
  type RoleInstance,
  type RoleSettings,
  TroupeError,
} from "@troupe/runtime";
import { PromptSubject, settingsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import {
  AGENT_PROMPT_SERVICE,
  AgentPromptAnswer,
  type AgentPromptQuestion,
  LONGEST_NEXT_MS,
} from "../node-services/agent-prompt-messages.ts";
import {
  cutOutside,
  OUTSIDE_MARGIN_MS,
  OutsideFields,
  outsideTool,
  refusedOutside,
  saidOutside,
  told,
} from "../outside/outside-tool.ts";
import { sayOutside, type Unsaid } from "../outside/say-outside.ts";
import { checkTo, handOn } from "../patterns/coordinator.ts";
import { readConversation, textOfJson } from "../roles/conversation.ts";
import { systemToolPorts, type ToolPorts } from "../tools/gate/tool-ports.ts";
import type { Tool } from "../tools/tool.ts";
import { toolManifests } from "../tools/tool-set.ts";

/** What is particular about such a role, in TypeScript and in a system file. */
export const NatsAgentFields = z.strictObject({
  subject: PromptSubject.describe(
    "Where the agent takes prompts, as discovery tells it: agents.prompt.AGENT.OWNER.NAME.",
  ),
  ...OutsideFields.shape,
}).shape;

export type NatsAgentRoleOptions<To extends string> = Omit<RoleSettings, "timeoutMs"> &
  z.input<z.ZodObject<typeof NatsAgentFields>> & {
    /** Where the answer goes: a role, or `client`. Absent = the role can only be called; a called one always answers its caller. */
    readonly to?: To | undefined;
  };

/** Under this name the node counts and charges the role's messages, and the log has its steps. */
const NAME = "nats-agent";

/** What is recorded of a prompt. */
type Answered =
  | { readonly kind: "answered"; readonly text: string }
  | { readonly kind: "failed"; readonly why: string };

/**
 * A role played by an agent on NATS. The node sends the prompt, to this subject alone, and hands on the answer as it comes. The protocol
 * knows neither tasks nor resuming: a crash before the answer is recorded leaves open whether the agent has done its work, and the hop is
 * parked with `effect_in_doubt`, or with `idempotent` sent again with the same `Nats-Msg-Id`. Answers bear the label `nats-agent`. Throws
 * `ZodError` for wrong options.
 */
export function natsAgentRole<const To extends string = never>(
  options: NatsAgentRoleOptions<To>,
  ports: ToolPorts = systemToolPorts,
): RoleDefinition<To> {
  const { subject } = options;
  const tool = outsideTool({ kind: "service", name: NAME, target: PromptSubject.parse(subject) }, options);
  return {
    kind: "actor",
    settings: settingsOf({ ...options, timeoutMs: tool.rules.timeoutMs + OUTSIDE_MARGIN_MS }),
    about: { pattern: NAME, subject, ...(options.to === undefined ? {} : { to: options.to }) },
    tools: toolManifests([tool]),
    check: (manifest, name) => checkTo(options.to, manifest, name),
    create: () => {
      const played = new PlayedRole(tool, ports, options.to);
      // It addresses only `to`, which is the target.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return { receive: (message, ctx) => played.receive(message, ctx) } as RoleInstance<To>;
    },
  };
}

class PlayedRole {
  readonly #tool: Tool;
  readonly #ports: ToolPorts;
  readonly #to: string | undefined;

  constructor(tool: Tool, ports: ToolPorts, to: string | undefined) {
    this.#tool = tool;
    this.#ports = ports;
    this.#to = to;
  }

  async receive(message: Json, ctx: Context): Promise<Outcome> {
    const conversation = readConversation(message);
    const refused = await refusedOutside(ctx, this.#tool);
    if (refused !== undefined) return refused;
    const answered = await this.#prompt(ctx, textOfJson(saidOutside(conversation)));
    if ("unsaid" in answered) return answered.unsaid;
    ctx.addTaint(this.#tool.rules.gives);
    if (answered.kind === "failed") return fail({ code: "tool_failed", message: `the agent failed: ${answered.why}` });
    return handOn(this.#to, ctx, conversation, cutOutside(this.#tool, answered.text));
  }

  #prompt(ctx: Context, prompt: string): Promise<Answered | Unsaid> {
    return sayOutside(ctx, {
      tool: this.#tool,
      ports: this.#ports,
      name: `${NAME}:prompt`,
      send: ({ idempotencyKey, signal }) => this.#answer(ctx, { prompt, idempotencyKey, signal }),
    });
  }

  async #answer(
    ctx: Context,
    { prompt, idempotencyKey, signal }: { prompt: string; idempotencyKey: string; signal: AbortSignal },
  ): Promise<Answered> {
    const { timeoutMs } = this.#tool.rules;
    const { clock } = this.#ports;
    const dueMs = clock.monotonicMs() + timeoutMs;
    const tell = told(ctx);
    let whole = "";
    let news = await asked(ctx, { op: "begin", tool: NAME, prompt, idempotencyKey, taint: [...ctx.taint] });
    const { promptId } = news;
    while (news.end === null) {
      const leftMs = Math.floor(dueMs - clock.monotonicMs());
      if (signal.aborted || leftMs <= 0) {
        await ctx.ask(AGENT_PROMPT_SERVICE, { op: "stop", promptId } satisfies AgentPromptQuestion);
        signal.throwIfAborted();
        throw new TroupeError("outcome_unknown", `the agent did not answer in ${timeoutMs} ms`);
      }
      news = await asked(ctx, { op: "next", promptId, waitMs: Math.min(leftMs, LONGEST_NEXT_MS) });
      whole += news.text;
      tell(news.text);
    }
    const { end } = news;
    if (end.kind === "unknown") throw new TroupeError("outcome_unknown", end.text);
    return end.kind === "failed" ? { kind: "failed", why: end.text } : { kind: "answered", text: whole };
  }
}

const asked = async (ctx: Context, question: AgentPromptQuestion): Promise<AgentPromptAnswer> =>
  AgentPromptAnswer.parse(await ctx.ask(AGENT_PROMPT_SERVICE, question));
