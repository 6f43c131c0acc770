/** Guardrails as an author writes them in TypeScript: rules of the system's own may be functions, which stay in the module. */
import {
  type Classifier,
  GUARDRAIL_PLACES,
  type Guardrails,
  type OwnRule,
  type RoleGuardrails,
} from "../contracts/guardrail.ts";
import type { Problem } from "../contracts/problem.ts";
import type { SystemManifest } from "../contracts/system.ts";
import { isSealedRole } from "../encryption/coverage.ts";
import type { Classify } from "../guardrails/classifier.ts";
import { type FindOwn, ownRuleProblems } from "../guardrails/own-rules.ts";

/** A rule by a pattern, or by a function that says which ranges of a text it means: pure, quick, and the same in every run. */
export interface OwnRuleOption extends OwnRule {
  readonly find?: FindOwn | undefined;
}

/** The second stage with what asks its model, which stays in the module: `modelClassifier` of `@troupe/agents` makes one. */
export interface ClassifierOption {
  readonly model: string;
  readonly asks?: Classifier["asks"] | undefined;
  readonly onFailure?: Classifier["onFailure"] | undefined;
  readonly minScore?: number | undefined;
  /** How the model is asked in this system. */
  open(manifest: SystemManifest): Classify;
  /** What is wrong with it in this system; paths are relative to the option. */
  check(manifest: SystemManifest): readonly Problem[];
}

export interface GuardrailsOption extends Omit<Guardrails, "rules" | "classifier"> {
  readonly rules?: readonly OwnRuleOption[] | undefined;
  readonly classifier?: ClassifierOption | undefined;
}

const isData = ([, value]: [string, unknown]): boolean => typeof value !== "function" && value !== undefined;
const dataOf = (option: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(option).filter(isData));

/** The guardrails as the manifest has them. */
export function guardrailsInput(option: GuardrailsOption | undefined): unknown {
  if (option === undefined) return undefined;
  const { rules, classifier, ...plain } = option;
  return {
    ...plain,
    ...(rules === undefined ? {} : { rules: rules.map(dataOf) }),
    ...(classifier === undefined ? {} : { classifier: dataOf(classifier) }),
  };
}

/** The rules that are functions, by name; `undefined` when there are none. */
export function guardrailFunctions(option: GuardrailsOption | undefined): ReadonlyMap<string, FindOwn> | undefined {
  const found = (option?.rules ?? []).flatMap(({ name, find }) => (find === undefined ? [] : [[name, find] as const]));
  return found.length === 0 ? undefined : new Map(found);
}

/** What is wrong with guardrails in their system. */
export function guardrailProblems(option: GuardrailsOption | undefined, manifest: SystemManifest): readonly Problem[] {
  const { graph, guardrails, roles } = manifest;
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
  const rules = ownRuleProblems(guardrails?.rules ?? [], guardrailFunctions(option) ?? new Map());
  const model = (option?.classifier?.check(manifest) ?? []).map((problem) => ({
    ...problem,
    path: `guardrails.classifier.${problem.path}`,
  }));
  return [...edges, ...alone, ...rules, ...model, ...classifierProblems(manifest), ...reversibleProblems(manifest)];
}

/** What is given back stands in the role's journal, so this has to be encrypted; so are the values on their way. */
function reversibleProblems(manifest: SystemManifest): readonly Problem[] {
  const { guardrails, roles, encryption } = manifest;
  return (guardrails?.reversible?.roles ?? []).flatMap((role, index): readonly Problem[] => {
    const found = { path: `guardrails.reversible.roles[${index}]`, value: role };
    if (!Object.hasOwn(roles, role)) return [{ ...found, reason: "no role has this name" }];
    if (isSealedRole(manifest, role)) return [];
    const add = encryption === undefined ? `encryption: { roles: [${role}] }` : `${role} under encryption.roles`;
    return [{ ...found, reason: `what it is given back would be stored unencrypted; add ${add}` }];
  });
}

/** Actions for a second stage that there is not, or that is not asked there. */
function classifierProblems({ guardrails, roles }: SystemManifest): readonly Problem[] {
  const layers: readonly (readonly [string, RoleGuardrails | undefined])[] = [
    ["guardrails", guardrails],
    ...(guardrails?.edges ?? []).map((edge, index) => [`guardrails.edges[${index}]`, edge] as const),
    ...Object.entries(roles).map(([name, role]) => [`roles.${name}.guardrails`, role.guardrails] as const),
  ];
  return layers.flatMap(([path, layer]) =>
    GUARDRAIL_PLACES.flatMap((place) =>
      Object.entries(layer?.[place] ?? {}).flatMap(([rule, action]): readonly Problem[] => {
        if (rule.split(".", 1)[0] !== "classifier" || action === "off") return [];
        const found = { path: `${path}.${place}.${rule}`, value: action };
        if (place === "toolArguments") return [{ ...found, reason: "no model is asked about what tools are given" }];
        const reason = "the system has no `guardrails.classifier`, which says what model is asked";
        return guardrails?.classifier === undefined ? [{ ...found, reason }] : [];
      }),
    ),
  );
}
