import type { TaskLogEntry } from "@troupe/runtime/internal";
import { z } from "zod";
import type { Paint } from "../terminal.ts";

/** A task in a list, as the supervisor tells it. */
export const TaskSummary = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  role: z.string(),
  created_at: z.string(),
});
export type TaskSummary = z.infer<typeof TaskSummary>;
export const TaskList = z.looseObject({ tasks: z.array(TaskSummary) });

/** One task of a list. */
export const listLine = (task: TaskSummary, paint: Paint): string =>
  `${task.task_id}  ${task.status.padEnd(10)} ${task.role.padEnd(12)} ${paint("dim", task.created_at)}`;

const KINDS: Readonly<Record<string, string>> = {
  "m.send": "sends to",
  "m.fan": "sends to",
  "m.call": "asks",
  "m.reply": "answers",
  "c.fan": "commits several messages",
  "c.wait": "waits",
  "c.got": "has an answer",
  "c.claim": "takes over or goes on",
  "c.dead": "gives up",
  "s.step": "recorded step",
  "s.begin": "begins step",
  "s.fail": "failed, attempt",
  "s.emit": "reports",
  "t.done": "ends the task for",
};

const PREVIEW = 200;

/** One record of a task for people: when, who, what, and the beginning of its body. */
export function logLine(entry: TaskLogEntry, paint: Paint): string {
  const verb = KINDS[entry.kind] ?? entry.kind;
  const node = entry.node === undefined ? "" : ` on ${entry.node}`;
  const usage = entry.usage ? ` ${entry.usage.inputTokens + entry.usage.outputTokens} tokens` : "";
  const body = entry.body === undefined ? "" : `\n    ${preview(entry.body)}`;
  return `${paint("dim", entry.at)} ${paint("cyan", entry.from)} ${verb} ${entry.to}${paint("dim", node + usage)}${paint("dim", body)}`;
}

function preview(body: unknown): string {
  const text = JSON.stringify(body) ?? "";
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
}
