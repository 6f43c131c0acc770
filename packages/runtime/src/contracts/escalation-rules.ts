/**
 * Escalation rules (ADR 0030): conditions that the runtime looks at in every hop, whatever its role does, and what happens when one holds.
 * What stands here is data; what conditions mean is in `rules/`.
 */
import { z } from "zod";

/** How bad it is: the level of the log line, and what people sort by. */
export const RULE_SEVERITIES = ["info", "warning", "error", "critical"] as const;
export type RuleSeverity = (typeof RULE_SEVERITIES)[number];

/**
 * What happens. `retry`: the handler runs again, up to `retries` (3) times in this hop, then `human`. `human`: a person decides whether the
 * outcome goes on; where the role has no edge to `human`, the escalation role gets the task. `fallback`: the handler runs with the fallback
 * models. `abort`: the task fails with `aborted_by_rule`.
 */
export const RULE_HANDLERS = ["retry", "human", "fallback", "abort"] as const;
export type RuleHandler = (typeof RULE_HANDLERS)[number];

/** Stands for a condition that is a function of the system's module. */
export const FUNCTION_CONDITION = "<function>";

export const EscalationRule = z.strictObject({
  /** An expression over the facts of a hop, such as `confidence < 0.7` or `costUsd > 10 and role == "writer"`. */
  when: z.string().min(1).max(1_000),
  handler: z.enum(RULE_HANDLERS),
  /** Default `warning`. */
  severity: z.enum(RULE_SEVERITIES).optional(),
  /** What people are told; `{confidence}` stands for a fact. Default: the rule's name and condition. */
  message: z.string().min(1).max(500).optional(),
  /** A person who let it pass once has let it pass for the rest of the task's way. For facts that only grow, such as a cost. */
  oncePerTask: z.boolean().optional(),
  /** Of the handler `retry`. Default 3. */
  retries: z.int().min(1).max(10).optional(),
});
export type EscalationRule = z.infer<typeof EscalationRule>;

export const RuleName = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/, "a lower-case letter, then letters, digits or _");

/** A rule of which something may be missing: a change of a built-in one. */
const RuleChange = EscalationRule.partial();
export type RuleChange = z.infer<typeof RuleChange>;

/** Rules by name. The names of the built-in ones change those, `false` switches one off; a new one needs `when` and `handler`. */
export const EscalationRules = z
  .record(RuleName, z.union([z.literal(false), RuleChange]))
  .refine((rules) => Object.keys(rules).length <= 50, "at most 50 rules");
export type EscalationRules = z.infer<typeof EscalationRules>;

/** One firing, as the journal of its hop keeps it: what a replay goes by, whatever the facts are by then. */
export const RuleFiring = z.strictObject({
  rule: RuleName,
  handler: z.enum(RULE_HANDLERS),
  severity: z.enum(RULE_SEVERITIES),
  message: z.string().max(1_000),
  /** The facts of the moment, long texts cut, secrets masked. */
  context: z.record(z.string(), z.json()),
});
export type RuleFiring = z.infer<typeof RuleFiring>;
