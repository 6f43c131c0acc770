/** A role that is played by an agent elsewhere, over A2A. */
import {
  type Context,
  fail,
  type Json,
  type Outcome,
  type Problem,
  type RoleDefinition,
  type RoleInstance,
  type RoleSettings,
  type SystemManifest,
  TroupeError,
} from "@troupe/runtime";
import { isEndOfHop, SECRET_LABEL, settingsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import { NodeValue } from "../config/node-value.ts";
import { checkTo, handOn } from "../patterns/coordinator.ts";
import { readConversation, renderConversation } from "../roles/conversation.ts";
import { admit, type RecordedRefusal, recordRefusal } from "../tools/gate/admit.ts";
import { systemToolPorts, type ToolPorts } from "../tools/gate/tool-ports.ts";
import type { Tool } from "../tools/tool.ts";
import { resolveToolRules, ToolRulesFile } from "../tools/tool-rules.ts";
import { toolManifests } from "../tools/tool-set.ts";
import { RemoteAgent, type Said } from "./remote-agent.ts";
import type { RemoteTask } from "./remote-task.ts";

/** What is particular about such a role, in TypeScript and in a system file. */
export const A2aFields = z.strictObject({
  card: z
    .url({ protocol: /^https?$/ })
    .describe("Address of the agent's card, or of the agent: then `/.well-known/agent-card.json` below it."),
  headers: z
    .record(z.string().min(1).max(256), NodeValue)
    .optional()
    .describe("Sent to the card's own origin alone: how the role signs in."),
  idempotent: z
    .boolean()
    .optional()
    .describe("Whether the agent takes a message that comes twice under one id for one. Default false."),
  timeoutMs: z
    .int()
    .min(1)
    .max(20 * 60_000)
    .optional()
    .describe("Longest wait for the agent's answer. Default 300000."),
  ...ToolRulesFile.pick({ callsPerMinute: true, costUsd: true }).shape,
  outside: ToolRulesFile.shape.taint.describe(
    "Labels that go to the agent, and those that its answers bear. Default: all, and `a2a`; it reaches outside.",
  ),
}).shape;
const Fields = z.strictObject(A2aFields);

export type A2aRoleOptions<To extends string> = Omit<RoleSettings, "timeoutMs"> &
  z.input<typeof Fields> & {
    /** Where the answer goes: a role, or `client`. Absent = the role can only be called; a called one always answers its caller. */
    readonly to?: To | undefined;
  };

export interface A2aPorts {
  readonly tools: ToolPorts;
}

/** Under this name the node counts and charges the role's messages, and the log has its steps. */
const NAME = "a2a";
/** Which signal a task waits for while the agent needs an answer. */
const ANSWER_SIGNAL = "answer";
const DEFAULT_TIMEOUT_MS = 300_000;
/** How much longer the handler may take than the agent. */
const MARGIN_MS = 30_000;
/** Questions of the agent in one message: it must come to an end. */
const MOST_QUESTIONS = 20;

/**
 * A role played by an agent elsewhere (A2A 1.0 or 0.3). The message goes out once: the remote task's id is recorded, and whoever continues
 * after a crash follows that task. A crash just before the record leaves it open whether the agent has the message: the hop is parked with
 * `effect_in_doubt`, or with `idempotent` sent again under the same id. When the agent needs an answer, the task waits for the signal
 * `answer`. Answers bear the label `a2a`. A task that ends meanwhile is cancelled there. Throws `ZodError` for wrong options.
 */
export function a2aRole<const To extends string = never>(
  options: A2aRoleOptions<To>,
  ports: A2aPorts = { tools: systemToolPorts },
): RoleDefinition<To> {
  const tool = toolOf(options);
  const url = cardUrl(options.card);
  const { tools } = ports;
  return {
    kind: "actor",
    settings: settingsOf({ ...options, timeoutMs: tool.rules.timeoutMs + MARGIN_MS }),
    about: { pattern: "a2a", card: url.href, ...(options.to === undefined ? {} : { to: options.to }) },
    tools: toolManifests([tool]),
    check: (manifest, name) => check(options, manifest, name),
    create: () => {
      const { headers = {} } = options;
      const agent = new RemoteAgent({ url, headers, variable: tools.variable, clock: tools.clock });
      const played = new PlayedRole(agent, tool, tools, options.to);
      // It addresses only `to`, which is the target.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      return { receive: (message, ctx) => played.receive(message, ctx) } as RoleInstance<To>;
    },
  };
}

/** The agent as the node sees it: what it costs and how often it may be asked. */
function toolOf(options: A2aRoleOptions<string>): Tool {
  const {
    card,
    callsPerMinute,
    costUsd,
    idempotent = false,
    timeoutMs,
    outside = {},
  } = Fields.parse(fieldsOf(options));
  const rules = resolveToolRules({
    callsPerMinute,
    costUsd,
    timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
    taint: { isOutside: true, gives: [NAME], ...outside },
  });
  return {
    kind: "function",
    name: NAME,
    description: "An agent elsewhere",
    target: card,
    parameters: {},
    rules,
    isIdempotent: idempotent,
    parse: (value) => ({ ok: true, value }),
    run: () => undefined,
  };
}

const fieldsOf = (options: A2aRoleOptions<string>): unknown =>
  Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(A2aFields, name)));

function cardUrl(card: string): URL {
  const url = new URL(card);
  if (url.pathname.endsWith(".json")) return url;
  url.pathname = `${url.pathname.replace(/\/$/, "")}/.well-known/agent-card.json`;
  return url;
}

function check({ to, card }: A2aRoleOptions<string>, manifest: SystemManifest, name: string): readonly Problem[] {
  const { username, password } = new URL(card);
  const reason = "a password does not belong into a system: name it under `headers`";
  const hasPassword = username !== "" || password !== "";
  return [...checkTo(to, manifest, name), ...(hasPassword ? [{ path: "card", value: "…", reason }] : [])];
}

/** Text is shown as it comes; any other sign shows that the handler gets on. */
const told = (ctx: Context) => (text: string) => (text === "" ? ctx.alive() : ctx.token(text));

/** What is recorded of a message to the agent. */
type Sent = RemoteTask | RecordedRefusal;

class PlayedRole {
  readonly #agent: RemoteAgent;
  readonly #tool: Tool;
  readonly #ports: ToolPorts;
  readonly #to: string | undefined;

  constructor(agent: RemoteAgent, tool: Tool, ports: ToolPorts, to: string | undefined) {
    this.#agent = agent;
    this.#tool = tool;
    this.#ports = ports;
    this.#to = to;
  }

  async receive(message: Json, ctx: Context): Promise<Outcome> {
    const conversation = readConversation(message);
    const { input, history, note, failure } = conversation;
    const isBare = history.length === 0 && note === undefined && failure === undefined;
    const refusal = this.#taintRefusal(ctx.taint);
    if (refusal !== undefined) return this.#refused(ctx, refusal);
    const hasSession = ctx.task.session !== undefined;
    const remembered = hasSession ? await ctx.state.get<string>() : undefined;
    let said = { content: isBare ? input : renderConversation(conversation), contextId: remembered ?? "", taskId: "" };
    for (let questions = 0; questions <= MOST_QUESTIONS; questions++) {
      const sent = await this.#send(ctx, said);
      if ("refused" in sent) return fail({ code: "budget_exceeded", message: sent.text });
      const task = await this.#followed(ctx, sent);
      ctx.addTaint(this.#tool.rules.gives);
      if (hasSession && task.contextId !== remembered) await ctx.state.update(() => task.contextId);
      if (task.state !== "input_required") return this.#outcome(ctx, conversation, task);
      await ctx.emit("question", task.says);
      const answer = await ctx.signal(ANSWER_SIGNAL);
      said = { content: answer ?? "", contextId: task.contextId, taskId: task.taskId };
    }
    return fail({ code: "tool_failed", message: `the agent asked more than ${MOST_QUESTIONS} questions` });
  }

  #send(ctx: Context, said: Omit<Said, "messageId">): Promise<Sent> {
    const { rules, isIdempotent } = this.#tool;
    return ctx.step<Sent>(
      `${NAME}:send`,
      async ({ idempotencyKey, signal }) => {
        try {
          return await this.#agent.send({ ...said, messageId: idempotencyKey }, signal);
        } catch (error) {
          if (!TroupeError.is(error, "outcome_unknown") || isIdempotent) throw error;
          const message = `it is not known whether the agent has the message: ${error.message}`;
          throw new TroupeError("effect_in_doubt", message, { cause: error });
        }
      },
      {
        effect: isIdempotent ? "repeat" : "once",
        admit: () => admit(ctx, this.#ports, this.#tool),
        stuckAfter: { firstMs: rules.timeoutMs + MARGIN_MS },
        usage: (value) => this.#costOf(value),
      },
    );
  }

  /** Waits for the remote task: again by whoever takes the hop over. */
  #followed(ctx: Context, sent: RemoteTask): Promise<RemoteTask> {
    if (sent.state !== "working") return Promise.resolve(sent);
    const { timeoutMs } = this.#tool.rules;
    return ctx.step<RemoteTask>(
      `${NAME}:result`,
      async ({ signal }) => {
        const late = AbortSignal.timeout(timeoutMs);
        try {
          return await this.#agent.follow(sent.taskId, { signal: AbortSignal.any([signal, late]), onText: told(ctx) });
        } catch (error) {
          if (isEndOfHop(signal) || (late.aborted && !signal.aborted)) await this.#giveUp(ctx, sent.taskId);
          signal.throwIfAborted();
          if (!late.aborted) throw error;
          throw new TroupeError("deadline_exceeded", `the agent did not answer in ${timeoutMs} ms`, { cause: error });
        }
      },
      { stuckAfter: { firstMs: timeoutMs + MARGIN_MS } },
    );
  }

  async #giveUp(ctx: Context, taskId: string): Promise<void> {
    const problem = await this.#agent.cancel(taskId);
    if (problem !== undefined) ctx.log.warn({ remote: taskId, problem }, "the agent did not cancel its task");
  }

  #outcome(ctx: Context, conversation: ReturnType<typeof readConversation>, task: RemoteTask): Outcome {
    if (task.state === "completed") return handOn(this.#to, ctx, conversation, this.#cut(task.content));
    const why = task.state === "auth_required" ? "needs to be signed in to in a way that is not possible" : task.state;
    const message = `the agent's task ended: ${why}${task.says === "" ? "" : `: ${task.says}`}`;
    return fail({ code: "tool_failed", message, details: { remote_task: task.taskId, state: task.state } });
  }

  #cut(content: Json): Json {
    const { maxResultLength } = this.#tool.rules;
    return typeof content === "string" ? content.slice(0, maxResultLength) : content;
  }

  #taintRefusal(taint: readonly string[]): string | undefined {
    const { accepts, isOutside } = this.#tool.rules;
    const unaccepted = taint.filter((label) => accepts?.includes(label) === false);
    if (unaccepted.length > 0) return `it does not accept content labelled ${unaccepted.join(", ")}`;
    const isMixed = taint.includes(SECRET_LABEL) && taint.some((label) => label !== SECRET_LABEL);
    return isOutside && isMixed ? "the task holds a secret and content from outside" : undefined;
  }

  async #refused(ctx: Context, reason: string): Promise<Outcome> {
    await ctx.step(`${NAME}:refused`, () => recordRefusal(ctx, NAME, { rule: "taint", reason }));
    return fail({ code: "taint_refused", message: `nothing was sent to the agent: ${reason}` });
  }

  #costOf(value: unknown) {
    const { costMicros } = this.#tool.rules;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the step's own result
    if (costMicros === 0 || "refused" in (value as Sent)) return undefined;
    return { inputTokens: 0, outputTokens: 0, costMicros };
  }
}
