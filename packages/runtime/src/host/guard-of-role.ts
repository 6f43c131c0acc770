import type { RoleDefinition } from "../actor/define.ts";
import { invalidConfig } from "../contracts/problem.ts";
import type { SystemManifest } from "../contracts/system.ts";
import { Guard } from "../guardrails/guard.ts";
import { ownRuleProblems } from "../guardrails/own-rules.ts";

/**
 * The guardrails that the deployment declares for a role; `undefined` = none. Throws `invalid_config` when the module does not bring a rule
 * that the deployment names: a role without it must not run.
 */
export function guardOf(
  { guardrails, graph, roles }: SystemManifest,
  role: string,
  { hidden, guardrailFunctions: functions }: Pick<RoleDefinition, "hidden" | "guardrailFunctions">,
): Guard | undefined {
  if (guardrails === undefined) return undefined;
  const problems = ownRuleProblems(guardrails.rules ?? [], functions ?? new Map());
  if (problems.length > 0) throw invalidConfig(`guardrails of ${role}`, problems);
  const targets = new Set<string>(Object.hasOwn(graph, role) ? graph[role] : []);
  return new Guard({ role, targets, system: guardrails, own: roles[role]?.guardrails, hidden, functions });
}
