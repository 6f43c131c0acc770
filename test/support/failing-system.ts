/**
 * Roles that fail as their messages tell them to. `pair` (first, second) is restarted together, `lone` by itself; answers say which instance
 * of the role gave them, and of which host.
 */
import { setTimeout as timer } from "node:timers/promises";
import { actor, type Context, complete, defineSystem } from "@troupe/runtime";
import { z } from "zod";

const Order = z.strictObject({
  /** `answer` at once, `work` for `ms` in a step, `throw`, `hang` on the first attempt for ever, `block` the event loop for ever. */
  do: z.enum(["answer", "work", "throw", "hang", "block"]),
  ms: z.int().min(0).max(60_000).default(0),
});
type Order = z.infer<typeof Order>;

/** What a role answers. */
export interface Answer {
  readonly instance: number;
  readonly pid: number;
}

function role() {
  let instances = 0;
  return actor({
    accepts: Order,
    concurrency: 4,
    retry: { attempts: 2, baseMs: 1, maxMs: 1 },
    stuckAfterMs: 1_000,
    create: () => {
      const instance = ++instances;
      return {
        receive: async (order: Order, ctx: Context<never>) => {
          await obey(order, ctx);
          return complete({ instance, pid: process.pid });
        },
      };
    },
  });
}

async function obey({ do: what, ms }: Order, ctx: Context<never>): Promise<void> {
  switch (what) {
    case "answer":
      return;
    case "work":
      await ctx.step("work", ({ signal }) => timer(ms, ms, { signal }), { stuckAfter: { firstMs: 60_000 } });
      return;
    case "throw":
      throw new Error("told to");
    case "hang":
      // Its signal is not heeded: only the runtime can end it.
      if (ctx.attempt === 1) await new Promise<never>(() => undefined);
      return;
    case "block":
      for (;;);
  }
}

export default defineSystem({
  name: "failing",
  graph: { client: ["first", "second", "lone"], first: ["client"], second: ["client"], lone: ["client"] },
  supervision: {
    intensity: 1,
    withinMs: 60_000,
    groups: { pair: { roles: ["first", "second"], strategy: "one-for-all", intensity: 5 } },
  },
  roles: { first: role(), second: role(), lone: role() },
});
