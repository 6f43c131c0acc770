import type { ObjectiveReport, SloName } from "@troupe/runtime/internal";
import type { Evidence } from "./evidence.ts";
import type { Runbook } from "./runbook.ts";

const SHOWN: Readonly<Record<ObjectiveReport["unit"], (value: number) => string>> = {
  share: (value) => `${(value * 100).toFixed(1)} %`,
  ms: (value) => `${(value / 1_000).toFixed(1)} s`,
  usd: (value) => `$${value.toFixed(4)} a task`,
};

/** How the objective is kept that the runbook is about: says how bad it is, and never what from. */
export const objectiveCheck = (name: SloName): Runbook["checks"][number] => ({
  name: "objective",
  looksAt: `the objective \`${name}\`, now and over the last hour (\`troupe slo\`)`,
  look: ({ slo }: Evidence) => {
    const found = slo.objectives.find((objective) => objective.name === name);
    if (!found) return { text: `the objective ${name} is switched off` };
    const { value, unit, target, status, tasks, burn } = found;
    if (value === null) return { text: `nothing was counted for ${name} yet` };
    const hour = burn.find(({ window_ms: windowMs }) => windowMs === 3_600_000);
    const pace = hour ? `; burn rate of the last hour ${hour.rate.toFixed(1)}` : "";
    return {
      text: `${name} is ${SHOWN[unit](value)} of ${tasks} tasks (target ${SHOWN[unit](target)}, ${status})${pace}`,
    };
  },
});
