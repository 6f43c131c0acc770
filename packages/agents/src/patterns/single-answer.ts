import type { RoleDefinition } from "@troupe/runtime";
import { agentWith } from "../roles/agent.ts";
import type { AgentOptions } from "../roles/agent-options.ts";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";

/** An agent that answers with one model call. */
export type SingleAnswerOptions<To extends string> = Omit<
  AgentOptions<never, To>,
  "route" | "decidesOnly" | "tools" | "maxIterations"
>;

/**
 * Single answer: one model call, one answer, to `to` (absent = it can only be called). Bound: one call. A crash repeats the call only when
 * its answer was not recorded yet.
 */
export function singleAnswer<const To extends string = never>(
  options: SingleAnswerOptions<To>,
  openModel: OpenModel = systemModels(),
): RoleDefinition<To> {
  return agentWith<never, To>({ ...options, maxIterations: 1 }, openModel);
}
