import type { RoleSettings, ToolPermission } from "@troupe/runtime";
import type { ZodType } from "zod";
import { DEFAULT_GRANTS } from "../tools/tool-rules.ts";
import type { ToolSource } from "../tools/tool-set.ts";
import { MAX_TURNS } from "./conversation.ts";
import type { WhenDown } from "./model-step.ts";
import type { ContextPolicy } from "./prompt-context.ts";

/** An agent as an author writes it: prompt, model, what its answer must look like, and whom it hands on to. */
export interface AgentOptions<Route extends string, To extends string> extends RoleSettings {
  /** A model alias: one of the system's `models`, or a built-in one (`fast`, `standard`, `advanced`). */
  readonly model: string;
  /** The system message. Never cut. */
  readonly instructions: string;
  /** Roles (and `client`) that the model chooses from, with its reason. Each must be an edge of the graph. */
  readonly route?: readonly Route[] | undefined;
  /** Where the answer always goes, when there is nothing to choose. Without `route` and `to` the role can only be called. */
  readonly to?: To | undefined;
  /** The role only decides who is next and contributes nothing (a router). Default false. */
  readonly decidesOnly?: boolean | undefined;
  /** What the contribution must look like. Absent = text. An answer that does not match goes to escalation. */
  readonly output?: ZodType | undefined;
  /** What its model may call: functions, other roles, NATS services, code, and MCP servers. */
  readonly tools?: readonly ToolSource[] | undefined;
  /** What the tools may do. Default READ alone: a tool that needs more is refused until it is granted. */
  readonly grants?: readonly ToolPermission[] | undefined;
  /** 0 to 2. Absent = the model's own. */
  readonly temperature?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** Model calls for one message, tool turns included. Default 5. A model that still wants tools then is escalated. */
  readonly maxIterations?: number | undefined;
  /** What goes into a prompt besides the instructions and the task, which always do. */
  readonly context?:
    | {
        /** Newest turns of the task. Default 10; fewer where the window is small. */
        readonly turns?: number | undefined;
        /** Whether turns that are left out are summarised, by one more model call. Default false. */
        readonly summarise?: boolean | undefined;
      }
    | undefined;
  /** What happens while no model answers. Default `fail`. */
  readonly whenDown?: WhenDown<NoInfer<Route | To>> | undefined;
  /**
   * Whether the answer to the same question (model, messages, tools, parameters; of this role and tenant) is taken from the cache for an
   * hour, with tool calls for half an hour. Default: only at temperature 0.
   */
  readonly cache?: boolean | undefined;
  /** What happens when a budget has no room and waiting does not help. Default `fail`, with `budget_exceeded`. */
  readonly whenSpent?: "fail" | "escalate" | undefined;
}

/** The same, complete. */
export interface AgentSpec {
  readonly model: string;
  readonly instructions: string;
  readonly route: readonly string[];
  readonly to: string | undefined;
  readonly decidesOnly: boolean;
  readonly output: ZodType | undefined;
  readonly tools: readonly ToolSource[];
  readonly grants: readonly ToolPermission[];
  readonly temperature: number | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly maxIterations: number;
  readonly context: ContextPolicy;
  readonly whenDown: WhenDown;
  readonly whenSpent: "fail" | "escalate";
  readonly cache: boolean;
}

/** Default of `maxIterations`. */
const MAX_ITERATIONS = 5;

/** With the defaults in place. */
export function resolveAgentOptions(options: AgentOptions<string, string>): AgentSpec {
  const { model, instructions, to, output, temperature, maxOutputTokens } = options;
  const {
    route = [],
    decidesOnly = false,
    tools = [],
    grants = DEFAULT_GRANTS,
    maxIterations = MAX_ITERATIONS,
    whenDown = "fail",
    whenSpent = "fail",
  } = options;
  const { turns = MAX_TURNS, summarise = false } = options.context ?? {};
  return {
    model,
    instructions,
    route,
    to,
    decidesOnly,
    output,
    tools,
    grants,
    temperature,
    maxOutputTokens,
    maxIterations,
    context: { turns, summarise },
    whenDown,
    whenSpent,
    cache: options.cache ?? temperature === 0,
  };
}
