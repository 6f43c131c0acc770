/** Dead letters as the index has them: of open tasks, and of finished ones that are still in the log. Pure. */
import {
  type DeadLetterList,
  type DeadLetterListRequest,
  type DeadLetterState,
  type DeadLetterSummary,
  deadLetterId,
  rfc3339,
} from "@troupe/runtime/internal";
import type { Died } from "../observer/observation.ts";
import type { TaskIndex } from "../observer/task-index.ts";

const DEFAULT_LIMIT = 100;

/** Newest first. Letters that were handed on are listed while their task is open, where they are asked for. */
export function listDeadLetters(
  index: TaskIndex,
  { state, limit = DEFAULT_LIMIT, tenant }: DeadLetterListRequest,
): DeadLetterList {
  const found: DeadLetterSummary[] = [];
  const take = (death: Died, its: DeadLetterState) => {
    const isAsked = state === undefined ? its !== "handed_on" : its === state;
    if (isAsked && death.body.reply === undefined) found.push(summaryOf(death, its));
  };
  for (const { deaths, handedOn, passport } of index.openTasks()) {
    if (tenant !== undefined && passport?.tenant !== tenant) continue;
    for (const death of deaths.values()) take(death, handedOn.has(death.hop) ? "handed_on" : "parked");
  }
  for (const task of index.endedTasks()) {
    if (tenant !== undefined && task.tenant !== tenant) continue;
    for (const death of task.deaths.values()) if (!task.handedOn.has(death.hop)) take(death, "ended");
  }
  const sorted = found.toSorted((a, b) => (a.died_at < b.died_at ? 1 : -1));
  return { dead_letters: sorted.slice(0, limit), more: sorted.length > limit };
}

export function summaryOf(
  { task, hop, role, body: { error, attempts }, atMs }: Pick<Died, "task" | "hop" | "role" | "body" | "atMs">,
  state: DeadLetterState,
): DeadLetterSummary {
  const { code, message } = error;
  return {
    dead_letter_id: deadLetterId(task, hop),
    task_id: task,
    role,
    state,
    error: { code, message },
    attempts,
    died_at: rfc3339(atMs),
  };
}
