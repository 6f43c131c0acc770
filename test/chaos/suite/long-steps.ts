/** Tasks that a fault starts so that there is surely something to strike: steps of the worker that last, and the node that holds most of them. */
import type { TaskId } from "@troupe/runtime";
import { directGetLast, Held, type Random } from "@troupe/runtime/internal";
import { until } from "../../support/stack.ts";
import type { ChaosBed } from "./bed.ts";
import type { Part } from "./part.ts";

/** The role whose steps they are. */
export const WORKER = "worker";
const TASKS = 12;
/** Held by one node these are enough: until the last one has begun, the first has ended where everything is slow. */
const ENOUGH = 3;
/** A deadline, not a claim: on a machine at its limit a task waits that long before somebody takes it. */
const BEGUN_MS = 45_000;
/** Numbers of these tasks begin here, so that no two tasks of a round have one number. */
const NUMBERS_FROM = 2_000_000_000;

export interface LongSteps {
  /** The node that holds most of them. */
  readonly node: Part;
  /** Those that it holds. */
  readonly tasks: readonly TaskId[];
}

/** Resolves once a node has begun some. Throws when nobody takes them in time. */
export async function beginLongSteps(bed: ChaosBed, random: Random, workMs: number): Promise<LongSteps> {
  const first = NUMBERS_FROM + Math.floor(random.unit() * 1_000_000) * TASKS;
  const tasks = await Promise.all(
    Array.from({ length: TASKS }, (_, i) =>
      bed.submitStray("door", { workMs, number: first + i, effects: bed.effects.url }),
    ),
  );
  return busiest(bed, tasks);
}

/** Those of the tasks whose step has no result yet. */
export async function underWay(bed: ChaosBed, tasks: readonly TaskId[]): Promise<readonly TaskId[]> {
  const results = await Promise.all(tasks.map((task) => sequenceOf(bed, task, `${WORKER}.s.step`, "*")));
  return tasks.filter((_, i) => results[i] === undefined);
}

/** Whether somebody has taken over one of the steps. */
export const isTakenOver = async (bed: ChaosBed, tasks: readonly TaskId[]): Promise<boolean> => {
  const claims = await Promise.all(tasks.map((task) => sequenceOf(bed, task, `${WORKER}.c.claim`, "*")));
  return claims.some((sequence) => sequence !== undefined);
};

/** The node that holds most of these tasks' steps. Throws when none holds any. */
async function busiest(bed: ChaosBed, tasks: readonly TaskId[]): Promise<LongSteps> {
  let found: LongSteps | undefined;
  await until("a step under way", BEGUN_MS, async () => {
    const sequences = await Promise.all(tasks.map((task) => sequenceOf(bed, task, "door.m.send", WORKER)));
    found = undefined;
    for (const node of bed.nodes) {
      const held = await heldBy(bed, node);
      const its = tasks.filter((_, i) => held.has(sequences[i] ?? -1));
      if (its.length > (found?.tasks.length ?? 0)) found = { node, tasks: its };
    }
    const areAllKnown = !sequences.includes(undefined);
    return found !== undefined && (areAllKnown || found.tasks.length >= ENOUGH);
  });
  if (found === undefined) throw new Error("no node holds any of the steps");
  return found;
}

async function sequenceOf(
  { core, subjects }: ChaosBed,
  task: TaskId,
  kind: string,
  last: string,
): Promise<number | undefined> {
  const stored = await directGetLast(core, subjects.logStream(0), `${subjects.task(task)}.*.${kind}.${last}`);
  return stored?.sequence;
}

/** What a node holds of the worker's mailbox; nothing when it cannot say. */
async function heldBy({ core, subjects }: ChaosBed, { name, process: part }: Part): Promise<ReadonlySet<number>> {
  if (!part.isRunning) return new Set();
  const answer = await core.nc.request(subjects.node(name, "held"), "", { timeout: 1_000 }).catch(() => undefined);
  if (answer === undefined) return new Set();
  const { held } = Held.parse(answer.json());
  const mailboxes = Object.entries(held).filter(([durable]) => durable.endsWith(`-${WORKER}`));
  return new Set(mailboxes.flatMap(([, sequences]) => sequences));
}
