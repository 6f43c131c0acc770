/** When an objective needs somebody: the window's value is beyond its threshold, or the budget burns too fast. Pure. */
import type { ObjectiveReport, SloName, SloReport } from "@troupe/runtime/internal";

/** Of fewer tasks one failure would say too much. */
const FEWEST_TASKS = 10;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * A budget burns too fast when it does so over a long window (it matters) and over a short one (it still does), as the SRE workbook has it: at
 * 14.4 an hour costs 2 % of a budget of 30 days, at 6 six hours cost 5 %, at 1 three days cost 10 %.
 */
const BURNS = [
  { alert: "slo_burn_fast", rate: 14.4, longMs: HOUR, shortMs: 5 * MINUTE },
  { alert: "slo_burn_fast", rate: 6, longMs: 6 * HOUR, shortMs: 30 * MINUTE },
  { alert: "slo_burn_slow", rate: 1, longMs: 72 * HOUR, shortMs: 6 * HOUR },
] as const;

export interface SloAlert {
  readonly name: "slo_missed" | "slo_burn_fast" | "slo_burn_slow";
  readonly about: SloName;
  readonly text: string;
}

export const sloAlerts = ({ objectives }: SloReport): readonly SloAlert[] =>
  objectives.flatMap((objective) => [...missed(objective), ...burning(objective)]);

function missed({
  name,
  status,
  tasks,
  value,
  alert,
  unit,
  window_ms: windowMs,
}: ObjectiveReport): readonly SloAlert[] {
  if (status !== "alarming" || tasks < FEWEST_TASKS || value === null) return [];
  const text = `${name} is ${SHOWN[unit](value)} over ${hours(windowMs)}, beyond ${SHOWN[unit](alert)}`;
  return [{ name: "slo_missed", about: name, text }];
}

/** The worst of the burns that hold. */
function burning(objective: ObjectiveReport): readonly SloAlert[] {
  const { name, window_ms: windowMs, burn } = objective;
  const within = (ms: number) => burn.find((one) => one.window_ms === ms);
  for (const { alert, rate, longMs, shortMs } of BURNS) {
    const [long, short] = [within(longMs), within(shortMs)];
    // A window that is as long as the objective's own says nothing that its value does not say.
    if (longMs >= windowMs || !long || !short || long.tasks < FEWEST_TASKS) continue;
    if (long.rate < rate || short.rate < rate) continue;
    const speed = `${long.rate.toFixed(1)} times too fast over ${hours(longMs)}, ${short.rate.toFixed(1)} over ${hours(shortMs)}`;
    return [{ name: alert, about: name, text: `the error budget of ${name} is spent ${speed}` }];
  }
  return [];
}

const SHOWN: Readonly<Record<ObjectiveReport["unit"], (value: number) => string>> = {
  share: (value) => `${(value * 100).toFixed(2)} %`,
  ms: (value) => `${(value / 1_000).toFixed(1)} s`,
  usd: (value) => `$${value.toFixed(4)}`,
};

const hours = (ms: number): string => (ms < HOUR ? `${ms / MINUTE} min` : `${ms / HOUR} h`);
