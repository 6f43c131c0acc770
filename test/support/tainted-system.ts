/** A reader that takes in a page of the web and hands on to whom the client names; one of the two does not take what comes from the web. */
import { actor, complete, defineSystem, forward } from "@troupe/runtime";
import { z } from "zod";

const Order = z.strictObject({ to: z.enum(["careful", "open"]), reads: z.boolean() });

export default defineSystem({
  name: "tainted",
  graph: { client: ["reader", "careful"], reader: ["careful", "open"], careful: ["client"], open: ["client"] },
  taint: { client: ["client"] },
  roles: {
    reader: actor({
      accepts: Order,
      receive: async ({ to, reads }, ctx) => {
        if (reads) {
          await ctx.step("read", () => "a page");
          ctx.addTaint(["web"]);
        }
        return forward(to, {});
      },
    }),
    careful: actor({
      taint: { accepts: ["client"], from: { client: [] } },
      receive: (_, ctx) => complete({ taint: [...ctx.taint] }),
    }),
    open: actor({ receive: (_, ctx) => complete({ taint: [...ctx.taint] }) }),
  },
});
