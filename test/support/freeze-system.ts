/**
 * What a frozen host is caught in: a boss that works and asks a helper that works as well, so that hops are frozen before a step, a reply and
 * the task's end. Each effect leaves a line in a file outside of the log: what really happened, whatever was recorded of it.
 */
import { appendFile } from "node:fs/promises";
import { setTimeout as timer } from "node:timers/promises";
import { actor, type Context, complete, defineSystem, reply } from "@troupe/runtime";
import { z } from "zod";

export const FreezeInput = z.strictObject({
  /** How long each effect takes, ms. */
  workMs: z.int().min(1).max(60_000),
  /** File that effects are noted in. */
  effects: z.string().min(1),
});
export type FreezeInput = z.infer<typeof FreezeInput>;

/** Step that shows in the log which executor began a hop. */
export const MARK_STEP = "mark";

const settings = { replicas: 2, concurrency: 64, timeoutMs: 60_000 };

/** Ignores that it is aborted, as careless code does: so a frozen one goes on with its work when it wakes up. */
async function work({ workMs, effects }: FreezeInput, ctx: Context): Promise<string> {
  await ctx.step(MARK_STEP, () => process.pid);
  return ctx.step("work", async () => {
    await timer(workMs);
    await appendFile(effects, `${ctx.hop} ${process.pid}\n`);
    return `${ctx.role} by ${process.pid}`;
  });
}

export default defineSystem({
  name: "freeze",
  graph: { client: ["boss"], boss: ["helper", "client"], helper: ["boss"] },
  roles: {
    boss: actor({
      ...settings,
      accepts: FreezeInput,
      calls: ["helper"],
      receive: async (input, ctx) => {
        const helped = await ctx.call("helper", input);
        return complete({ helped, worked: await work(input, ctx) });
      },
    }),
    helper: actor({ ...settings, accepts: FreezeInput, receive: async (input, ctx) => reply(await work(input, ctx)) }),
  },
});
