/** Escalation rules as an author writes them in TypeScript: conditions may be functions, which stay in the module. */
import { FUNCTION_CONDITION, type RuleChange } from "../contracts/escalation-rules.ts";
import type { Problem } from "../contracts/problem.ts";
import type { RuleFunction } from "../rules/compile-rules.ts";

/** A rule, or what is to be changed of a built-in one. */
export interface RuleOption extends Omit<RuleChange, "when"> {
  /** An expression such as `confidence < 0.7`, or a function of the facts: deterministic but for these, quick, without effects. */
  readonly when?: string | RuleFunction | undefined;
}

/** Rules by name; `false` switches a built-in one off. */
export type RulesOption = Readonly<Record<string, RuleOption | false>>;

/** The rules as the manifest has them: of a condition that is a function, only that it is one. */
export function rulesInput(rules: RulesOption): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [
      name,
      rule !== false && typeof rule.when === "function" ? { ...rule, when: FUNCTION_CONDITION } : rule,
    ]),
  );
}

/** The conditions that are functions, by the rule's name; `undefined` when there are none. */
export function functionsOf(rules: RulesOption | undefined): Readonly<Record<string, RuleFunction>> | undefined {
  const found = Object.entries(rules ?? {}).flatMap(([name, rule]) =>
    rule !== false && typeof rule.when === "function" ? [[name, rule.when] as const] : [],
  );
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/** A condition that only says that it is a function, as the manifest does: there is none. */
export function namedFunctions(rules: RulesOption | undefined): readonly Problem[] {
  return Object.entries(rules ?? {}).flatMap(([name, rule]) =>
    rule !== false && rule.when === FUNCTION_CONDITION
      ? [
          {
            path: `escalationRules.${name}.when`,
            value: rule.when,
            reason: "give the function itself, or an expression",
          },
        ]
      : [],
  );
}
