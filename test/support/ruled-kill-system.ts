/**
 * What the runtime does around a handler: a classifier reads its message or its answer, a guardrail redacts the answer, an escalation rule asks
 * another model or ends the task; each played by as many roles as there are groups of failpoints that their hosts die at.
 */
import { modelClassifier, singleAnswer } from "@troupe/agents";
import { actor, complete, defineSystem, type RoleDefinition } from "@troupe/runtime";
import { HOP, type Kills, playedRoles, TWO_STEPS } from "./played-roles.ts";

export const KILLS: Kills = {
  // The classifier's step, then the model's.
  reader: TWO_STEPS,
  // The model's step, then the classifier's.
  speaker: TWO_STEPS,
  masked: HOP,
  // The rule's step, then the other model's.
  switcher: TWO_STEPS,
  // The model's step, then the rule's.
  stopper: TWO_STEPS,
};
/** What shows that guardrail and rule have done their part. */
export const ENDS = { masked: /^completed .*\[REDACTED_EMAIL\]/, stopper: /^failed "aborted_by_rule"$/ };

const settings = { model: "fast", concurrency: 16 };
const roles: Readonly<Record<string, RoleDefinition>> = {
  reader: singleAnswer({
    ...settings,
    instructions: "You are the reader.",
    to: "client",
    guardrails: { input: { classifier: "allow" } },
  }),
  speaker: singleAnswer({
    ...settings,
    instructions: "You are the speaker.",
    to: "client",
    guardrails: { output: { classifier: "allow" } },
  }),
  masked: actor({
    concurrency: 16,
    receive: async (_, ctx) => complete(await ctx.step("look", () => "Ask jo@example.com, or call +1 202-555-0143.")),
  }),
  switcher: singleAnswer({ ...settings, instructions: "You are the switcher.", to: "client" }),
  stopper: singleAnswer({ ...settings, instructions: "You are the stopper.", to: "client" }),
};
const names = Object.keys(roles);
const graph = { client: names, ...Object.fromEntries(names.map((name) => [name, ["client"]])) };

export default defineSystem({
  name: "ruled-kill",
  guardrails: {
    input: { classifier: "off" },
    toolResults: { classifier: "off" },
    classifier: modelClassifier({ model: "fast", asks: "all" }),
  },
  models: { fast: { model: "offline-fast", fallback: ["other"] }, other: { model: "offline-other" } },
  escalationRules: {
    other_model: { when: '"switcher" in role', handler: "fallback" },
    stop: { when: '"stopper" in role and outcome == "complete"', handler: "abort" },
  },
  ...playedRoles({ graph, roles }, KILLS),
});
