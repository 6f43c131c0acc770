/** Three roles in a row; the middle one takes its time and says which node it is on, for tests that kill that node. */
import { rename, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { actor, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

const MIDDLE_MS = 3_000;

export default defineSystem({
  name: "slow-relay",
  graph: { client: ["first"], first: ["middle"], middle: ["last"], last: ["client"] },
  roles: {
    first: actor({ accepts: z.string(), receive: (text) => forward("middle", `${text} first`) }),
    middle: actor({
      accepts: z.string(),
      receive: async (text, ctx) => {
        await ctx.step("work", async ({ signal }) => {
          await announce();
          await delay(MIDDLE_MS, undefined, { signal });
        });
        return forward("last", `${text} middle`);
      },
    }),
    last: actor({ accepts: z.string(), receive: (text) => complete(`${text} last`) }),
  },
});

/** Written once, by the first attempt: the second one must not be killed as well. */
async function announce(): Promise<void> {
  const draft = `middle.${process.pid}`;
  await writeFile(draft, `${JSON.stringify({ host: process.pid, node: process.ppid })}\n`);
  await rename(draft, "middle.json");
}
