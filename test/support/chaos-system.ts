/**
 * The system that the fault suite runs: client → door → worker → last → client, where the worker works in a journaled step, then does an
 * effect at a receiver that keeps its own books; some tasks ask a model. The talker remembers what it was told in a conversation; the signer
 * does its effect when people say so. Four roles are poison: what each does to its host is its name. The racer makes many model calls at once,
 * which together would be far more than its task may spend.
 */
import { setTimeout as timer } from "node:timers/promises";
import { agent } from "@troupe/agents";
import { actor, type Context, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

/** What a task brings: how long the worker works, ms, its number, and where the receiver of effects is. */
export const ChaosInput = z.strictObject({ workMs: z.int().min(0).max(10_000), number: z.int(), effects: z.url() });
/** What comes out: the number, and the receipt that the receiver gave for it. */
export const ChaosResult = z.strictObject({ number: z.int(), receipt: z.int() });

/** What is said in a conversation, and what the talker has heard in it by then, in its order. */
const Said = z.strictObject({ number: z.int() });
export const Heard = z.strictObject({ heard: z.array(z.int()) });

/** An act that needs a person, and what came of it. */
const Act = z.strictObject({ number: z.int(), effects: z.url(), timeoutMs: z.int().min(1) });
export const ActResult = z.strictObject({ isDone: z.boolean(), why: z.string().optional() });

/** Model calls that a task may make, and those that the racer wants at once. */
export const CALLS_A_TASK = 10;
const CALLS_OF_A_RACE = 40;

/** The effect of a task, under one key however often it is tried; the receipt that the receiver gives for it. */
const effectOf = (ctx: Context, url: string, number: number): Promise<number> =>
  ctx.step(
    "effect",
    async ({ idempotencyKey, signal }) => {
      const headers = { "idempotency-key": idempotencyKey, "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ number }), signal });
      return z.strictObject({ receipt: z.int() }).parse(await response.json()).receipt;
    },
    { effect: "repeat" },
  );

const settings = { replicas: 3, concurrency: 64, timeoutMs: 60_000 };

export default defineSystem({
  name: "chaos",
  graph: {
    client: ["door", "talker", "signer", "asker", "racer", "thrower", "exiter", "hanger", "eater"],
    door: ["worker"],
    worker: ["last"],
    last: ["client"],
    talker: ["client"],
    signer: ["human", "client"],
    asker: ["client"],
    racer: ["payer", "client"],
    payer: [],
    thrower: ["client"],
    exiter: ["client"],
    hanger: ["client"],
    eater: ["client"],
  },
  budgets: { task: { total: { calls: CALLS_A_TASK } } },
  roles: {
    door: actor({ ...settings, accepts: ChaosInput, receive: (input) => forward("worker", input) }),
    worker: actor({
      ...settings,
      accepts: ChaosInput,
      receive: async ({ workMs, number, effects }, ctx) => {
        await ctx.step("work", ({ signal }) => timer(workMs, null, { signal }));
        const receipt = await effectOf(ctx, effects, number);
        return forward("last", { number, receipt });
      },
    }),
    last: actor({ ...settings, accepts: ChaosResult, receive: (result) => complete(result) }),
    talker: actor({
      ...settings,
      accepts: Said,
      receive: async ({ number }, ctx) =>
        complete({ heard: await ctx.state.update<number[]>((before = []) => [...before, number]) }),
    }),
    signer: actor({
      ...settings,
      accepts: Act,
      receive: async ({ number, effects, timeoutMs }, ctx) => {
        const answer = await ctx.approval({ act: { number }, timeoutMs });
        if (!answer.isApproved) return complete({ isDone: false, why: answer.why });
        await effectOf(ctx, effects, number);
        return complete({ isDone: true });
      },
    }),
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
      receive: (body) => {
        throw new Error(`poison: ${JSON.stringify(body)}`);
      },
    }),
    exiter: actor({ replicas: 1, receive: () => process.exit(3) }),
    hanger: actor({ replicas: 1, timeoutMs: 2_000, receive: () => new Promise<never>(() => undefined) }),
    eater: actor({
      replicas: 1,
      receive: () => {
        const eaten: string[][] = [];
        for (;;) eaten.push(Array.from({ length: 10_000 }, (_, i) => `crumb ${eaten.length}.${i}`));
      },
    }),
  },
});
