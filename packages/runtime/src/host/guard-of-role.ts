import type { RoleDefinition } from "../actor/define.ts";
import { invalidConfig, type Problem } from "../contracts/problem.ts";
import type { SystemManifest } from "../contracts/system.ts";
import { Guard } from "../guardrails/guard.ts";
import { ownRuleProblems } from "../guardrails/own-rules.ts";

/**
 * The guardrails that the deployment declares for a role; `undefined` = none. Throws `invalid_config` when the module does not bring a rule
 * or a classifier that the deployment names: a role without it must not run.
 */
export function guardOf(
  { guardrails, graph, roles }: SystemManifest,
  role: string,
  {
    hidden,
    guardrailFunctions: functions,
    classify,
  }: Pick<RoleDefinition, "hidden" | "guardrailFunctions" | "classify">,
): Guard | undefined {
  if (guardrails === undefined) return undefined;
  const { rules = [], classifier } = guardrails;
  const problems = [
    ...ownRuleProblems(rules, functions ?? new Map()),
    ...(classifier === undefined || classify !== undefined ? [] : [UNASKED]),
  ];
  if (problems.length > 0) throw invalidConfig(`guardrails of ${role}`, problems);
  const targets = new Set<string>(Object.hasOwn(graph, role) ? graph[role] : []);
  return new Guard({ role, targets, system: guardrails, own: roles[role]?.guardrails, hidden, functions, classify });
}

const UNASKED: Problem = {
  path: "guardrails.classifier",
  value: undefined,
  reason: "the system's module does not say how its model is asked",
};
