/** Which finished tasks leave the log. Pure. */
import type { TaskId, TaskRecord } from "@troupe/runtime/internal";
import type { EndedTask } from "../observer/task-index.ts";
import type { JanitorLimits } from "./limits.ts";

/** A finished task to move. `isEarly`: it is young, and only moves when nobody can still be running it. */
export interface Leaving {
  readonly task: TaskId;
  readonly isEarly: boolean;
}

/**
 * The tasks whose time has come, oldest first, and as many more as there are too many. `stay` are young ones that may not go yet, `held`
 * are those that may not go at all for now.
 */
export function leavingTasks(
  ended: Iterable<EndedTask>,
  count: number,
  stay: Pick<ReadonlySet<TaskId>, "has">,
  held: Pick<ReadonlySet<TaskId>, "has">,
  limits: JanitorLimits,
  nowMs: number,
): readonly Leaving[] {
  const leaving: Leaving[] = [];
  let surplus = count - limits.keepFinished;
  for (const { task, endedAtMs, mayStillRun } of ended) {
    if (leaving.length === limits.batch) break;
    const isOld = nowMs - endedAtMs >= limits.retainMs;
    if (!isOld && surplus <= 0) break;
    if (isOld && !held.has(task)) leaving.push({ task, isEarly: false });
    if (!isOld && !mayStillRun && !stay.has(task) && !held.has(task)) leaving.push({ task, isEarly: true });
    surplus--;
  }
  return leaving;
}

/**
 * Whether some executor may still hold a delivery of the task: only a message that was delivered twice was claimed. Such an executor could
 * write once more when its hop's records, and with them the fence, are gone; after the retention it drops the delivery by its age.
 */
export function wasContested(records: readonly TaskRecord[]): boolean {
  return records.some(({ subject }) => {
    const { name, from } = subject;
    return (name.class === "c" && name.kind === "claim") || (name.class === "m" && from === "supervisor");
  });
}
