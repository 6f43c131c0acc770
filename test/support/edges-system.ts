/** A role with several edges, for what happens when one of them is cut: the task says where it goes. */
import { existsSync } from "node:fs";
import { setTimeout as timer } from "node:timers/promises";
import { actor, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

/** `until`: a file that the hop waits for, where the test has to say when. */
const Way = z.strictObject({
  to: z.enum(["left", "right", "extra"]),
  workMs: z.int().min(0).max(10_000),
  until: z.string().optional(),
});

const end = () =>
  actor({ concurrency: 32, accepts: z.strictObject({ at: z.string() }), receive: (message) => complete(message) });

async function fileThere(file: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(file)) await timer(20, undefined, { signal });
}

const router = actor({
  concurrency: 32,
  accepts: Way,
  receive: async ({ to, workMs, until }, ctx) => {
    await ctx.step("work", async ({ signal }) => {
      if (until !== undefined) await fileThere(until, signal);
      await timer(workMs, undefined, { signal });
      return null;
    });
    return forward(to as "left", { at: to });
  },
});

/** With `extra` as a third way, or without. */
export const edgesSystem = (hasExtra: boolean): ReturnType<typeof defineSystem> =>
  hasExtra
    ? defineSystem({
        name: "edges",
        graph: {
          client: ["router"],
          router: ["left", "right", "extra"],
          left: ["client"],
          right: ["client"],
          extra: ["client"],
        },
        roles: { router, left: end(), right: end(), extra: end() },
      })
    : defineSystem({
        name: "edges",
        graph: { client: ["router"], router: ["left", "right"], left: ["client"], right: ["client"] },
        roles: { router, left: end(), right: end() },
      });

export default edgesSystem(false);
