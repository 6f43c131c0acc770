/** From a system's rules as data to what hops ask: the built-in rules with what the system says of them, conditions parsed. Pure. */
import {
  type EscalationRules,
  FUNCTION_CONDITION,
  type RuleChange,
  type RuleHandler,
  type RuleSeverity,
} from "../contracts/escalation-rules.ts";
import type { Problem } from "../contracts/problem.ts";
import { TroupeError } from "../errors.ts";
import { type Facts, parseCondition } from "./condition.ts";
import { DEFAULT_RULES } from "./default-rules.ts";
import { namesIn } from "./message-template.ts";
import { FACT_NAMES, FACTS_OF_OUTCOME, type HopFacts } from "./rule-facts.ts";
import { ConditionError } from "./tokens.ts";

/** A condition that is a function: deterministic but for its facts, quick, and without effects. One that throws fails the hop. */
export type RuleFunction = (facts: HopFacts) => boolean;

/** A rule, ready to be asked. */
export interface CompiledRule {
  readonly name: string;
  readonly handler: RuleHandler;
  readonly severity: RuleSeverity;
  readonly message: string;
  readonly oncePerTask: boolean;
  readonly retries: number;
  readonly holds: (facts: Facts) => boolean;
}

/** The rules of a system. */
export interface CompiledRules {
  /** Asked before a handler runs. */
  readonly before: readonly CompiledRule[];
  /** Asked when it has ended, before anything of it leaves the hop; the most drastic first. */
  readonly after: readonly CompiledRule[];
}

const KNOWN: ReadonlySet<string> = FACT_NAMES;
const ORDER: Readonly<Record<RuleHandler, number>> = { abort: 0, retry: 1, fallback: 2, human: 3 };
const RETRIES = 3;

/** The rules that hold: built-in ones, changed or switched off by their names, and the system's own. */
export function rulesInForce(given: EscalationRules = {}): ReadonlyMap<string, RuleChange> {
  const names = new Set([...Object.keys(DEFAULT_RULES), ...Object.keys(given)]);
  return new Map(
    [...names].flatMap((name) => {
      const own = Object.hasOwn(given, name) ? given[name] : {};
      if (own === false) return [];
      return [[name, { ...(Object.hasOwn(DEFAULT_RULES, name) ? DEFAULT_RULES[name] : {}), ...own }] as const];
    }),
  );
}

/** Everything that is wrong with the rules of a system; paths are of the manifest. */
export function ruleProblems(given: EscalationRules | undefined): readonly Problem[] {
  return [...rulesInForce(given)].flatMap(([name, rule]) => problemsOfRule(`escalationRules.${name}`, rule));
}

function problemsOfRule(path: string, { when, handler, message = "" }: RuleChange): readonly Problem[] {
  const found: Problem[] = [];
  if (handler === undefined) found.push({ path, value: undefined, reason: "a rule of one's own needs a handler" });
  if (when === undefined) found.push({ path, value: undefined, reason: "a rule of one's own needs `when`" });
  else if (when !== FUNCTION_CONDITION) {
    try {
      parseCondition(when, KNOWN);
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      found.push({ path: `${path}.when`, value: when, reason: error.message });
    }
  }
  for (const name of namesIn(message).filter((fact) => !KNOWN.has(fact))) {
    const reason = `there is no fact ${name}; facts are ${[...FACT_NAMES].join(", ")}`;
    found.push({ path: `${path}.message`, value: message, reason });
  }
  return found;
}

/**
 * The rules as hops ask them; `undefined` when there are none. `functions` = conditions that are functions, by the rule's name. Throws
 * `invalid_config` for rules that `ruleProblems` refuses, and for a function that is missing.
 */
export function compileRules(
  given: EscalationRules | undefined,
  functions: Readonly<Record<string, RuleFunction>> = {},
): CompiledRules | undefined {
  const [problem] = ruleProblems(given);
  if (problem !== undefined) throw new TroupeError("invalid_config", `${problem.path}: ${problem.reason}`);
  const before: CompiledRule[] = [];
  const after: CompiledRule[] = [];
  for (const [name, rule] of rulesInForce(given)) {
    const { facts, holds } = conditionOf(name, rule.when ?? "", functions);
    const { handler = "human", severity = "warning", oncePerTask = false, retries = RETRIES } = rule;
    const message = rule.message ?? `rule ${name}: ${rule.when}`;
    const isEarly =
      handler === "fallback" && facts !== undefined && [...facts].every((fact) => !FACTS_OF_OUTCOME.has(fact));
    (isEarly ? before : after).push({ name, handler, severity, message, oncePerTask, retries, holds });
  }
  if (before.length + after.length === 0) return undefined;
  return { before, after: after.toSorted((a, b) => ORDER[a.handler] - ORDER[b.handler]) };
}

interface AnyCondition {
  /** `undefined` = not known, as with a function. */
  readonly facts: ReadonlySet<string> | undefined;
  readonly holds: (facts: Facts) => boolean;
}

function conditionOf(name: string, when: string, functions: Readonly<Record<string, RuleFunction>>): AnyCondition {
  if (when !== FUNCTION_CONDITION) return parseCondition(when, KNOWN);
  const holds = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (holds === undefined)
    throw new TroupeError("invalid_config", `the system's module has no function for rule ${name}`);
  // Hops give rules all of `HopFacts`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { facts: undefined, holds: (facts) => holds(facts as unknown as HopFacts) };
}
