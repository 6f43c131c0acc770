/** One role that answers at once, or waits for a signal when the message asks for it. */
import { actor, complete, defineSystem, type Json } from "@troupe/runtime";

const wantsWait = (message: Json): boolean =>
  typeof message === "object" && message !== null && "wait" in message && message["wait"] === true;

export default defineSystem({
  name: "bench",
  graph: { client: ["a"], a: ["client"] },
  roles: {
    a: actor({
      receive: async (message, ctx) => {
        if (wantsWait(message)) await ctx.signal("go");
        return complete(null);
      },
    }),
  },
});
