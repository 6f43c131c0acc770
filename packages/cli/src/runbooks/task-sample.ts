/** What one ended task tells a runbook: how it ended, where its time went, and what its model calls took and cost. Pure. */
import { type TaskId, TaskProjection, type TaskRecord } from "@troupe/runtime/internal";
import { z } from "zod";

/** A recorded model call. */
export interface ModelCall {
  readonly role: string;
  readonly model: string;
  readonly ms: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number;
}

export interface TaskSample {
  readonly id: string;
  readonly version: string;
  readonly status: string;
  readonly error: { readonly code: string; readonly role: string; readonly message: string } | undefined;
  readonly endedAtMs: number;
  readonly tookMs: number;
  readonly hops: readonly { readonly role: string; readonly node: string; readonly ms: number }[];
  readonly calls: readonly ModelCall[];
}

const FailedRole = z.looseObject({ role: z.string() });
const StepValue = z.looseObject({
  name: z.string(),
  value: z.looseObject({ model: z.string().optional() }).optional().catch(undefined),
});

/** `undefined` for a task that has not ended, or of which too little is there. */
export function taskSample(task: TaskId, version: string, records: readonly TaskRecord[]): TaskSample | undefined {
  const projection = new TaskProjection(task);
  for (const record of records) projection.apply(record);
  const { status, error, path, created_at: created, finished_at: finished } = projection.view();
  const [first] = records;
  if (!first || finished === undefined) return undefined;
  const endedAtMs = Date.parse(finished);
  const failedIn = FailedRole.safeParse(error?.details).data?.role ?? path.at(-1)?.role ?? "";
  return {
    id: task,
    version,
    status,
    error: error && { code: error.code, role: failedIn, message: error.message },
    endedAtMs,
    tookMs: Math.max(0, endedAtMs - Date.parse(created)),
    hops: path.map(({ role, node, ms }) => ({ role, node, ms })),
    calls: modelCalls(records),
  };
}

/** Steps with usage; each took the time since the hop's record before it. */
function modelCalls(records: readonly TaskRecord[]): readonly ModelCall[] {
  const lastOfHop = new Map<string, number>();
  const calls: ModelCall[] = [];
  let startedMs: number | undefined;
  for (const { subject, header, body, atMs } of records) {
    const before = lastOfHop.get(subject.hop) ?? startedMs ?? atMs;
    // What a hop receives was stored under its sender's: the last message before its first own record is close enough.
    if (subject.name.class === "m") startedMs = atMs;
    lastOfHop.set(subject.hop, atMs);
    if (subject.name.class !== "s" || subject.name.kind !== "step" || !header?.usage) continue;
    const step = StepValue.safeParse(body).data;
    const model = step?.value?.model ?? step?.name.replace(/^model:/, "") ?? "unknown";
    calls.push({ role: subject.from, model, ms: Math.max(0, atMs - before), ...header.usage });
  }
  return calls;
}
