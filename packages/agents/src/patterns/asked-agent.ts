import type { RoleDefinition } from "@troupe/runtime";
import type { ZodType } from "zod";
import { agentWith } from "../roles/agent.ts";
import type { AgentOptions } from "../roles/agent-options.ts";
import type { OpenModel } from "../roles/agent-ports.ts";

/** An agent that a coordinator asks: where its answer goes and what it looks like is the pattern's business. */
export type AskedAgentOptions = Omit<AgentOptions<never, never>, "route" | "to" | "decidesOnly" | "output">;

/** An agent that can only be called, and answers in the form that a pattern needs; what does not fit escalates. */
export function askedAgent(options: AskedAgentOptions, output: ZodType, openModel: OpenModel): RoleDefinition<never> {
  const complete: AgentOptions<never, never> = { ...options, output };
  return agentWith(complete, openModel);
}
