/** client → a → b → c → client, where b's step says in a file that it runs: so a step that runs twice is seen, also where nothing of it is recorded twice. */
import { appendFile } from "node:fs/promises";
import { setTimeout as timer } from "node:timers/promises";
import { actor, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

/** How long b works, ms, and where it says so: one line a run, the number. */
export const CountedInput = z.strictObject({
  workMs: z.int().min(0).max(60_000),
  number: z.int(),
  file: z.string().min(1),
});

const settings = { replicas: 2, concurrency: 64, timeoutMs: 60_000, accepts: CountedInput };

export default defineSystem({
  name: "counted",
  graph: { client: ["a"], a: ["b"], b: ["c"], c: ["client"] },
  roles: {
    a: actor({ ...settings, receive: (input) => forward("b", input) }),
    b: actor({
      ...settings,
      receive: async (input, ctx) => {
        await ctx.step("work", async ({ signal }) => {
          await appendFile(input.file, `${input.number}\n`);
          await timer(input.workMs, undefined, { signal });
        });
        return forward("c", input);
      },
    }),
    c: actor({ ...settings, receive: ({ number }) => complete({ number }) }),
  },
});
