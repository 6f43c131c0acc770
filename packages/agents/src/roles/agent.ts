import type {
  Json,
  ModelSpec,
  Problem,
  RoleDefinition,
  RoleInstance,
  RoleSettings,
  SystemManifest,
} from "@troupe/runtime";
import { edgesOf, settingsOf } from "@troupe/runtime/internal";
import { type ZodType, z } from "zod";
import { systemToolPorts, type ToolPorts } from "../tools/gate/tool-ports.ts";
import { rolesAskedBy, toolManifests } from "../tools/tool-set.ts";
import { createAgentInstance } from "./agent-instance.ts";
import { type AgentOptions, type AgentSpec, resolveAgentOptions } from "./agent-options.ts";
import { type OpenModel, systemModels } from "./agent-ports.ts";
import { checkAgent } from "./check-agent.ts";

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
