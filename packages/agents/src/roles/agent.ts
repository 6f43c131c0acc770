import type {
  Json,
  ModelSpec,
  Problem,
  RoleDefinition,
  RoleInstance,
  RoleSettings,
  SystemManifest,
  ToolPermission,
} from "@troupe/runtime";
import { edgesOf, settingsOf } from "@troupe/runtime/internal";
import { type ZodType, z } from "zod";
import { systemToolPorts, type ToolPorts } from "../tools/gate/tool-ports.ts";
import { DEFAULT_GRANTS } from "../tools/tool-rules.ts";
import { rolesAskedBy, type ToolSource, toolManifests } from "../tools/tool-set.ts";
import { createAgentInstance } from "./agent-instance.ts";
import { type OpenModel, systemModels } from "./agent-ports.ts";
import { checkAgent } from "./check-agent.ts";
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
export const MAX_ITERATIONS = 5;

function resolveAgentOptions(options: AgentOptions<string, string>): AgentSpec {
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

/**
 * A role that a model plays. Model calls and tool calls are recorded steps: what is recorded is never done again; a model call that a
 * crash cut off is made again. A model that gives no answer fails the hop with `model_unavailable` or `model_refused`, an answer that does not parse escalates it.
 */
export function agent<const Route extends string = never, const To extends string = never>(
  options: AgentOptions<Route, To>,
): RoleDefinition<Route | To> {
  return agentWith(options, systemModels());
}

/** Same as {@link agent}, on other models than those of the node's environment. */
export function agentWith<const Route extends string = never, const To extends string = never>(
  options: AgentOptions<Route, To>,
  openModel: OpenModel,
  toolPorts: ToolPorts = systemToolPorts,
): RoleDefinition<Route | To> {
  return roleOf<Route | To>(options, resolveAgentOptions(options), { openModel, toolPorts });
}

/** What an agent reaches the world through. */
interface AgentPorts {
  readonly openModel: OpenModel;
  readonly toolPorts: ToolPorts;
}

function roleOf<Targets extends string>(
  settings: RoleSettings,
  spec: AgentSpec,
  ports: AgentPorts,
  manifest?: SystemManifest,
): RoleDefinition<Targets> {
  const { openModel, toolPorts } = ports;
  const models: Readonly<Record<string, ModelSpec>> | undefined = manifest?.models;
  const choices = spec.route.map((name) => ({ name, description: describe(manifest, name) }));
  const instancePorts = {
    choices,
    toolPorts,
    openModel: (alias: string) => openModel(alias, models),
    edgesOfRole: (role: string) => (manifest === undefined ? undefined : edgesOf(manifest, role)),
  };
  return {
    kind: "agent",
    settings: settingsOf(settings),
    about: aboutOf(spec),
    hidden: [spec.instructions],
    // They are checked against the graph, as the targets are.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    calls: rolesAskedBy(spec.tools) as readonly Targets[],
    tools: toolManifests(spec.tools),
    check: (system, name): readonly Problem[] => checkAgent(spec, system, name),
    bind: (system) => roleOf<Targets>(settings, spec, ports, system),
    // The instance addresses only what the model chose, and that has been checked against `spec.route`: these targets.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    create: () => createAgentInstance(spec, instancePorts) as RoleInstance<Targets>,
  };
}

function describe(manifest: SystemManifest | undefined, role: string): string | undefined {
  return manifest !== undefined && Object.hasOwn(manifest.roles, role) ? manifest.roles[role]?.description : undefined;
}

/** What the manifest shows of an agent, for people and for the difference between two versions. */
function aboutOf(spec: AgentSpec): Readonly<Record<string, Json>> {
  const { model, instructions, maxIterations, temperature, maxOutputTokens, to, context, whenDown, whenSpent } = spec;
  const about: Record<string, Json | undefined> = {
    model,
    instructions,
    temperature,
    maxOutputTokens,
    maxIterations,
    to,
    context: { turns: context.turns, summarise: context.summarise },
    whenDown:
      typeof whenDown === "string"
        ? whenDown
        : { answer: whenDown.answer, ...(whenDown.to === undefined ? {} : { to: whenDown.to }) },
    whenSpent,
    route: spec.route.length > 0 ? spec.route : undefined,
    tools: spec.tools.length > 0 ? spec.tools.map((tool) => tool.name) : undefined,
    grants: spec.tools.length > 0 ? spec.grants : undefined,
    output: spec.output === undefined ? undefined : jsonSchemaOf(spec.output),
  };
  const given = Object.entries(about).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

function jsonSchemaOf(schema: ZodType): Json {
  const parsed = z.json().safeParse(z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }));
  return parsed.success ? parsed.data : null;
}
