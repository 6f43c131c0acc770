/** Tasks, messages and models that are wrong in themselves. */
import { randomUUID } from "node:crypto";
import type { TaskId } from "@troupe/runtime";
import type { Random } from "@troupe/runtime/internal";
import { oneOf } from "@troupe/runtime/internal-testing";
import { garbageBodies } from "../../support/garbage.ts";
import { type ChaosBed, PLANTED } from "./bed.ts";
import type { Fault, Strike } from "./fault.ts";

const POISONS = ["thrower", "exiter", "hanger", "eater"] as const;

/** What comes of it, an error or a dead letter, shows the secrets to nobody. */
const INPUT = `password=${PLANTED["a planted password"]} and ${PLANTED["a planted API key"]}`;

/** A task that throws, ends its host, never ends, or takes more memory than there is. It must end as failed, and take nobody along. */
const poison = (role: (typeof POISONS)[number]): Fault => ({
  name: `poison-${role}`,
  struck: "tasks",
  holdMs: [0, 0],
  async strike(bed): Promise<Strike> {
    const task = await bed.submitStray(role, INPUT);
    return { target: role, heal: async () => undefined, unseen: () => unlessFailed(bed, task) };
  },
});

/** What is missing when a task has not failed. */
async function unlessFailed({ client }: ChaosBed, task: TaskId): Promise<string | undefined> {
  const { status } = await client.get(task);
  return status === "failed" ? undefined : `its task is ${status}`;
}

/** What is no message, on every subject of the system's that a client may write to. */
const brokenPayloads: Fault = {
  name: "broken-payloads",
  struck: "tasks",
  holdMs: [0, 0],
  async strike(bed, random): Promise<Strike> {
    const bodies = garbageBodies(Math.floor(random.unit() * 2 ** 31));
    for (const { body } of bodies) bed.anonymous.nc.publish(oneOf(subjectsOf(bed), random), body);
    await bed.anonymous.nc.flush();
    return { target: `${bodies.length} bodies`, heal: async () => undefined };
  },
};

const subjectsOf = ({ subjects: { system } }: ChaosBed): readonly string[] =>
  ["door", "asker", "nobody"].flatMap((role) =>
    ["submit", "run", "queue"].map((verb) => `${system}.tasks.${role}.${verb}`),
  );

/** The same submission over and over, some of them at once: one task. */
const duplicates: Fault = {
  name: "duplicates",
  struck: "tasks",
  holdMs: [0, 0],
  async strike(bed): Promise<Strike> {
    const idempotencyKey = randomUUID();
    const submit = () => bed.submitStray("asker", "Once, please.", idempotencyKey);
    const submitted = await Promise.allSettled(Array.from({ length: 8 }, submit));
    const tasks = new Set(submitted.flatMap((each) => (each.status === "fulfilled" ? [each.value] : [])));
    return {
      target: "8 submissions",
      heal: async () => undefined,
      unseen: () => (tasks.size === 1 ? undefined : `${tasks.size} tasks came of one key`),
    };
  },
};

const MODEL_FAULTS = ["rate_limit", "server_error", "garbage", "stall", "cut"] as const;

/** A model that refuses, breaks or stalls for its next requests, and somebody who asks it. */
const faultyModel: Fault = {
  name: "faulty-model",
  struck: "model",
  holdMs: [0, 0],
  async strike(bed, random: Random): Promise<Strike> {
    const kind = oneOf(MODEL_FAULTS, random);
    const before = bed.model.requestCount;
    bed.model.addFault({ kind, times: 3, retryAfterMs: 500 });
    await bed.submitStray("asker", "How are you?");
    const asked = () => bed.model.requests.slice(-Math.max(1, bed.model.requestCount - before));
    return {
      target: kind,
      heal: async () => undefined,
      unseen: () => (asked().some(({ fault }) => fault !== undefined) ? undefined : "nobody asked the model"),
    };
  },
};

export const TASK_FAULTS: readonly Fault[] = [...POISONS.map(poison), brokenPayloads, duplicates, faultyModel];
