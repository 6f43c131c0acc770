/** A role that asks its node's service, in a step, and completes with the answer. */
import { actor, complete, defineSystem } from "@troupe/runtime";
import { z } from "zod";

const Order = z.strictObject({ service: z.string(), body: z.json() });

export default defineSystem({
  name: "asking",
  graph: { client: ["a"], a: ["client"] },
  roles: {
    a: actor({
      accepts: Order,
      retry: { attempts: 1 },
      receive: async ({ service, body }, ctx) => complete(await ctx.step("ask", () => ctx.ask(service, body))),
    }),
  },
});
