/** What the foreign clients talk to: a role that answers what it was given, after `sleepMs` where a JSON body asks for it, and one that an agent on NATS plays. */
import { setTimeout as timer } from "node:timers/promises";
import { natsAgentRole } from "@troupe/agents";
import { actor, complete, defineSystem } from "@troupe/runtime";
import { z } from "zod";

const Slow = z.object({ sleepMs: z.int().min(0).max(60_000) });

export default defineSystem({
  name: "echo",
  graph: { client: ["echo", "parrot"], echo: ["client"], parrot: ["client"] },
  roles: {
    echo: actor({
      concurrency: 16,
      receive: async (message, ctx) => {
        const slow = Slow.safeParse(message);
        await ctx.step("wait", ({ signal }) => timer(slow.data?.sleepMs ?? 0, null, { signal }));
        return complete({ echo: message });
      },
    }),
    parrot: natsAgentRole({ subject: "agents.prompt.parrot.interop.one", to: "client" }),
  },
});
