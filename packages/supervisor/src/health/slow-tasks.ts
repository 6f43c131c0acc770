import type { TaskId } from "@troupe/runtime/internal";
import type { OpenTask, TaskIndex } from "../observer/task-index.ts";
import { isWaiting } from "./task-list.ts";

/** Tasks that run for too long. */
export interface SlowTasks {
  readonly count: number;
  /** The one that runs for longest. */
  readonly oldest: TaskId;
}

/** Open tasks that began before then, by the mailbox that they began in; those that wait for a person or a time are none. Pure. */
export function slowTasks(index: TaskIndex, beforeMs: number): ReadonlyMap<string, SlowTasks> {
  const slow = new Map<string, { count: number; oldest: OpenTask }>();
  for (const task of index.openTasks()) {
    if (task.mailbox === undefined || task.startedAtMs >= beforeMs || isWaiting(task, index)) continue;
    const known = slow.get(task.mailbox);
    const oldest = known && known.oldest.startedAtMs <= task.startedAtMs ? known.oldest : task;
    slow.set(task.mailbox, { count: (known?.count ?? 0) + 1, oldest });
  }
  return new Map([...slow].map(([mailbox, { count, oldest }]) => [mailbox, { count, oldest: oldest.task }]));
}
