import type { Evidence } from "./evidence.ts";
import { objectiveCheck } from "./objective-check.ts";
import type { LookedAt, Remedy, Runbook } from "./runbook.ts";
import { mean, percent, sharesBy } from "./shares.ts";
import type { ModelCall } from "./task-sample.ts";

const MANY_CALLS = 10;
const LARGE_PROMPT_TOKENS = 8_000;
/** Half of the whole is a cause; less is a part of it. */
const MOST = 0.5;
const MICROS_A_DOLLAR = 1_000_000;

const callsOf = ({ tasks }: Evidence): readonly ModelCall[] => tasks.flatMap(({ calls }) => calls);
const dollars = (micros: number): string => `$${(micros / MICROS_A_DOLLAR).toFixed(4)}`;

const pause = (role: string): Remedy => ({
  text: `pause ${role}: it spends nothing, and its messages wait`,
  operation: { kind: "pause", body: { role } },
  rollBack: `troupe resume ${role}`,
});

/** Which role's calls the money goes into. */
function byRole(evidence: Evidence): LookedAt {
  const calls = callsOf(evidence);
  const [first] = sharesBy(
    calls,
    ({ role }) => role,
    ({ costMicros }) => costMicros,
  );
  if (!first || first.amount === 0) return { text: `the last ${evidence.tasks.length} tasks cost nothing` };
  const own = calls.filter(({ role }) => role === first.key);
  const text = `${first.key} spends ${percent(first.share)}: ${own.length} calls at ${dollars(first.amount / own.length)}`;
  if (first.share < MOST) return { text };
  const remedies = [
    pause(first.key),
    { text: `bound it: \`budgets.roles.${first.key}\`, a cheaper alias, or \`cache: true\`, and deploy` },
  ];
  return {
    text,
    fault: {
      name: "costly_role",
      text: `most of the money goes into ${first.key}`,
      share: first.share * 0.6,
      remedies,
    },
  };
}

/** Which model the money goes into, where there are several. */
function byModel(evidence: Evidence): LookedAt {
  const calls = callsOf(evidence);
  const [first, second] = sharesBy(
    calls,
    ({ model }) => model,
    ({ costMicros }) => costMicros,
  );
  if (!first || first.amount === 0) return { text: "no call cost anything" };
  const priceOf = (name: string) => {
    const own = calls.filter(({ model }) => model === name);
    return own.reduce((sum, one) => sum + one.costMicros, 0) / Math.max(1, tokensOf(own));
  };
  const text = `${first.key} takes ${percent(first.share)} of the money`;
  if (!second || first.share < MOST || priceOf(first.key) < 3 * priceOf(second.key)) return { text };
  const remedies = [
    { text: `a cheaper model for what ${first.key} does: \`tiers\` of the alias choose by complexity; deploy` },
  ];
  const says = `${first.key} costs ${Math.round(priceOf(first.key) / priceOf(second.key))} times as much a token as ${second.key}`;
  return { text, fault: { name: "costly_model", text: says, share: first.share * 0.7, remedies } };
}

const tokensOf = (calls: readonly ModelCall[]): number =>
  calls.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);

/** Whether tasks call models again and again. */
function callsATask({ tasks }: Evidence): LookedAt {
  const calling = tasks.filter(({ calls }) => calls.length > 0);
  const each = mean(calling.map(({ calls }) => calls.length));
  const text = `${each.toFixed(1)} model calls a task`;
  if (each < MANY_CALLS) return { text };
  const most = calling.toSorted((a, b) => b.calls.length - a.calls.length)[0];
  const [role] = sharesBy(
    calling.flatMap(({ calls }) => calls),
    (call) => call.role,
  );
  const says = `${role?.key ?? "a role"} calls its model over and over: ${text}`;
  const remedies = [
    pause(role?.key ?? ""),
    { text: `\`troupe task log ${most?.id ?? "ID"}\` shows what it goes round in` },
    { text: "bound it: `budgets.task.total.calls`, `max_iterations` of the pattern, `limits.hops`; deploy" },
  ];
  return { text, fault: { name: "too_many_calls", text: says, share: 0.9, remedies } };
}

/** Whether prompts are large. */
function promptSize(evidence: Evidence): LookedAt {
  const calls = callsOf(evidence);
  const each = mean(calls.map(({ inputTokens }) => inputTokens));
  const text = `${Math.round(each)} tokens a prompt`;
  if (each < LARGE_PROMPT_TOKENS) return { text };
  const [role] = sharesBy(
    calls,
    (call) => call.role,
    ({ inputTokens }) => inputTokens,
  );
  const says = `prompts of ${role?.key ?? "a role"} have grown to ${text.replace(" a prompt", "")}`;
  const remedies = [
    { text: "set `windowTokens` of the alias, or have the role summarise what it carries on; deploy" },
    pause(role?.key ?? ""),
  ];
  return { text, fault: { name: "large_prompts", text: says, share: 0.8, remedies } };
}

export const COST_SPIKE: Runbook = {
  name: "cost_spike",
  objective: "cost",
  title: "Tasks cost too much",
  symptoms: [
    "alert `slo_missed` or `slo_burn_fast` about `cost`; `budget_exceeded` errors",
    "`troupe usage --by day` shows a day that is out of line",
  ],
  checks: [
    objectiveCheck("cost"),
    { name: "calls", looksAt: "how often a task calls models", look: callsATask },
    { name: "prompts", looksAt: "how large prompts are", look: promptSize },
    { name: "model", looksAt: "which model takes the money, and at what price a token", look: byModel },
    { name: "role", looksAt: "which role takes the money", look: byRole },
  ],
  remedies: [
    "stop the spending first: `troupe pause ROLE`, or a budget",
    "then the cause: a loop, prompts that grow, an alias that is dearer than it need be, a cache that is off",
  ],
  escalation: [
    "over twice the alert's threshold for 10 min: whoever is on call for the system",
    "the month's budget is in danger: whoever pays for it",
  ],
  rollBack: ["`troupe resume ROLE`", "deploy the file of the version before, if a deployment raised the cost"],
};
