import type { Approvals } from "../contracts/approval.ts";
import type { Budgets } from "../contracts/budget.ts";
import type { DeadLetterPolicy } from "../contracts/dead-letter.ts";
import { formatPath, invalidConfig, type Problem, problemsOf } from "../contracts/problem.ts";
import type { SlosInput } from "../contracts/slo.ts";
import type { Supervision } from "../contracts/supervision.ts";
import { type Limits, type ModelSpec, type RoleManifest, SystemManifest } from "../contracts/system.ts";
import { checkReadableGraph, compile } from "../graph/compile.ts";
import type { RoleDefinition } from "./define.ts";
import { type GuardrailsOption, guardrailFunctions, guardrailProblems, guardrailsInput } from "./guardrails-option.ts";
import { functionsOf, namedFunctions, type RulesOption, rulesInput } from "./rules-option.ts";
import type { SystemDefinition } from "./system-definition.ts";

/** Edges by sender, as an author writes them. */
export type GraphShape = Readonly<Record<string, readonly string[]>>;

/** All roles of a graph: its nodes without `client` and `human`. */
export type RolesOf<G extends GraphShape> = Exclude<
  Extract<keyof G, string> | G[Extract<keyof G, string>][number],
  "client" | "human"
>;

/** Whom a role may address in a graph. */
export type EdgesOf<G extends GraphShape, Role extends string> = Role extends keyof G ? G[Role][number] : never;

/** A system as an author writes it in TypeScript. */
export interface SystemOptions<G extends GraphShape> {
  /** The name of the system file; not the prefix on the wire. */
  readonly name: string;
  readonly description?: string;
  /** `client` and `human` are nodes: edges from `client` are the doors, edges into `client` say who may answer. */
  readonly graph: G;
  readonly roles: { readonly [Role in RolesOf<G>]: RoleDefinition<EdgesOf<G, Role>> };
  /** Where failures and `escalate` go, as an `EscalationBody`. Default: a role named `escalation`, if there is one. */
  readonly escalation?: RolesOf<G>;
  readonly limits?: Partial<Limits>;
  /** How hosts restart actors that fail. */
  readonly supervision?: Supervision;
  /**
   * Conditions that the runtime looks at in every hop, and what happens when one holds: changes of the built-in ones by their names
   * (`false` = off), and your own.
   */
  readonly escalationRules?: RulesOption;
  /** What is looked for in messages, answers and calls of tools, and what is done about it. `{}` = the standard guardrails. */
  readonly guardrails?: GuardrailsOption;
  readonly models?: Readonly<Record<string, ModelSpec>>;
  /** What model calls may spend. */
  readonly budgets?: Budgets;
  /** Roles whose stored bodies are encrypted. */
  readonly encryption?: { readonly roles: "all" | readonly RolesOf<G>[] };
  /** What becomes of a task with a dead letter that no escalation role takes. Default `end`: it fails; `park`: it waits at the desk. */
  readonly deadLetters?: DeadLetterPolicy;
  /** What holds for approvals where a tool, an edge or a handler says nothing. */
  readonly approvals?: Approvals;
  /** Service level objectives; what is absent has its defaults, `false` switches one off. */
  readonly slos?: SlosInput;
  /** Labels of content by where it comes from. */
  readonly taint?: { readonly client?: readonly string[] };
}

/** The same, where names are not known to the compiler: what a loader of configuration files has in hand. */
export interface LooseSystemOptions {
  readonly name: string;
  readonly description?: string | undefined;
  readonly graph: GraphShape;
  readonly roles: Readonly<Record<string, RoleDefinition>>;
  readonly escalation?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly supervision?: Supervision | undefined;
  readonly escalationRules?: RulesOption | undefined;
  readonly guardrails?: GuardrailsOption | undefined;
  readonly models?: Readonly<Record<string, ModelSpec>> | undefined;
  readonly budgets?: Budgets | undefined;
  readonly encryption?: { readonly roles: "all" | readonly string[] } | undefined;
  readonly deadLetters?: DeadLetterPolicy | undefined;
  readonly approvals?: Approvals | undefined;
  readonly slos?: SlosInput | undefined;
  readonly taint?: { readonly client?: readonly string[] | undefined } | undefined;
}

/**
 * Puts a system together; the default export of a system module. A role that addresses what is no edge is a compile error. Throws
 * `invalid_config` with every other problem at once: path, value, reason.
 */
export function defineSystem<const G extends GraphShape>(options: SystemOptions<G>): SystemDefinition;
export function defineSystem(options: LooseSystemOptions): SystemDefinition {
  const assembled = assembleSystem(options);
  if (assembled.ok) return assembled.definition;
  throw invalidConfig(`system ${options.name}`, assembled.problems);
}

/** A system, or everything that is wrong with it. */
export type Assembled =
  | { readonly ok: true; readonly definition: SystemDefinition }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Same as {@link defineSystem}, with problems as a value. */
export function assembleSystem(options: LooseSystemOptions): Assembled {
  const input = manifestInput(options);
  const parsed = SystemManifest.safeParse(input);
  if (!parsed.success) {
    return { ok: false, problems: [...problemsOf(parsed.error, input), ...checkReadableGraph(input)] };
  }
  const compiled = compile(parsed.data);
  const problems = [
    ...(compiled.ok ? [] : compiled.problems),
    ...roleProblems(options, parsed.data),
    ...namedFunctions(options.escalationRules),
    ...guardrailProblems(options.guardrails, parsed.data),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const ruleFunctions = functionsOf(options.escalationRules);
  const ownGuards = guardrailFunctions(options.guardrails);
  const classify = options.guardrails?.classifier?.open(parsed.data);
  const roles = Object.entries(options.roles).map(([name, role]) => {
    const bound = role.bind?.(parsed.data) ?? role;
    const ruled = ruleFunctions === undefined ? bound : { ...bound, ruleFunctions };
    const guarded = ownGuards === undefined ? ruled : { ...ruled, guardrailFunctions: ownGuards };
    return [name, classify === undefined ? guarded : { ...guarded, classify }] as const;
  });
  return { ok: true, definition: { manifest: parsed.data, roles: Object.fromEntries(roles) } };
}

/** What a manifest takes from the options as it is. */
const AS_WRITTEN = [
  "name",
  "description",
  "graph",
  "escalation",
  "limits",
  "supervision",
  "models",
  "budgets",
  "encryption",
  "deadLetters",
  "approvals",
  "slos",
  "taint",
] as const satisfies readonly (keyof LooseSystemOptions)[];

function manifestInput(options: LooseSystemOptions): Readonly<Record<string, unknown>> {
  const roles = Object.entries(options.roles).map(([name, role]) => [name, roleInput(role)] as const);
  return {
    ...Object.fromEntries(AS_WRITTEN.map((name) => [name, options[name]])),
    ...(options.escalationRules === undefined ? {} : { escalationRules: rulesInput(options.escalationRules) }),
    roles: Object.fromEntries(roles),
    guardrails: guardrailsInput(options.guardrails),
  };
}

function roleInput({
  kind,
  settings,
  calls = [],
  tools = [],
  takesFiles,
  about,
}: RoleDefinition): Partial<Record<keyof RoleManifest, unknown>> {
  return {
    kind,
    ...settings,
    about,
    ...(calls.length > 0 ? { calls } : {}),
    ...(tools.length > 0 ? { tools } : {}),
    ...(takesFiles === true ? { takesFiles } : {}),
  };
}

function roleProblems(options: LooseSystemOptions, manifest: SystemManifest): readonly Problem[] {
  return Object.entries(options.roles).flatMap(([name, role]) =>
    (role.check?.(manifest, name) ?? []).map((found) => ({
      ...found,
      path: [formatPath(["roles", name]), found.path].filter((part) => part !== "").join("."),
    })),
  );
}
