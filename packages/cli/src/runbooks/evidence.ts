/** What runbooks judge: the live system, read with the operator's rights, and nothing changed. */
import type { Clock } from "@troupe/runtime";
import { callService, parseTaskId, SloReport, Subjects } from "@troupe/runtime/internal";
import { TaskReader } from "@troupe/supervisor/internal";
import { z } from "zod";
import { readDeployments } from "../cluster/deployments.ts";
import type { Reached } from "../reach.ts";
import { type TaskSample, taskSample } from "./task-sample.ts";

const Health = z.looseObject({
  status: z.string(),
  nodes: z.looseObject({ up: z.number(), dead: z.number(), suspect: z.number() }),
  alerts: z.array(z.looseObject({ name: z.string(), text: z.string() })),
  dependencies: z
    .array(z.looseObject({ kind: z.string(), name: z.string(), up: z.boolean(), reason: z.string().nullable() }))
    .default([]),
});
const Queues = z.looseObject({
  queues: z.array(
    z.looseObject({ mailbox: z.string(), waiting: z.number(), oldest_message_ms: z.number().nullable() }),
  ),
});
const Actors = z.looseObject({
  actors: z.array(
    z.looseObject({ id: z.string(), node: z.string().nullable(), state: z.string(), health: z.string().optional() }),
  ),
});
const Placement = z.looseObject({ paused: z.array(z.string()) });
const Tasks = z.looseObject({
  tasks: z.array(z.looseObject({ task_id: z.string(), finished_at: z.string().optional() })),
});

/** Everything that is known at one moment. */
export interface Evidence {
  readonly nowMs: number;
  readonly slo: SloReport;
  readonly health: z.infer<typeof Health>;
  readonly queues: z.infer<typeof Queues>["queues"];
  readonly actors: z.infer<typeof Actors>["actors"];
  readonly paused: readonly string[];
  /** The version that runs; `undefined` before the first deployment. */
  readonly deployment: { readonly version: string; readonly deployedAtMs: number } | undefined;
  /** Replicas of each role as its file declares them. */
  readonly declared: Readonly<Record<string, number>>;
  /** Ended tasks, the newest first. */
  readonly tasks: readonly TaskSample[];
}

/** Ended tasks that are looked at. */
const SAMPLE = 100;
const AT_ONCE = 16;

/** Throws `unavailable` when the supervisor or the store does not answer. */
export async function readEvidence(reached: Reached, clock: Clock): Promise<Evidence> {
  const { link, address } = reached;
  const subjects = new Subjects(address.system);
  const ask = <T>(verb: string, schema: z.ZodType<T>, body?: object): Promise<T> =>
    callService(link, subjects.supervisor(verb), body, { ifLost: "unavailable" }).then((answer) =>
      schema.parse(answer),
    );
  const [slo, health, { queues }, { actors }, { paused }, listed, deployments] = await Promise.all([
    ask("slo", SloReport),
    ask("health", Health),
    ask("queues", Queues),
    ask("actors", Actors),
    ask("placement", Placement),
    ask("tasks", Tasks, { limit: SAMPLE * 2 }),
    readDeployments(reached, clock),
  ]);
  const ended = listed.tasks.filter(({ finished_at: finished }) => finished !== undefined).slice(0, SAMPLE);
  const [current] = deployments;
  return {
    nowMs: clock.nowMs(),
    slo,
    health,
    queues,
    actors,
    paused,
    deployment: current && { version: current.version, deployedAtMs: Date.parse(current.deployedAt) },
    declared: Object.fromEntries(
      Object.entries(current?.manifest.roles ?? {}).map(([role, { replicas }]) => [role, replicas]),
    ),
    tasks: await readSamples(
      reached,
      ended.map(({ task_id: id }) => id),
    ),
  };
}

async function readSamples({ link, address }: Reached, ids: readonly string[]): Promise<readonly TaskSample[]> {
  const reader = new TaskReader(link, new Subjects(address.system));
  const samples: TaskSample[] = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const batch = ids.slice(at, at + AT_ONCE).map(async (id) => {
      const task = parseTaskId(id);
      return task && taskSample(task.id, task.version, (await reader.read(task.id)).records);
    });
    samples.push(...(await Promise.all(batch)).filter((sample) => sample !== undefined));
  }
  return samples.toSorted((a, b) => b.endedAtMs - a.endedAtMs);
}
