/** Guardrails as an author writes them in TypeScript: rules of the system's own may be functions, which stay in the module. */
import type { Guardrails, OwnRule } from "../contracts/guardrail.ts";
import type { Problem } from "../contracts/problem.ts";
import type { SystemManifest } from "../contracts/system.ts";
import { type FindOwn, ownRuleProblems } from "../guardrails/own-rules.ts";

/** A rule by a pattern, or by a function that says which ranges of a text it means: pure, quick, and the same in every run. */
export interface OwnRuleOption extends OwnRule {
  readonly find?: FindOwn | undefined;
}

export interface GuardrailsOption extends Omit<Guardrails, "rules"> {
  readonly rules?: readonly OwnRuleOption[] | undefined;
}

const isData = ([name, value]: [string, unknown]): boolean => name !== "find" && value !== undefined;

/** The guardrails as the manifest has them. */
export function guardrailsInput(option: GuardrailsOption | undefined): unknown {
  if (option?.rules === undefined) return option;
  return { ...option, rules: option.rules.map((rule) => Object.fromEntries(Object.entries(rule).filter(isData))) };
}

/** The rules that are functions, by name; `undefined` when there are none. */
export function guardrailFunctions(option: GuardrailsOption | undefined): ReadonlyMap<string, FindOwn> | undefined {
  const found = (option?.rules ?? []).flatMap(({ name, find }) => (find === undefined ? [] : [[name, find] as const]));
  return found.length === 0 ? undefined : new Map(found);
}

/** What is wrong with guardrails in their system. */
export function guardrailProblems(
  option: GuardrailsOption | undefined,
  { graph, guardrails, roles }: SystemManifest,
): readonly Problem[] {
  const edges = (guardrails?.edges ?? []).flatMap(({ from, to }, index): readonly Problem[] => {
    const targets: readonly string[] = Object.hasOwn(graph, from) ? (graph[from] ?? []) : [];
    if (targets.includes(to)) return [];
    const reason = `the graph has no edge from ${from} to ${to}`;
    return [{ path: `guardrails.edges[${index}]`, value: { from, to }, reason }];
  });
  const alone = Object.entries(roles).flatMap(([name, { guardrails: own }]): readonly Problem[] =>
    own === undefined || guardrails !== undefined
      ? []
      : [
          {
            path: `roles.${name}.guardrails`,
            value: own,
            reason: "the system has no `guardrails`; `guardrails: {}` is enough",
          },
        ],
  );
  return [...edges, ...alone, ...ownRuleProblems(guardrails?.rules ?? [], guardrailFunctions(option) ?? new Map())];
}
