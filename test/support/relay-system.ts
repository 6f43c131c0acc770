/**
 * The relay that faults are tried on: client → a → b → c → client, where b works in one journaled step whose result cannot be guessed. So
 * a run in which the step's recorded value is not the one that was passed on is noticed (relay-invariants.ts).
 */
import { randomInt } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";
import { actor, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

/** What a task brings: how long b works, ms. */
export const RelayInput = z.strictObject({ workMs: z.int().min(0).max(60_000), number: z.int() });
export type RelayInput = z.infer<typeof RelayInput>;

/** What b made of it, and what the client gets. */
export const RelayResult = z.strictObject({ number: z.int(), drawn: z.int() });
export type RelayResult = z.infer<typeof RelayResult>;

/** Name of b's step. */
export const WORK_STEP = "work";

const settings = { replicas: 2, concurrency: 64, timeoutMs: 60_000 };

export default defineSystem({
  name: "relay",
  graph: { client: ["a"], a: ["b"], b: ["c"], c: ["client"] },
  roles: {
    a: actor({ ...settings, accepts: RelayInput, receive: (input) => forward("b", input) }),
    b: actor({
      ...settings,
      accepts: RelayInput,
      receive: async ({ workMs, number }, ctx) => {
        const drawn = await ctx.step(WORK_STEP, async ({ signal }) => {
          await timer(workMs, undefined, { signal });
          return randomInt(2 ** 47);
        });
        return forward("c", { number, drawn });
      },
    }),
    c: actor({ ...settings, accepts: RelayResult, receive: (result) => complete(result) }),
  },
});
