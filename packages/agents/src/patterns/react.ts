import type { RoleDefinition } from "@troupe/runtime";
import { agentWith } from "../roles/agent.ts";
import type { AgentOptions } from "../roles/agent-options.ts";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";
import type { ToolSource } from "../tools/tool-set.ts";

/** An agent with tools. `maxIterations` is 5 where nothing else is said. */
export interface ReactOptions<Route extends string, To extends string> extends AgentOptions<Route, To> {
  readonly tools: readonly [ToolSource, ...ToolSource[]];
}

/**
 * ReAct: the model reasons, calls tools, reads their results, and again until it answers. Bound: `maxIterations` model calls (5), then it
 * escalates. Every model call and every tool call is a recorded step: a crash repeats at most the one that was under way, and of a tool
 * that is not idempotent not even that (the hop is parked with `effect_in_doubt`).
 */
export function react<const Route extends string = never, const To extends string = never>(
  options: ReactOptions<Route, To>,
  openModel: OpenModel = systemModels(),
): RoleDefinition<Route | To> {
  return agentWith(options, openModel);
}
