import type { TaskView } from "@troupe/runtime";
import type { Paint } from "../terminal.ts";

/** `0.21 s` */
export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

/** `$0.0012`; small amounts keep four digits. */
export const dollars = (amount: number): string => `$${amount.toFixed(amount !== 0 && amount < 1 ? 4 : 2)}`;

export interface SummaryOptions {
  /** The result has just been shown as it came: it is not repeated. */
  readonly hasReadResult?: boolean;
}

/** A task as people read it: how it ended, where it went, what it cost, what came out. */
export function summaryLines(task: TaskView, paint: Paint, { hasReadResult }: SummaryOptions = {}): readonly string[] {
  const isGood = task.status === "completed";
  const took = durationMs(task);
  const head = [
    paint(isGood ? "green" : "red", task.status),
    ...(took === undefined ? [] : [`in ${seconds(took)}`]),
    `· ${task.tokens.total} tokens · ${dollars(task.cost)} · ${paint("dim", task.task_id)}`,
  ];
  const waiting = task.waiting_reason === undefined ? [] : [paint("yellow", `waits: ${task.waiting_reason}`)];
  const error = task.error ? [paint("red", `${task.error.code}: ${task.error.message}`)] : [];
  const result = task.result === undefined || hasReadResult ? [] : ["", resultText(task.result)];
  return [head.join(" "), ...pathLines(task), ...waiting, ...error, ...result];
}

function pathLines(task: TaskView): readonly string[] {
  const width = Math.max(0, ...task.path.map((hop) => hop.role.length));
  const place = Math.max(0, ...task.path.map((hop) => hop.node.length));
  return task.path.map((hop) => {
    const again = hop.attempts > 1 ? `  attempt ${hop.attempts}` : "";
    return `  ${hop.role.padEnd(width)}  ${hop.node.padEnd(place)}  ${seconds(hop.ms).padStart(8)}${again}`;
  });
}

/** A result as text: text as it is, everything else as JSON. */
export function resultText(result: unknown): string {
  return typeof result === "string" ? result : JSON.stringify(result, undefined, 2);
}

function durationMs(task: TaskView): number | undefined {
  if (task.finished_at === undefined) return undefined;
  const ms = Date.parse(task.finished_at) - Date.parse(task.created_at);
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}
