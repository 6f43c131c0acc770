import { DoneBody } from "@troupe/runtime/internal";
import type { History, TaskHistory } from "./history.ts";
import { isObject, type Violation } from "./invariants.ts";
import { RelayInput, RelayResult, WORK_STEP } from "./relay-system.ts";

const ROLES = ["a", "b", "c"];

/** What the relay's own work promises: every ended task went through each role once, and ended with the value that b's step recorded. */
export function relayViolations(history: History): Violation[] {
  return [...history.tasks.values()].flatMap((task) => {
    const detail = task.ends.length === 0 ? undefined : defect(task);
    return detail === undefined ? [] : [{ invariant: "relay", task: task.task, detail }];
  });
}

function defect(task: TaskHistory): string | undefined {
  const end = DoneBody.safeParse(task.ends[0]?.body);
  if (!end.success) return `its end does not parse: ${end.error.message}`;
  const { status, result, error } = end.data;
  if (status !== "completed") return `ended ${status}: ${error?.code ?? "?"} ${error?.message ?? ""}`;
  return pathDefect(task) ?? valueDefect(task, result);
}

function pathDefect(task: TaskHistory): string | undefined {
  for (const role of ROLES) {
    const received = new Set(task.records.filter((r) => isMessageTo(r.at.name, role)).map((r) => r.at.hop));
    if (received.size !== 1) return `role ${role} got ${received.size} messages`;
  }
  return undefined;
}

function valueDefect(task: TaskHistory, result: unknown): string | undefined {
  const steps = task.hops.filter((h) => h.role === "b").flatMap((h) => h.own.filter((r) => r.at.name.kind === "step"));
  const [work, ...more] = steps;
  if (!work || more.length > 0 || !isObject(work.body)) return `b recorded ${steps.length} steps`;
  if (work.body["name"] !== WORK_STEP) return `b recorded a step ${JSON.stringify(work.body["name"])}`;
  const got = RelayResult.safeParse(result);
  if (!got.success) return `ended with ${JSON.stringify(result)}`;
  if (got.data.drawn !== work.body["value"])
    return `ended with ${got.data.drawn}, but its step recorded ${JSON.stringify(work.body["value"])}`;
  const asked = RelayInput.safeParse(task.start?.body);
  return asked.data?.number === got.data.number ? undefined : "ended with another task's number";
}

const isMessageTo = (name: { class: string; kind: string; to: string }, role: string) =>
  name.class === "m" && name.kind === "send" && name.to === role;
