/** Guardrails as a system file declares them: what is looked for in messages, answers and calls of tools, and what is done about it. */
import { z } from "zod";

/**
 * What is looked for, by group. `own` are the system's own rules, `classifier` is what a model says of a text. A setting may name a group (`pii`) or one rule of it (`pii.phone`).
 */
export const GUARDRAIL_RULES = {
  pii: ["ssn", "card", "email", "phone", "ip", "iban"],
  secret: ["known", "named", "random"],
  injection: ["orders"],
  toxicity: ["threat", "self-harm", "hatred", "insult"],
  markup: ["active"],
  control: ["unseen", "terminal", "event-frame"],
  exfiltration: ["image", "link"],
  canary: ["prompt"],
  length: ["limit"],
  classifier: ["injection", "toxicity"],
} as const;

/** `off` does not look, `allow` reports, `redact` takes out what was found, `block` lets nothing through. */
export const GUARDRAIL_ACTIONS = ["off", "allow", "redact", "block"] as const;
export const GuardrailAction = z.enum(GUARDRAIL_ACTIONS);
export type GuardrailAction = z.infer<typeof GuardrailAction>;

/** The name of a rule of the system's own. */
const OwnName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "a lower-case letter, then up to 31 letters, digits or hyphens");

const known = new Set<string>([
  "own",
  ...Object.entries(GUARDRAIL_RULES).flatMap(([group, rules]) => [group, ...rules.map((rule) => `${group}.${rule}`)]),
]);
const isRule = (name: string): boolean =>
  known.has(name) || (name.startsWith("own.") && OwnName.safeParse(name.slice(4)).success);

const isOfClassifier = (name: string): boolean => name.split(".", 1)[0] === "classifier";

/** What is done, by group or rule; a rule's own setting goes before that of its group. */
export const GuardrailActions = z
  .record(
    z.string().refine(isRule, "a group of rules (pii) or a rule (pii.phone); docs/guardrails.md lists them"),
    GuardrailAction,
  )
  .superRefine((actions, at) => {
    for (const [name, action] of Object.entries(actions)) {
      if (!isOfClassifier(name) || action !== "redact") continue;
      at.addIssue({
        code: "custom",
        path: [name],
        message: "a classifier judges a text as a whole: off, allow or block",
      });
    }
  })
  .describe("off, allow (report only), redact or block, by group or rule.");
export type GuardrailActions = z.infer<typeof GuardrailActions>;

/** Where content passes. */
export const GUARDRAIL_PLACES = ["input", "output", "toolArguments", "toolResults"] as const;
export type GuardrailPlace = (typeof GUARDRAIL_PLACES)[number];

const places = {
  input: GuardrailActions.optional().describe("What comes with a message or an answer, before the handler sees it."),
  output: GuardrailActions.optional().describe("What a role commits, calls others with, and its live text."),
  toolArguments: GuardrailActions.optional().describe("What a model gives to its tools."),
  toolResults: GuardrailActions.optional().describe(
    "What tools return, before the model sees it and before it is recorded.",
  ),
};

/** Guardrails of one role, over those of the system. */
export const RoleGuardrails = z.strictObject(places);
export type RoleGuardrails = z.infer<typeof RoleGuardrails>;

const party = z.string().min(1).max(32);
const host = z
  .string()
  .regex(
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    "a host name in lower case",
  );

/** A rule of the system's own: a pattern, or a function of its module by that name. */
export const OwnRule = z.strictObject({
  name: OwnName.describe("It is called own.<name>."),
  pattern: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe("A regular expression in RE2's syntax, which no text can make slow. Absent = a function of the module."),
  /** The word in `[REDACTED_<type>]`. Default `OWN`. */
  type: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,31}$/, "capital letters, digits and _")
    .optional(),
  severity: z.enum(["low", "medium", "high", "critical"]).optional().describe("Default medium."),
});
export type OwnRule = z.infer<typeof OwnRule>;

/** The second stage: a model that reads what the rules have let through. */
export const Classifier = z.strictObject({
  model: z.string().min(1).max(64).describe("Alias of the model that is asked."),
  asks: z
    .enum(["suspicious", "all"])
    .default("suspicious")
    .describe("About texts in which a rule of injection, toxicity or own has fired (default), or about all."),
  onFailure: z
    .enum(["closed", "open"])
    .default("closed")
    .describe("Without an answer that can be read: nothing passes (default), or everything."),
  minScore: z.number().min(0).max(1).default(0.5).describe("How sure the model has to be. Default 0.5."),
});
export type Classifier = z.infer<typeof Classifier>;

/** Rules whose findings may be given back: what belongs to people, and the system's own; never secrets. */
const isReversible = (name: string): boolean => isRule(name) && /^(?:pii|own)(?:\.|$)/.test(name);

/** Values that are redacted for all but some roles. */
export const Reversible = z.strictObject({
  roles: z
    .array(z.string().min(1).max(32))
    .min(1)
    .max(200)
    .describe("Roles that get the values back when a message is handed to them; each must be in `encryption`."),
  rules: z
    .array(z.string().refine(isReversible, "pii, own, or a rule of them (pii.email)"))
    .min(1)
    .max(100)
    .default(["pii"])
    .describe("Groups or rules whose redacted values may be given back. Default pii."),
});
export type Reversible = z.infer<typeof Reversible>;

/** Guardrails of a system. Even with nothing in it the standard ones are on; without it there are none. */
export const Guardrails = z.strictObject({
  ...places,
  edges: z
    .array(z.strictObject({ from: party, to: party, input: places.input, output: places.output }))
    .max(1_000)
    .optional()
    .describe("For single edges of the graph, over those of the system and of the role."),
  onBlock: z
    .enum(["fail", "escalate"])
    .optional()
    .describe(
      "What becomes of a hop whose content is blocked: it fails (default), or its escalation role gets it, redacted.",
    ),
  maxLength: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe("Characters that a client's input may have. Default 10,000."),
  hosts: z
    .array(host)
    .max(200)
    .optional()
    .describe("Hosts, and what is below them, that links and pictures may point to."),
  canaries: z.array(z.string().min(8).max(256)).max(100).optional().describe("Texts that must never leave."),
  rules: z.array(OwnRule).max(100).optional().describe("Rules of the system's own."),
  reversible: Reversible.optional().describe("Redacted values that some roles get back. Absent = none can be."),
  classifier: Classifier.optional().describe("A model that is asked about what the rules let through. Absent = none."),
});
export type Guardrails = z.infer<typeof Guardrails>;
