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
import { isEndOfHop, settingsOf } from "@troupe/runtime/internal";
import { z } from "zod";
import { NodeValue } from "../config/node-value.ts";
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
import { readConversation } from "../roles/conversation.ts";
import { systemToolPorts, type ToolPorts } from "../tools/gate/tool-ports.ts";
import type { Tool } from "../tools/tool.ts";
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
  ...OutsideFields.shape,
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
    settings: settingsOf({ ...options, timeoutMs: tool.rules.timeoutMs + OUTSIDE_MARGIN_MS }),
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

function toolOf(options: A2aRoleOptions<string>): Tool {
  const { card } = Fields.pick({ card: true }).parse({ card: options.card });
  return outsideTool({ kind: "function", name: NAME, target: card }, options);
}

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
    const refused = await refusedOutside(ctx, this.#tool);
    if (refused !== undefined) return refused;
    const hasSession = ctx.task.session !== undefined;
    const remembered = hasSession ? await ctx.state.get<string>() : undefined;
    let said = { content: saidOutside(conversation), contextId: remembered ?? "", taskId: "" };
    for (let questions = 0; questions <= MOST_QUESTIONS; questions++) {
      const sent = await this.#send(ctx, said);
      if ("unsaid" in sent) return sent.unsaid;
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

  #send(ctx: Context, said: Omit<Said, "messageId">): Promise<RemoteTask | Unsaid> {
    return sayOutside(ctx, {
      tool: this.#tool,
      ports: this.#ports,
      name: `${NAME}:send`,
      send: ({ idempotencyKey, signal }) => this.#agent.send({ ...said, messageId: idempotencyKey }, signal),
    });
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
      { stuckAfter: { firstMs: timeoutMs + OUTSIDE_MARGIN_MS } },
    );
  }

  async #giveUp(ctx: Context, taskId: string): Promise<void> {
    const problem = await this.#agent.cancel(taskId);
    if (problem !== undefined) ctx.log.warn({ remote: taskId, problem }, "the agent did not cancel its task");
  }

  #outcome(ctx: Context, conversation: ReturnType<typeof readConversation>, task: RemoteTask): Outcome {
    if (task.state === "completed") return handOn(this.#to, ctx, conversation, cutOutside(this.#tool, task.content));
    const why = task.state === "auth_required" ? "needs to be signed in to in a way that is not possible" : task.state;
    const message = `the agent's task ended: ${why}${task.says === "" ? "" : `: ${task.says}`}`;
    return fail({ code: "tool_failed", message, details: { remote_task: task.taskId, state: task.state } });
  }
}
