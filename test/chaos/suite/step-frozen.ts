/** The zombie of every story: a node that is stopped inside long steps, until somebody else has taken one of them over, and then goes on at once. */
import type { TaskId } from "@troupe/runtime";
import { directGetLast, Held } from "@troupe/runtime/internal";
import { until } from "../../support/stack.ts";
import type { ChaosBed, Part } from "./bed.ts";
import type { Fault, Strike } from "./fault.ts";

const ROLE = "worker";
const TASKS = 12;
/** Longer than anybody needs to miss the node, so that it comes back while the other executor is still at work. */
const WORK_MS = 6_000;
const BEGUN_MS = 15_000;
const TAKEN_OVER_MS = 30_000;
/** Numbers of these tasks begin here, so that no two tasks of a round have one number. */
const NUMBERS_FROM = 2_000_000_000;

export const stepFrozen: Fault = {
  name: "step-frozen",
  struck: "node",
  holdMs: [4_000, 8_000],
  async strike(bed, random): Promise<Strike> {
    const first = NUMBERS_FROM + Math.floor(random.unit() * 1_000_000) * TASKS;
    const tasks = await Promise.all(
      Array.from({ length: TASKS }, (_, i) =>
        bed.submitStray("door", { workMs: WORK_MS, number: first + i, effects: bed.effects.url }),
      ),
    );
    const { name, process: part } = await busiest(bed, tasks);
    const { pid } = part;
    process.kill(-pid, "SIGSTOP");
    const takenOver = until("a take-over", TAKEN_OVER_MS, () => isTakenOver(bed, tasks))
      .then(
        () => undefined,
        () => "nobody took its steps over",
      )
      .finally(() => process.kill(-pid, "SIGCONT"));
    let missing: string | undefined;
    return {
      target: name,
      async heal() {
        missing = await takenOver;
      },
      unseen: () => missing,
    };
  },
};

/** The node that holds most of these tasks' steps. Throws when none holds any. */
async function busiest(bed: ChaosBed, tasks: readonly TaskId[]): Promise<Part> {
  let found: Part | undefined;
  await until("a step under way", BEGUN_MS, async () => {
    const sequences = await Promise.all(tasks.map((task) => sequenceOf(bed, task, "door.m.send", ROLE)));
    if (sequences.includes(undefined)) return false;
    let most = 0;
    for (const node of bed.nodes) {
      const held = await heldBy(bed, node);
      const count = sequences.filter((sequence) => sequence !== undefined && held.has(sequence)).length;
      if (count > most) [found, most] = [node, count];
    }
    return found !== undefined;
  });
  if (found === undefined) throw new Error("no node holds any of the steps");
  return found;
}

const isTakenOver = async (bed: ChaosBed, tasks: readonly TaskId[]): Promise<boolean> => {
  const claims = await Promise.all(tasks.map((task) => sequenceOf(bed, task, `${ROLE}.c.claim`, "*")));
  return claims.some((sequence) => sequence !== undefined);
};

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
  const mailboxes = Object.entries(held).filter(([durable]) => durable.endsWith(`-${ROLE}`));
  return new Set(mailboxes.flatMap(([, sequences]) => sequences));
}
