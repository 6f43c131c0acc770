import type { RoleDefinition } from "@troupe/runtime";
import { agentWith } from "../roles/agent.ts";
import type { AgentOptions } from "../roles/agent-options.ts";
import { type OpenModel, systemModels } from "../roles/agent-ports.ts";

/** Who comes after a stage: the next one of the list, after the last one `To`. */
export type After<Stages extends readonly string[], Stage extends string, To extends string> = Stages extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? Stage extends First
    ? Rest extends readonly [infer Next extends string, ...string[]]
      ? Next
      : To
    : After<Rest, Stage, To>
  : never;

/** One stage: an agent whose place in the line says where its answer goes. */
export type StageOptions = Omit<AgentOptions<never, never>, "route" | "to" | "decidesOnly">;

/**
 * Pipeline: agents in a line; each adds its contribution and hands on to the next, the last one to `to`. Returns the roles of all stages, to
 * be spread into `roles`. Bound: one hop a stage. There is no coordinator and nothing waits: each hop commits with its message onward, and
 * a crash repeats at most the model call that was under way.
 */
export function pipeline<const Stages extends readonly [string, ...string[]], const To extends string>(
  stages: Stages,
  to: To,
  options: { readonly [Stage in Stages[number]]: StageOptions },
  openModel: OpenModel = systemModels(),
): { readonly [Stage in Stages[number]]: RoleDefinition<After<Stages, Stage, To>> } {
  const roles = stages.map((stage: Stages[number], index) => {
    const next = stages[index + 1] ?? to;
    return [stage, agentWith<never, string>({ ...options[stage], to: next }, openModel)] as const;
  });
  // Each stage addresses the one after it, which is what the type says.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(roles) as { [Stage in Stages[number]]: RoleDefinition<After<Stages, Stage, To>> };
}
