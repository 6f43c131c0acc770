/**
 * The system that the fault suite runs: client → door → worker → last → client, where the worker works in a journaled step, then does an
 * effect at a receiver that keeps its own books; some tasks ask a model. Three roles are poison: what each does to its host is its name. The
 * racer makes many model calls at once, which together would be far more than its task may spend.
 */
import { setTimeout as timer } from "node:timers/promises";
import { agent } from "@troupe/agents";
import { actor, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

/** What a task brings: how long the worker works, ms, its number, and where the receiver of effects is. */
export const ChaosInput = z.strictObject({ workMs: z.int().min(0).max(10_000), number: z.int(), effects: z.url() });
/** What comes out: the number, and the receipt that the receiver gave for it. */
export const ChaosResult = z.strictObject({ number: z.int(), receipt: z.int() });

/** Model calls that a task may make, and those that the racer wants at once. */
export const CALLS_A_TASK = 10;
const CALLS_OF_A_RACE = 40;

const settings = { replicas: 3, concurrency: 64, timeoutMs: 60_000 };

export default defineSystem({
  name: "chaos",
  graph: {
    client: ["door", "asker", "racer", "thrower", "exiter", "hanger"],
    door: ["worker"],
    worker: ["last"],
    last: ["client"],
    asker: ["client"],
    racer: ["payer", "client"],
    payer: [],
    thrower: ["client"],
    exiter: ["client"],
    hanger: ["client"],
  },
  budgets: { task: { total: { calls: CALLS_A_TASK } } },
  roles: {
    door: actor({ ...settings, accepts: ChaosInput, receive: (input) => forward("worker", input) }),
    worker: actor({
      ...settings,
      accepts: ChaosInput,
      receive: async ({ workMs, number, effects }, ctx) => {
        await ctx.step("work", ({ signal }) => timer(workMs, null, { signal }));
        const receipt = await ctx.step(
          "effect",
          async ({ idempotencyKey, signal }) => {
            const headers = { "idempotency-key": idempotencyKey, "content-type": "application/json" };
            const body = JSON.stringify({ number });
            const response = await fetch(effects, { method: "POST", headers, body, signal });
            return z.strictObject({ receipt: z.int() }).parse(await response.json()).receipt;
          },
          { effect: "repeat" },
        );
        return forward("last", { number, receipt });
      },
    }),
    last: actor({ ...settings, accepts: ChaosResult, receive: (result) => complete(result) }),
    asker: agent({ replicas: 2, model: "fast", instructions: "You are the clerk. Answer.", to: "client" }),
    racer: actor({
      replicas: 1,
      calls: ["payer"],
      receive: async (_, ctx) => {
        const asked = Array.from({ length: CALLS_OF_A_RACE }, (__, lane) => ({
          to: "payer" as const,
          body: `Lane ${lane}.`,
        }));
        const answers = await ctx.settle(asked);
        return complete({ paid: answers.filter((answer) => "value" in answer).length });
      },
    }),
    payer: agent({ replicas: 3, concurrency: 8, model: "fast", instructions: "You are the payer. Answer." }),
    thrower: actor({
      replicas: 1,
      receive: () => {
        throw new Error("poison");
      },
    }),
    exiter: actor({ replicas: 1, receive: () => process.exit(3) }),
    hanger: actor({ replicas: 1, timeoutMs: 2_000, receive: () => new Promise<never>(() => undefined) }),
  },
});
