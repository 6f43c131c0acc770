/** One role that asks a person, and ends its task with the moment at which its handler ran again. */
import { actor, complete, defineSystem } from "@troupe/runtime";
import { sharedClockMs } from "./shared-clock.ts";

export default defineSystem({
  name: "bench",
  graph: { client: ["asker"], asker: ["client", "human"] },
  roles: {
    asker: actor({
      concurrency: 64,
      receive: async (message, ctx) => {
        await ctx.approval({ act: message, summary: "go on" });
        return complete(sharedClockMs());
      },
    }),
  },
});
